import KernelInterface

/// Keras's arguments about sequences and states, and what follows from them: shapes, masks, states from call to call. A
/// runner runs the sequence, and has the weights.
public class RecurrentLayer: Layer, @unchecked Sendable {
  let options: RecurrentOptions
  let runner: SequenceRunner
  /// What a stateful layer carries from call to call, zeros at first.
  private var carriedStates: [FloatBuffer] = []
  private var carriedPointers: [UnsafeMutablePointer<Float>] = []

  init(
    _ runner: SequenceRunner, _ options: RecurrentOptions, _ reader: inout ConfigReader,
    children: [(role: String, layer: Layer)] = []
  ) throws(ElmanError) {
    (self.runner, self.options) = (runner, options)
    super.init(try LayerSettings(&reader, inputDimension: .sequence), children: children)
  }

  /// A fresh layer of this class with another config.
  func copy(changing config: JSON) throws(ElmanError) -> RecurrentLayer {
    guard let copy = try LayerRegistry.make(className: type(of: self).className, config: config) as? RecurrentLayer
    else {
      throw ElmanError(.internal, "The copy of \(name) is not recurrent.")
    }
    return copy
  }

  // MARK: Shapes and weights

  override func outputShapes(for input: Shape) throws(ElmanError) -> [Shape] {
    try requireRank(3, input)
    try requireSequence(input)
    let output: Shape = options.returnsSequences ? [input[0], input[1], runner.units] : [input[0], runner.units]
    return [output] + (options.returnsState ? runner.stateSizes.map { [input[0], $0] } : [])
  }

  /// An error unless the features are known, the batch fits a stateful layer, and there is a timestep.
  final func requireSequence(_ input: Shape) throws(ElmanError) {
    _ = try requireFeatures(input)
    try requireBatch(input)
    if input[1] == 0 { throw incompatible("a sequence needs at least one timestep, found shape=\(input)") }
  }

  private func requireBatch(_ input: Shape) throws(ElmanError) {
    guard isStateful else { return }
    guard let batch = input[0] else {
      throw ElmanError(
        .invalidArgument,
        "If a RNN is stateful, it needs to know its batch size. Specify the batch size of your input tensors: "
          + "pass `batch_input_shape` (or `batch_size` beside `input_shape`) to the first layer. Received: "
          + "input_shape=\(input)"
      )
    }
    if let built = builtInputShape?[0], built != batch {
      throw incompatible("expected shape=\(Shape([built, nil, input[2]])), found shape=\(input)")
    }
  }

  override func makeWeights(for input: Shape) throws(ElmanError) -> [Weight] {
    try runner.makeWeights(for: input)
  }
  final override var quantizableWeights: Range<Int> { runner.quantizableWeights }
  final override var packedBytes: Int { runner.packedBytes }

  final override func prepare(builtFor input: Shape) throws(ElmanError) {
    if isStateful { try makeCarriedStates(batch: input[0]) }
    try runner.prepare(ownWeights, as: weightFormat)
  }

  override var stateShapes: [[Int]] { runner.stateSizes.map { [$0] } }
  override var isStateful: Bool { options.isStateful }
  override var maskFlow: MaskFlow { options.returnsSequences ? .passes : .stops }

  // MARK: States

  private func makeCarriedStates(batch: Int?) throws(ElmanError) {
    guard carriedStates.isEmpty, let batch else { return }
    var states: [FloatBuffer] = []
    for shape in stateShapes { states.append(try FloatBuffer(count: try elementCount([batch] + shape))) }
    let pointers = states.map(\.base)
    try runner.writeInitialStates(pointers[...], batch: batch)
    Fork.changing { (carriedStates, carriedPointers) = (states, pointers) }
  }

  override func resetOwnStates() throws(ElmanError) {
    try lock.exclusive { () throws(ElmanError) in
      for state in carriedStates { state.base.update(repeating: 0, count: state.count) }
    }
  }

  /// The shapes of the states that the layer carries; nil where it carries none.
  private func carriedShapes() throws(ElmanError) -> [[Int]]? {
    guard isStateful, let batch = try requireBuiltShape()[0] else { return nil }
    return stateShapes.map { [batch] + $0 }
  }

  override func setStates(_ states: [WeightValue]) throws(ElmanError) {
    guard let shapes = try carriedShapes() else { throw notStateful() }
    try lock.exclusive { () throws(ElmanError) in
      try makeCarriedStates(batch: shapes.first?.first)
      for (buffer, state) in zip(carriedStates, states) {
        if let source = state.values.baseAddress { buffer.base.update(from: source, count: buffer.count) }
      }
    }
  }

  public override func states() throws(ElmanError) -> [(shape: [Int], values: [Float])] {
    guard let shapes = try carriedShapes() else { throw notStateful() }
    var result: [(shape: [Int], values: [Float])] = []
    try lock.exclusive { () throws(ElmanError) in
      try makeCarriedStates(batch: shapes.first?.first)
      result = zip(shapes, carriedStates).map { ($0, Array($1.values)) }
    }
    return result
  }

  // MARK: Running

