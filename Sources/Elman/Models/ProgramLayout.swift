import KernelInterface

/// Decides where the arrays of a program lie.
struct ProgramLayout {
  let purpose: Program.Purpose
  private let graph: Graph
  private(set) var values: [Program.Value] = []
  private(set) var steps: [Program.Step] = []
  private(set) var links: [Program.Link] = []
  private(set) var copies: [(value: Int, output: Int)] = []
  private(set) var scratchOffset = 0
  private(set) var memoryCount = 0

  /// The shapes of all arrays.
  init(_ graph: Graph, inputShapes: [[Int]], purpose: Program.Purpose) throws(ElmanError) {
    self.graph = graph
    self.purpose = purpose
    for shape in inputShapes { try add(shape) }
    for call in graph.calls {
      let shapes = call.inputs.map { Shape(values[$0].shape) }
      let isIdentity = call.layer.isIdentity
      for (index, output) in try call.layer.outputShapes(forInputs: shapes, call.options).enumerated() {
        guard let sizes = output.concrete else {
          throw ElmanError(
            .shapeMismatch, "Layer '\(call.layer.name)' tells no sizes for input shape=\(shapes[0]): \(output)")
        }
        try add(sizes, as: isIdentity && index == 0 ? values[call.inputs[0]].root : nil)
      }
      steps.append(Program.Step(call: call, isIdentity: isIdentity))
    }
  }

  private mutating func add(_ shape: [Int], as root: Int? = nil) throws(ElmanError) {
    values.append(
      Program.Value(shape: try Dimensions(shape), count: try elementCount(shape), root: root ?? values.count))
  }

  /// Gives each array its place.
  mutating func place(threads: Int) throws(ElmanError) {
    placeInputsAndOutputs()
    var space = ScratchSpace()
    placeAreas(&space)
    var scratch = 0
    for index in steps.indices {
      let call = steps[index].call
      let shapes = call.inputs.map { values[$0].shape }
      steps[index].maskCapacity = call.layer.maskCapacity(for: shapes)
      if steps[index].maskCapacity > 0 { steps[index].maskOffset = space.placeMask(steps[index].maskCapacity) }
      steps[index].givenMaskOffsets = call.masks.map { $0.map { space.placeMask(values[$0].count) } }
      if steps[index].isIdentity { continue }
      let sizes = shapes.map { Array($0) }
      scratch = max(scratch, try call.layer.scratchCount(forInputs: sizes, threads: threads))
      if purpose == .training { steps[index].keptOffset = space.place(try call.layer.keptCount(for: sizes[0])) }
    }
    scratchOffset = space.place(scratch)
    memoryCount = try space.measured()
    link()
  }

  private mutating func placeInputsAndOutputs() {
    for index in 0..<graph.inputCount { values[index].place = .input(index) }
    var isWritten = [Bool](repeating: false, count: values.count)
    for (index, output) in graph.outputs.enumerated() {
      let root = values[output].root
      if root < graph.inputCount || isWritten[root] {
        copies.append((output, index))
      } else {
        values[root].place = .output(index)
        isWritten[root] = true
      }
    }
  }

  /// Areas are taken over when nothing reads what was in them any more, but in training, where everything stays.
  private mutating func placeAreas(_ space: inout ScratchSpace) {
    let lastReads = ReusedAreas.lastReads(
      of: steps.map { $0.isIdentity ? nil : $0.call }, roots: values.map(\.root))
    var areas = ReusedAreas()
    var ownAreas: [(value: Int, area: Int)] = []
    for (step, content) in steps.enumerated() where !content.isIdentity {
      for value in content.call.firstOutput..<content.call.firstOutput + content.call.outputCount {
        guard values[value].root == value, case .area = values[value].place else { continue }
        let lastRead = purpose == .training ? Int.max : max(lastReads[value], step)
        ownAreas.append((value, areas.take(values[value].count, from: step, to: lastRead)))
      }
    }
    let offsets = areas.sizes.map { space.place($0) }
    for (value, area) in ownAreas { values[value].place = .area(offsets[area]) }
  }

  private mutating func link() {
    for (index, step) in steps.enumerated() where !step.isIdentity {
      let call = step.call
      for (position, value) in call.inputs.enumerated() { link(index, .input(position), value) }
      for (position, value) in call.states.enumerated() { link(index, .state(position), value) }
      for position in 0..<call.outputCount { link(index, .output(position), call.firstOutput + position) }
    }
  }

  private mutating func link(_ step: Int, _ target: Program.Link.Target, _ value: Int) {
    let place = values[values[value].root].place
    if case .area = place { return }
    links.append(Program.Link(step: step, target: target, place: place))
  }
}
