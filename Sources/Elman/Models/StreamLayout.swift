/// Which layers of a graph run at a step of a stream, and where the arrays lie.
struct StreamLayout {
  struct Value {
    /// Of one timestep: (batch, 1, ...) or, past the last sequence, (batch, ...).
    let shape: [Int]
    let count: Int
    /// Whether it has an axis of time.
    let hasTime: Bool
    let isMasked: Bool
    /// Itself, or the value that this one is another shape of.
    let root: Int
    var area = 0
  }

  struct Part {
    let call: Graph.Call
    let isIdentity: Bool
    let states: Range<Int>
  }

  let batch: Int
  private let graph: Graph
  private(set) var values: [Value] = []
  private(set) var parts: [Part] = []
  private(set) var stateShapes: [[Int]] = []
  /// Floats of each area, for one timestep.
  private(set) var areas: [Int] = []

  init(_ graph: Graph, inputs: [Shape], batch: Int) throws(ElmanError) {
    self.graph = graph
    self.batch = batch
    for (index, input) in inputs.enumerated() {
      try add(
        StreamLayout.step(of: input, batch: batch, isEmbedded: graph.isEmbedded(index)), hasTime: true, isMasked: false)
    }
    for call in graph.calls { try add(call) }
    for output in graph.outputs.dropFirst() where values[output].hasTime != values[graph.outputs[0]].hasTime {
      throw ElmanError(.unsupported, "A stream needs outputs that all have timesteps, or that all have none.")
    }
    placeAreas()
  }

  private mutating func add(_ shape: [Int], hasTime: Bool, isMasked: Bool, as root: Int? = nil) throws(ElmanError) {
    values.append(
      Value(
        shape: shape, count: try elementCount(shape), hasTime: hasTime, isMasked: isMasked, root: root ?? values.count))
  }

  private mutating func add(_ call: Graph.Call) throws(ElmanError) {
    let layer = call.layer
    let inputs = call.inputs.map { values[$0] }
    guard call.states.isEmpty, call.masks.isEmpty else {
      throw layer.cannotStream("its initial states or its mask come from another layer")
    }
    if inputs.contains(where: { $0.hasTime != inputs[0].hasTime }) {
      throw layer.cannotStream("some of its inputs have timesteps, and some have none")
    }
    let isMasked = inputs.contains { $0.isMasked }
    let added = try layer.streamStates(forInputs: inputs.map(\.shape), isMasked: isMasked)
    // A stateful layer was built for one batch size; a stream has its own.
    let builtBatch = layer.isStateful ? layer.builtInputShape?[0] : nil
    let shapes = inputs.map { Shape([builtBatch ?? batch] + $0.shape.dropFirst()) }
    let outputs = try layer.outputShapes(forInputs: shapes, call.options)
    let isIdentity = layer.isIdentity
    var hasTime = inputs[0].hasTime
    if let recurrent = layer as? RecurrentLayer, !recurrent.options.returnsSequences { hasTime = false }
    for output in outputs {
      guard outputs.count == 1, let rest = Shape(Array(output.dimensions.dropFirst())).concrete else {
        throw layer.cannotStream("it has \(outputs.count) outputs")
      }
      try add(
        [batch] + rest, hasTime: hasTime, isMasked: layer.maskEffect.isMasked(after: isMasked),
        as: isIdentity ? inputs[0].root : nil)
    }
    parts.append(
      Part(call: call, isIdentity: isIdentity, states: stateShapes.count..<stateShapes.count + added.count))
    stateShapes += added
  }

  /// The shape of one timestep of a model's input, (batch, 1, ...).
  private static func step(of input: Shape, batch: Int, isEmbedded: Bool) throws(ElmanError) -> [Int] {
    guard input.rank > 2 || (input.rank == 2 && isEmbedded) else {
      throw ElmanError(
        .unsupported, "A stream needs a model whose input has timesteps. Received: a model with input shape=\(input)")
    }
    guard let rest = Shape(Array(input.dimensions.dropFirst(2))).concrete else {
      throw ElmanError(
        .invalidArgument, "A stream needs a model whose features are known. Received: input shape=\(input)")
    }
    return [batch, 1] + rest
  }

  private mutating func placeAreas() {
    var lastReads = ReusedAreas.lastReads(
      of: parts.map { $0.isIdentity ? nil : $0.call }, roots: values.map(\.root))
    for output in graph.outputs { lastReads[values[output].root] = Int.max }
    var reused = ReusedAreas()
    for index in 0..<graph.inputCount {
      values[index].area = reused.take(values[index].count, from: -1, to: lastReads[index])
    }
    for (index, part) in parts.enumerated() where !part.isIdentity {
      let output = part.call.firstOutput
      values[output].area = reused.take(values[output].count, from: index, to: max(index, lastReads[output]))
    }
    areas = reused.sizes
  }

  // MARK: What a stream reads and writes

  var inputs: Range<Int> { 0..<graph.inputCount }
  var outputs: [Int] { graph.outputs }

