/// The memory of a run backwards through a program: gradients of its arrays and of its weights.
///
/// Arrays that are others in another shape share a gradient. Where several steps read an array, the gradient of the
/// last one is written and those of the others are added, always in the order of the steps in reverse.
final class GradientWorkspace {
  private let program: Program
  private let memory: FloatBuffer
  /// Where the gradient of each array is; nil where nothing trained leads to it.
  private let places: [Int?]
  /// Where a second gradient of an array is put before it is added, one for each of a step's inputs and states.
  private let seconds: [Int]
  private let scratch: Int
  /// Of each step's weights, in the layer's order, their places among `weights`.
  private let weightPlaces: [[Int?]]
  /// The gradients of the trained weights, in the model's order.
  let weights: [FloatBuffer]
  /// Whether a gradient was written in this run.
  private var isWritten: [Bool]

  /// `weights` are the model's, in order. With `needsInputs` the inputs of the model get gradients too.
  init(_ program: Program, weights modelWeights: [LayerWeight], needsInputs: Bool) throws(ElmanError) {
    self.program = program
    let trained = modelWeights.filter(\.isTrainable)
    var buffers: [FloatBuffer] = []
    for weight in trained { buffers.append(try FloatBuffer(count: weight.weight.count)) }
    weights = buffers
    var numbers: [WeightKey: Int] = [:]
    for (index, weight) in trained.enumerated() { numbers[WeightKey(weight)] = index }
    weightPlaces = program.steps.map { step in step.call.layer.weights.map { numbers[WeightKey($0)] } }
    let needed = Self.neededRoots(program, weightPlaces, needsInputs: needsInputs)
    var space = ScratchSpace()
    places = program.values.enumerated().map { index, value in
      value.root == index && needed[index] ? space.place(value.count) : nil
    }
    var (seconds, scratch) = ([Int](), 0)
    for step in program.steps where !step.isIdentity {
      let shapes = step.call.inputs.map { Array(program.values[$0].shape) }
      scratch = max(scratch, try step.call.layer.backwardScratchCount(forInputs: shapes, threads: program.threads))
      for (position, value) in step.call.differentiated.enumerated() {
        if position == seconds.count { seconds.append(0) }
        seconds[position] = max(seconds[position], program.values[value].count)
      }
    }
    self.seconds = seconds.map { space.place($0) }
    self.scratch = space.place(scratch)
    memory = try FloatBuffer(count: space.measured())
    isWritten = program.values.map { _ in false }
  }

  private struct WeightKey: Hashable {
    let layer: ObjectIdentifier
    let index: Int

    init(_ weight: LayerWeight) { (layer, index) = (ObjectIdentifier(weight.layer), weight.index) }
  }

  /// Arrays on the way from a trained weight, or from an input where these are asked for, to the outputs.
  private static func neededRoots(_ program: Program, _ weights: [[Int?]], needsInputs: Bool) -> [Bool] {
    var needed = program.values.indices.map { needsInputs && $0 < program.inputShapes.count }
    for (index, step) in program.steps.enumerated() {
      let depends = step.call.differentiated.contains { needed[program.values[$0].root] }
      guard depends || weights[index].contains(where: { $0 != nil }) else { continue }
      for output in step.call.firstOutput..<step.call.firstOutput + step.call.outputCount {
        needed[program.values[output].root] = true
      }
    }
    return needed
  }

  // MARK: Running

  /// The gradients of all weights and of the inputs, from those of the outputs; nil where nothing depends on an output.
  /// Weights' gradients are added to.
  func run(_ outputGradients: [UnsafePointer<Float>?], after workspace: Workspace) throws(ElmanError) {
    for index in isWritten.indices { isWritten[index] = false }
    for (output, given) in zip(program.outputs, outputGradients) {
      if let given { add(given, to: output) }
    }
    for index in program.steps.indices.reversed() where !program.steps[index].isIdentity {
      try runStep(index, workspace.calls[index])
    }
  }

  /// The gradient of an array of the last run; nil where nothing depends on it.
  func gradient(of value: Int) -> UnsafeMutablePointer<Float>? {
    let root = program.values[value].root
    return isWritten[root] ? place(value) : nil
  }

  private func place(_ value: Int) -> UnsafeMutablePointer<Float>? {
    places[program.values[value].root].map { memory.base + $0 }
  }

  private func add(_ gradient: UnsafePointer<Float>, to value: Int) {
    guard let sum = place(value) else { return }
    let (root, count) = (program.values[value].root, program.values[value].count)
    if isWritten[root] {
      for index in 0..<count { sum[index] += gradient[index] }
    } else {
      sum.update(from: gradient, count: count)
      isWritten[root] = true
    }
  }

  private func runStep(_ index: Int, _ forward: LayerCall) throws(ElmanError) {
    let call = program.steps[index].call
    let outputs = (0..<call.outputCount).map { gradient(of: call.firstOutput + $0).map { UnsafePointer($0) } }
    let read = call.differentiated
    let isTrained = weightPlaces[index].contains { $0 != nil }
    guard outputs.contains(where: { $0 != nil }), isTrained || read.contains(where: { place($0) != nil }) else {
      return
    }
    // An array that the step reads twice gets a second gradient too.
    var seen: Set<Int> = []
    let targets = read.enumerated().map { position, value -> UnsafeMutablePointer<Float>? in
      guard let place = place(value) else { return nil }
      let root = program.values[value].root
      let isFirst = seen.insert(root).inserted && !isWritten[root]
      return isFirst ? place : memory.base + seconds[position]
    }
    try call.layer.runBackward(
      BackwardCall(
        forward: forward, outputGradients: outputs, inputGradients: Array(targets.prefix(call.inputs.count)),
        stateGradients: Array(targets.dropFirst(call.inputs.count)),
        weightGradients: weightPlaces[index].map { $0.map { weights[$0].base } }, scratch: memory.base + scratch))
    for (target, value) in zip(targets, read) {
      guard let target else { continue }
      if target == place(value) {
        isWritten[program.values[value].root] = true
      } else {
        add(UnsafePointer(target), to: value)
      }
    }
  }
}

extension Graph.Call {
  /// The arrays that gradients flow back to: inputs, then states.
  var differentiated: [Int] { inputs + states }
}
