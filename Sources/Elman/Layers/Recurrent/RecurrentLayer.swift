import KernelInterface

/// Keras's arguments about sequences and states, and what follows from them: shapes, masks, states from call to call.
///
/// A subclass says how a sequence is run: SimpleRNN, LSTM and GRU by a fused cell of their own, RNN by any cell.
public class RecurrentLayer: Layer, @unchecked Sendable {
  let options: RecurrentOptions
  /// What a stateful layer carries from call to call, zeros at first.
  private var carriedStates: [FloatBuffer] = []
  private var carriedPointers: [UnsafeMutablePointer<Float>] = []

  init(_ reader: inout ConfigReader, children: [(role: String, layer: Layer)] = []) throws(ElmanError) {
    options = try RecurrentOptions(&reader)
    super.init(try LayerSettings(&reader, inputDimension: .sequence), children: children)
  }

  // MARK: To be overridden

  /// The size of the output of a step.
  var units: Int { 0 }

  /// The sizes of the states, the output's first.
  var stateSizes: [Int] { [] }

  /// Writes the states with which a sequence begins, (batch, size) each, over zeros.
  func writeInitialStates(_ states: ArraySlice<UnsafeMutablePointer<Float>>, batch: Int) throws(ElmanError) {}

  /// Floats of scratch memory for one run.
  func sequenceScratchCount(_ size: SequenceSize, threads: Int) throws(ElmanError) -> Int { 0 }

  /// Floats that a run keeps for training.
  func sequenceKeptCount(_ size: SequenceSize) throws(ElmanError) -> Int {
    try SequenceCall.keptCount(size, stateSizes: stateSizes)
  }

  /// One run over a sequence, with the layer prepared and its lock held.
  func runSequence(_ call: SequenceCall) throws(ElmanError) {}

  /// A fresh layer of this class with another config.
  func copy(changing config: JSON) throws(ElmanError) -> RecurrentLayer {
    guard let copy = try LayerRegistry.make(className: type(of: self).className, config: config) as? RecurrentLayer else {
      throw ElmanError(.internal, "The copy of \(name) is not recurrent.")
    }
    return copy
  }

  // MARK: Shapes

  override func outputShapes(for input: Shape) throws(ElmanError) -> [Shape] {
    try requireRank(3, input)
    try requireSequence(input)
    let output: Shape = options.returnsSequences ? [input[0], input[1], units] : [input[0], units]
    return [output] + (options.returnsState ? stateSizes.map { [input[0], $0] } : [])
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
          + "pass `batch_input_shape` (or `batch_size` beside `input_shape`) to the first layer. Received: input_shape=\(input)")
    }
    if let built = builtInputShape?[0], built != batch {
      throw incompatible("expected shape=\(Shape([built, nil, input[2]])), found shape=\(input)")
    }
  }

  override var stateShapes: [[Int]] { stateSizes.map { [$0] } }
  override var isStateful: Bool { options.isStateful }
  override var maskFlow: MaskFlow { options.returnsSequences ? .passes : .stops }

  // MARK: States

  override func prepare(builtFor input: Shape) throws(ElmanError) {
    if isStateful { try makeCarriedStates(batch: input[0]) }
  }

  private func makeCarriedStates(batch: Int?) throws(ElmanError) {
    guard carriedStates.isEmpty, let batch else { return }
    var states: [FloatBuffer] = []
    for shape in stateShapes { states.append(try FloatBuffer(count: try elementCount([batch] + shape))) }
    let pointers = states.map(\.base)
    try writeInitialStates(pointers[...], batch: batch)
    Fork.changing { (carriedStates, carriedPointers) = (states, pointers) }
  }

  public override func resetStates() throws(ElmanError) {
    try super.resetStates()
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

  override func scratchCount(for input: [Int], threads: Int) throws(ElmanError) -> Int {
    try sequenceScratchCount(SequenceSize(input), threads: threads)
  }

  override func keptCount(for input: [Int]) throws(ElmanError) -> Int { try sequenceKeptCount(SequenceSize(input)) }

  override func forward(_ call: LayerCall) throws(ElmanError) {
    let sequence = try sequenceCall(call)
    try runSequence(sequence)
    if let mask = sequence.mask { repeatMasked(call, mask) }
  }

  /// What a call is for the sequence.
  final func sequenceCall(_ call: LayerCall) throws(ElmanError) -> SequenceCall {
    // A stream puts out every step.
    let keepsSequence = options.returnsSequences || !call.streamStates.isEmpty
    let keptSteps = keepsSequence ? call.inputShape[1] : 1
    return SequenceCall(
      size: SequenceSize(call.inputShape), input: call.input, reversed: options.goesBackwards,
      initialStates: call.initialStates[...], carriedStates: carriedStates(call),
      mask: try call.timestepMask(of: self), kept: call.kept, keepsSequence: keepsSequence,
      zeroOutputForMask: options.zeroOutputForMask,
      output: OutputRows(base: call.outputs[0], groupStride: keptSteps * units, rowStride: units),
      finalStates: options.returnsState ? call.outputs.dropFirst() : [], training: call.training, threads: call.threads,
      scratch: call.scratch)
  }

  /// The states that a stream brings, or those of a stateful layer.
  private func carriedStates(_ call: LayerCall) -> ArraySlice<UnsafeMutablePointer<Float>> {
    call.streamStates.isEmpty ? carriedPointers[...] : call.streamStates[..<stateSizes.count]
  }

  /// In a stream, masked steps at the beginning put out what the step before them did.
  private func repeatMasked(_ call: LayerCall, _ mask: UnsafePointer<UInt8>) {
    guard call.streamStates.count > stateSizes.count else { return }
    let (last, steps) = (call.streamStates[stateSizes.count], call.inputShape[1])
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
    return stateShapes.map { [input[0]] + $0 } + (isMasked ? [[input[0], units]] : [])
  }

  override func beginStream(_ states: ArraySlice<UnsafeMutablePointer<Float>>, batch: Int) throws(ElmanError) {
    try writeInitialStates(states.prefix(stateSizes.count), batch: batch)
  }
}