  /// The shape of a value of one timestep, without the axis of time.
  func shapeOfStep(_ value: Int) -> [Int] {
    let shape = values[value].shape
    return values[value].hasTime ? [batch] + shape.dropFirst(2) : shape
  }

  /// The most floats between two layers, for one timestep.
  var widest: Int { max(1, values.map(\.count).max() ?? 1) }
}

extension Graph {
  /// Whether an input is indices, which are embedded.
  fileprivate func isEmbedded(_ input: Int) -> Bool {
    calls.contains { $0.inputs.contains(input) && $0.layer is Embedding }
  }
}

extension MaskFlow {
  /// Whether the output has a mask.
  fileprivate func isMasked(after isMasked: Bool) -> Bool {
    switch self {
    case .makes: true
    case .drops, .stops: false
    case .passes, .reduces, .joins: isMasked
    }
  }
}

/// The memory of a stream for some timesteps at once, and the calls of its layers.
final class StreamMemory {
  let layout: StreamLayout
  private let memory: FloatBuffer
  private let offsets: [Int]
  /// The call of each part, for as many timesteps as `setSteps` said last.
  let calls: UnsafeMutablePointer<LayerCall>
  /// Where each part puts a mask that it writes.
  let writtenMasks: [UnsafeMutablePointer<UInt8>?]

  init(
    _ layout: StreamLayout, steps: Int, states: [UnsafeMutablePointer<Float>], threads: Int
  ) throws(ElmanError) {
    self.layout = layout
    var space = ScratchSpace()
    offsets = layout.areas.map { space.place(steps, $0) }
    var maskOffsets: [(offset: Int, bytes: Int)?] = []
    var scratch = 0
    for part in layout.parts {
      for count in [1, steps] where !part.isIdentity {
        let inputs = try part.call.inputs.map { (value) throws(ElmanError) in
          Array(try layout.dimensions(value, steps: count))
        }
        scratch = max(scratch, try part.call.layer.scratchCount(forInputs: inputs, threads: threads))
      }
      let shapes = try part.call.inputs.map { (value) throws(ElmanError) in try layout.dimensions(value, steps: steps) }
      let bytes = part.call.layer.maskCapacity(for: shapes)
      maskOffsets.append(bytes == 0 ? nil : (space.placeMask(bytes), bytes))
    }
    let scratchOffset = space.place(scratch)
    let memory = try FloatBuffer(count: try space.measured())
    self.memory = memory
    writtenMasks = maskOffsets.map { $0.map { (memory.base + $0.offset).asMask($0.bytes) } }
    calls = .allocate(capacity: layout.parts.count)
    for (index, part) in layout.parts.enumerated() {
      (calls + index).initialize(
        to: try layout.call(part, memory.base, offsets, states, threads: threads, scratch: memory.base + scratchOffset))
    }
  }

  deinit { calls.deinitialize(count: layout.parts.count).deallocate() }

  func array(_ value: Int) -> UnsafeMutablePointer<Float> {
    memory.base + offsets[layout.values[layout.values[value].root].area]
  }

  /// Makes the calls those of so many timesteps.
  func setSteps(_ steps: Int) {
    for (index, part) in layout.parts.enumerated() {
      let call = calls + index
      call.pointee.inputShape.setSteps(steps, layout, part.call.inputs[0])
      call.pointee.outputShape.setSteps(steps, layout, part.call.firstOutput)
      for position in call.pointee.otherInputs.indices {
        call.pointee.otherInputs[position].shape.setSteps(steps, layout, part.call.inputs[position + 1])
      }
    }
  }
}

extension StreamLayout {
  /// The shape of a value for some timesteps.
  fileprivate func dimensions(_ value: Int, steps: Int) throws(ElmanError) -> Dimensions {
    var shape = try Dimensions(values[value].shape)
    shape.setSteps(steps, self, value)
    return shape
  }

  fileprivate func call(
    _ part: Part, _ memory: UnsafeMutablePointer<Float>, _ offsets: [Int], _ states: [UnsafeMutablePointer<Float>],
    threads: Int, scratch: UnsafeMutablePointer<Float>
  ) throws(ElmanError) -> LayerCall {
    var operands: [Operand] = []
    for value in part.call.inputs {
      operands.append(
        Operand(values: memory + offsets[values[values[value].root].area], shape: try Dimensions(values[value].shape)))
    }
    let output = values[part.call.firstOutput]
    return LayerCall(
      inputShape: operands[0].shape, outputShape: try Dimensions(output.shape), input: operands[0].values,
      otherInputs: Array(operands.dropFirst()), outputs: [memory + offsets[values[output.root].area]],
      options: part.call.options, streamStates: Array(states[part.states]), threads: threads, scratch: scratch)
  }
}

extension Dimensions {
  /// Makes it the shape of some timesteps of a value, (batch, steps, ...), or (batch * steps, ...) past the last
  /// sequence, where each timestep of each row becomes a row.
  fileprivate mutating func setSteps(_ steps: Int, _ layout: StreamLayout, _ value: Int) {
    if layout.values[value].hasTime { self[1] = steps } else { self[0] = layout.batch * steps }
  }
}
