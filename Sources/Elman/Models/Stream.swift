import KernelInterface

/// A model run one timestep at a time, with states of its own. The model's weights are shared, and read as they are at each
/// step. One thread at a time may use a stream; any number of streams may run at once. No step allocates.
public final class Stream: @unchecked Sendable {
  /// The shape of what `step` takes: (batch, features), or (batch,) where indices are embedded.
  public let inputShape: [Int]
  /// The shape of what `step` gives: the model's output for one timestep, without the axis of time.
  public let outputShape: [Int]
  /// The shapes of the states, in the order of the layers.
  public let stateShapes: [[Int]]

  private let steps: [StreamStep]
  /// The same, without a count of references at each step.
  private let borrowedSteps: [Unmanaged<StreamStep>]
  private let states: [FloatBuffer]
  private let statePointers: [UnsafeMutablePointer<Float>]
  /// The layers, and which states are theirs.
  private let owners: [(layer: Layer, states: Range<Int>)]
  private let memory: FloatBuffer
  private let input: UnsafeMutablePointer<Float>
  private let output: UnsafeMutablePointer<Float>
  private let inputCount: Int
  private let outputCount: Int

  init(layers: [Layer], modelInput: Shape, batch: Int) throws(ElmanError) {
    let layout = try StreamLayout(layers: layers, modelInput: modelInput, batch: batch)
    memory = try FloatBuffer(count: layout.memoryCount)
    var states: [FloatBuffer] = []
    for shape in layout.stateShapes { states.append(try FloatBuffer(count: try elementCount(shape))) }
    self.states = states
    let statePointers = states.map(\.base)
    self.statePointers = statePointers
    stateShapes = layout.stateShapes
    inputShape = layout.inputShape
    outputShape = layout.outputShape
    inputCount = inputShape.reduce(1, *)
    outputCount = outputShape.reduce(1, *)
    let base = memory.base
    input = base + layout.offsets[0]
    output = base + layout.offsets[layout.offsets.count - 1]
    var mask: Mask?
    var steps: [StreamStep] = []
    for (index, part) in layout.parts.enumerated() {
      let shape = try Dimensions(layout.shapes[index])
      let written = part.maskOffset.map { (base + $0).asMask(part.layer.maskCapacity(for: shape)) }
      let call = LayerCall(
        inputShape: shape, outputShape: try Dimensions(layout.shapes[index + 1]),
        input: base + layout.offsets[index], outputs: [base + layout.offsets[index + 1]],
        streamStates: Array(statePointers[part.states]), mask: mask, threads: 1,
        scratch: base + layout.scratchOffset)
      steps.append(try part.layer.streamStep(call, mask: written))
      mask = part.keepsMask ? part.layer.mask(after: call, in: written) : nil
    }
    self.steps = steps
    borrowedSteps = steps.map(Unmanaged.passUnretained)
    owners = layout.parts.map { ($0.layer, $0.states) }
    try reset()
  }

  /// Runs the next timestep; the buffers hold what the shapes say.
  public func step(
    _ source: UnsafeBufferPointer<Float>, into target: UnsafeMutableBufferPointer<Float>
  ) throws(ElmanError) {
    guard source.count == inputCount, let first = source.baseAddress else { throw wrongInput(source.count) }
    guard target.count >= outputCount, let result = target.baseAddress else { throw smallOutput(target.count) }
    input.update(from: first, count: inputCount)
    for step in borrowedSteps {
      try step.borrowing { (step) throws(ElmanError) in try step.run() }
    }
    result.update(from: output, count: outputCount)
  }

  private func wrongInput(_ count: Int) -> ElmanError {
    ElmanError(
      .shapeMismatch, "A step of this stream takes shape \(Shape(inputShape)), \(inputCount) floats. Received: \(count)")
  }

  private func smallOutput(_ count: Int) -> ElmanError {
    ElmanError(
      .bufferTooSmall, "A step of this stream gives shape \(Shape(outputShape)), \(outputCount) floats. Received: a buffer of \(count)")
  }

  /// Begins anew: all states zero, or as a cell of the caller begins.
  public func reset() throws(ElmanError) {
    for state in states { state.base.update(repeating: 0, count: state.count) }
    for (layer, range) in owners { try layer.beginStream(statePointers[range], batch: inputShape[0]) }
  }

  /// One of the states, of `stateShapes[index]`.
  public func state(_ index: Int) throws(ElmanError) -> UnsafeBufferPointer<Float> {
    try requireState(index)
    return states[index].values
  }