  override func boundCall(
    inputShape: Dimensions, threads: Int, scratch: UnsafeMutablePointer<Float>
  ) throws(ElmanError) -> FusedSequenceCall? {
    guard let gated = runner as? GatedRunner else { return nil }
    return try FusedSequenceCall(self, gated, inputShape: inputShape, threads: threads, scratch: scratch)
  }

  override func scratchCount(for input: [Int], threads: Int) throws(ElmanError) -> Int {
    try runner.scratchCount(SequenceSize(input), threads: threads)
  }

  override func keptCount(for input: [Int]) throws(ElmanError) -> Int { try runner.keptCount(SequenceSize(input)) }

  override func forward(_ call: LayerCall) throws(ElmanError) {
    let sequence = try sequenceCall(call)
    try runner.run(sequence)
    if let mask = sequence.mask { repeatMasked(call, mask) }
  }

  /// What a call is for the sequence.
  final func sequenceCall(_ call: LayerCall) throws(ElmanError) -> SequenceCall {
    // A stream puts out every step.
    let keepsSequence = options.returnsSequences || !call.streamStates.isEmpty
    let (keptSteps, units) = (keepsSequence ? call.inputShape[1] : 1, runner.units)
    return SequenceCall(
      size: SequenceSize(call.inputShape), input: call.input, reversed: options.goesBackwards,
      initialStates: call.initialStates[...], carriedStates: carriedStates(call),
      mask: try call.timestepMask(of: self), kept: call.kept, keepsSequence: keepsSequence,
      zeroOutputForMask: options.zeroOutputForMask,
      output: OutputRows(base: call.outputs[0], groupStride: keptSteps * units, rowStride: units),
      finalStates: options.returnsState ? call.outputs.dropFirst() : [], training: call.training, threads: call.threads,
      scratch: call.scratch)
  }

  // MARK: Running backwards

  final override func prepareBackward() throws(ElmanError) { try runner.prepareBackward(ownWeights) }

  override func backwardScratchCount(forInputs inputs: [[Int]], threads: Int) throws(ElmanError) -> Int {
    try runner.backwardScratchCount(SequenceSize(inputs[0]), threads: threads)
  }

  /// What a stateful layer carried into the call counts as given: gradients end there.
  override func backward(_ call: BackwardCall) throws(ElmanError) {
    let forward = try sequenceCall(call.forward)
    let rows = forward.output
    try runner.runBackward(
      SequenceGradientCall(
        forward: forward,
        outputGradient: call.outputGradient.map {
          InputRows(base: $0, groupStride: rows.groupStride, rowStride: rows.rowStride)
        },
        finalStateGradients: call.outputGradients.dropFirst(), inputGradient: call.inputGradient,
        initialStateGradients: call.stateGradients[...], weightGradients: call.weightGradients[...],
        scratch: call.scratch))
  }

  /// The states that a stream brings, or those of a stateful layer.
  private func carriedStates(_ call: LayerCall) -> ArraySlice<UnsafeMutablePointer<Float>> {
    call.streamStates.isEmpty ? carriedPointers[...] : call.streamStates[..<runner.stateSizes.count]
  }

  /// In a stream, masked steps at the beginning put out what the step before them did.
  private func repeatMasked(_ call: LayerCall, _ mask: UnsafePointer<UInt8>) {
    let (units, stateCount) = (runner.units, runner.stateSizes.count)
    guard call.streamStates.count > stateCount else { return }
    let (last, steps) = (call.streamStates[stateCount], call.inputShape[1])
    for row in 0..<call.inputShape[0] {
      let (outputs, kept) = (call.outputs[0] + row * steps * units, last + row * units)
      for step in 0..<steps where !options.zeroOutputForMask {
        if mask[row * steps + step] != 0 { break }
        (outputs + step * units).update(from: kept, count: units)
      }
      kept.update(from: outputs + (steps - 1) * units, count: units)
    }
  }

  /// The states that the layer carries by itself, for a wrapper that runs it.
  var ownCarriedStates: [UnsafeMutablePointer<Float>] { carriedPointers }

  override func streamStates(for input: [Int], isMasked: Bool) throws(ElmanError) -> [[Int]] {
    if options.goesBackwards { throw cannotStream("it reads the sequence from its end (go_backwards=True)") }
    if options.returnsState { throw cannotStream("it returns its states; a stream has them in `state`") }
    // A masked step puts out what the step before did.
    return stateShapes.map { [input[0]] + $0 } + (isMasked ? [[input[0], runner.units]] : [])
  }

  override func beginStream(_ states: ArraySlice<UnsafeMutablePointer<Float>>, batch: Int) throws(ElmanError) {
    try runner.writeInitialStates(states.prefix(runner.stateSizes.count), batch: batch)
  }

  override func streamStep(_ call: LayerCall, mask: UnsafeMutablePointer<UInt8>?) throws(ElmanError) -> StreamStep {
    guard let gated = runner as? GatedRunner, call.inputShape[0] == 1, call.mask == nil, gated.cell.canMultiplyInputs
    else {
      return try super.streamStep(call, mask: mask)
    }
    return try GatedStreamStep(self, gated, call)
  }
}
