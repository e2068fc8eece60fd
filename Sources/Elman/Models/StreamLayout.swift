/// Which layers of a model run at a step of a stream, and where their memory lies.
struct StreamLayout {
  struct Part {
    let layer: Layer
    let states: Range<Int>
    /// Whether the layers after it that do not appear pass a mask on.
    var keepsMask = true
    let maskOffset: Int?
    /// Whether the input, and the output, have an axis of time.
    let hasTime: (input: Bool, output: Bool)
  }

  private(set) var parts: [Part] = []
  /// What each part reads; the last is what the stream gives.
  private(set) var shapes: [[Int]] = []
  private(set) var offsets: [Int] = []
  private(set) var stateShapes: [[Int]] = []
  let batch: Int
  /// Without the axis of time.
  let inputShape: [Int]
  let outputShape: [Int]
  let scratchOffset: Int
  let memoryCount: Int

  init(layers: [Layer], modelInput: Shape, batch: Int) throws(ElmanError) {
    self.batch = batch
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
      let hadTime = hasTime
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
          maskOffset: space.takeMask(of: layer, for: try Dimensions(shape)), hasTime: (hadTime, hasTime)))
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

  /// The layers of one step, each bound to its part of the memory.
  func steps(
    in memory: UnsafeMutablePointer<Float>, states: [UnsafeMutablePointer<Float>]
  ) throws(ElmanError) -> [StreamStep] {
    var mask: Mask?
    var steps: [StreamStep] = []
    for (index, part) in parts.enumerated() {
      let shape = try Dimensions(shapes[index])
      let written = part.maskOffset.map { (memory + $0).asMask(part.layer.maskCapacity(for: shape)) }
      let call = LayerCall(
        inputShape: shape, outputShape: try Dimensions(shapes[index + 1]),
        input: memory + offsets[index], outputs: [memory + offsets[index + 1]],
        streamStates: Array(states[part.states]), mask: mask, threads: 1,
        scratch: memory + scratchOffset)
      steps.append(try part.layer.streamStep(call, mask: written))
      mask = part.keepsMask ? part.layer.mask(after: call, in: written) : nil
    }
    return steps
  }
}