  public func setState(_ index: Int, _ value: WeightValue) throws(ElmanError) {
    try requireState(index)
    guard value.shape == stateShapes[index] else {
      throw ElmanError(
        .shapeMismatch, "State \(index) of this stream has shape \(Shape(stateShapes[index])). Received: \(Shape(value.shape))")
    }
    if let source = value.values.baseAddress { states[index].base.update(from: source, count: states[index].count) }
  }

  private func requireState(_ index: Int) throws(ElmanError) {
    guard states.indices.contains(index) else {
      throw ElmanError(.notFound, "No such state: index \(UInt(bitPattern: index)); the stream has \(states.count).")
    }
  }
}

/// Which layers of a model run at a step of a stream, and where their memory lies.
private struct StreamLayout {
  struct Part {
    let layer: Layer
    let states: Range<Int>
    /// Whether the layers after it that do not appear pass a mask on.
    var keepsMask = true
    let maskOffset: Int?
  }

  private(set) var parts: [Part] = []
  /// What each part reads; the last is what the stream gives.
  private(set) var shapes: [[Int]] = []
  private(set) var offsets: [Int] = []
  private(set) var stateShapes: [[Int]] = []
  /// Without the axis of time.
  let inputShape: [Int]
  let outputShape: [Int]
  let scratchOffset: Int
  let memoryCount: Int

  init(layers: [Layer], modelInput: Shape, batch: Int) throws(ElmanError) {
    var space = ScratchSpace()
    var shape = try StreamLayout.step(of: modelInput, layers: layers, batch: batch)
    inputShape = [batch] + shape.dropFirst(2)
    var isMasked = false
    var hasTime = true
    shapes.append(shape)
    offsets.append(space.count)
    _ = space.take(try elementCount(shape))
    var scratch = 0
    for layer in layers {
      let added = try layer.streamStates(for: shape, isMasked: isMasked)
      // A stateful layer was built for one batch size; a stream has its own.
      let builtBatch = layer.isStateful ? layer.builtInputShape?[0] : nil
      let output = try layer.outputShapes(for: Shape([builtBatch ?? batch] + shape.dropFirst()))
      guard output.count == 1, let rest = Shape(Array(output[0].dimensions.dropFirst())).concrete else {
        throw layer.cannotStream("it has \(output.count) outputs")
      }
      let next = [batch] + rest
      if let recurrent = layer as? RecurrentLayer, !recurrent.options.returnsSequences { hasTime = false }
      switch layer.maskEffect {
      case .makes: isMasked = true
      case .drops, .stops: isMasked = false
      case .passes, .reduces: break
      }
      if layer.isIdentity {
        shape = next
        shapes[shapes.count - 1] = next
        if !isMasked, !parts.isEmpty { parts[parts.count - 1].keepsMask = false }
        continue
      }
      scratch = max(scratch, try layer.scratchCount(for: shape, threads: 1))
      parts.append(
        Part(
          layer: layer, states: stateShapes.count..<stateShapes.count + added.count,
          maskOffset: space.takeMask(of: layer, for: try Dimensions(shape))))
      stateShapes += added
      shape = next
      shapes.append(shape)
      offsets.append(space.count)
      _ = space.take(try elementCount(shape))
    }
    outputShape = hasTime ? [batch] + shape.dropFirst(2) : shape
    scratchOffset = space.count
    _ = space.take(scratch)
    memoryCount = try space.measured()
  }

  /// The shape of one timestep of a model's input, (batch, 1, ...).
  private static func step(of modelInput: Shape, layers: [Layer], batch: Int) throws(ElmanError) -> [Int] {
    guard modelInput.rank > 2 || (modelInput.rank == 2 && layers.first is Embedding) else {
      throw ElmanError(
        .unsupported, "A stream needs a model whose input has timesteps. Received: a model with input shape=\(modelInput)")
    }
    guard let rest = Shape(Array(modelInput.dimensions.dropFirst(2))).concrete else {
      throw ElmanError(.invalidArgument, "A stream needs a model whose features are known. Received: input shape=\(modelInput)")
    }
    return [batch, 1] + rest
  }
}

extension Sequential {
  /// A stream of this model for a batch.
  public func stream(batch: Int) throws(ElmanError) -> Stream {
    guard batch > 0 else {
      throw ElmanError(.invalidArgument, "The batch size of a stream must be at least 1. Received: batch_size=\(batch)")
    }
    guard batch <= Int(Int32.max) else {
      throw ElmanError(
        .invalidArgument, "The batch size of a stream must be at most \(Int32.max). Received: batch_size=\(batch)")
    }
    return try Stream(layers: layers, modelInput: try requireBuiltShape(), batch: batch)
  }
}
