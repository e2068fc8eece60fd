import KernelInterface

/// What SimpleRNN, LSTM and GRU share: Keras's arguments about sequences and states, and the run over time.
///
/// The input product of a block of timesteps is one GEMM; then a kernel does the steps of the block, each with its
/// recurrent product, activations and state update in one pass. Rows of the batch are shared out among the threads:
/// each thread runs all timesteps of its rows, with no barrier in between.
public class RecurrentLayer: Layer, @unchecked Sendable {
  let options: RecurrentOptions
  private(set) var packed: PackedRecurrence?
  /// What a stateful layer carries from call to call, zeros at first.
  private var carriedStates: [FloatBuffer] = []

  init(_ reader: inout ConfigReader) throws(ElmanError) {
    options = try RecurrentOptions(&reader)
    super.init(try LayerSettings(&reader, inputDimension: .sequence))
  }

  // MARK: To be overridden

  var units: Int { 0 }
  var gates: Int { 1 }
  var stateCount: Int { 1 }
  var activation: Activation { .linear }
  /// The function of the gates, where there are any.
  var recurrentActivation: Activation { .linear }

  /// The weights as the kernels read them.
  func pack() throws(ElmanError) -> PackedRecurrence {
    throw ElmanError(.internal, "\(type(of: self).className) packs no weights.")
  }

  /// Runs the kernel of this layer.
  func step(_ kernels: KernelSet, _ recurrence: Recurrence) {}

  // MARK: Shapes

  override func outputShapes(for input: Shape) throws(ElmanError) -> [Shape] {
    try requireRank(3, input)
    _ = try requireFeatures(input)
    try requireBatch(input)
    if input[1] == 0 { throw incompatible("a sequence needs at least one timestep, found shape=\(input)") }
    let output: Shape = options.returnsSequences ? [input[0], input[1], units] : [input[0], units]
    return [output] + (options.returnsState ? [Shape](repeating: [input[0], units], count: stateCount) : [])
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

  override var stateShapes: [[Int]] { [[Int]](repeating: [units], count: stateCount) }
  override var isStateful: Bool { options.isStateful }
  override var passesMask: Bool { options.returnsSequences }

  // MARK: States

  override func prepare(builtFor input: Shape) throws(ElmanError) {
    packed = try pack()
    guard isStateful, carriedStates.isEmpty, let batch = input[0] else { return }
    var states: [FloatBuffer] = []
    for _ in 0..<stateCount { states.append(try FloatBuffer(count: try elementCount([batch, units]))) }
    carriedStates = states
  }

  public override func resetStates() throws(ElmanError) {
    try lock.exclusive { () throws(ElmanError) in
      for state in carriedStates { state.base.update(repeating: 0, count: state.count) }
    }
  }

  // MARK: Running

  override func scratchCount(for input: [Int], threads: Int) throws(ElmanError) -> Int {
    try sequenceScratchCount(batch: input[0], timesteps: input[1], features: input[2], threads: threads)
  }

  override func forward(_ call: LayerCall) throws(ElmanError) {
    let (batch, timesteps) = (call.inputShape[0], call.inputShape[1])
    let keptSteps = options.returnsSequences ? timesteps : 1
    runSequence(
      SequenceCall(
        batch: batch, timesteps: timesteps, features: call.inputShape[2], input: call.input,
        reversed: options.goesBackwards, initialStates: call.initialStates, mask: call.mask,
        output: OutputRows(base: call.outputs[0], groupStride: keptSteps * units, rowStride: units),
        finalStates: options.returnsState ? Array(call.outputs.dropFirst()) : [],
        threads: call.threads, scratch: call.scratch))
  }

  /// Floats of scratch memory for one run.
  func sequenceScratchCount(batch: Int, timesteps: Int, features: Int, threads: Int) throws(ElmanError) -> Int {
    let parts = parts(batch: batch, timesteps: timesteps, features: features, threads: threads)
    var space = ScratchSpace()
    for _ in 0..<parts { _ = RecurrenceScratch(&space, self, rows: rowsPerPart(batch, parts), timesteps: timesteps) }
    return try space.measured()
  }

  /// One run over a sequence, with the layer prepared and its lock held.
  func runSequence(_ call: SequenceCall) {
    guard let packed, call.batch > 0 else { return }
    let parts = parts(batch: call.batch, timesteps: call.timesteps, features: call.features, threads: call.threads)
    let carried = carriedStates.map(\.base)
    var space = ScratchSpace(call.scratch)
    if parts == 1 {
      let scratch = RecurrenceScratch(&space, self, rows: call.batch, timesteps: call.timesteps)
      RecurrenceRun(layer: self, packed: packed, call: call, carriedStates: carried, rows: 0..<call.batch, scratch: scratch)
        .run()
      return
    }
    let scratches = (0..<parts).map { _ in
      RecurrenceScratch(&space, self, rows: rowsPerPart(call.batch, parts), timesteps: call.timesteps)
    }
    Threads.split(rows: call.batch, parts: parts) { part, rows in
      RecurrenceRun(layer: self, packed: packed, call: call, carriedStates: carried, rows: rows, scratch: scratches[part])
        .run()
    }
  }

  private func parts(batch: Int, timesteps: Int, features: Int, threads: Int) -> Int {
    let operations = Double(timesteps) * Double(features + units) * Double(gates) * Double(units)
    return Threads.parts(rows: batch, operationsPerRow: operations, threads: threads)
  }

  private func rowsPerPart(_ batch: Int, _ parts: Int) -> Int { batch / parts + (batch % parts > 0 ? 1 : 0) }
}

/// A recurrent layer's weights as the kernels read them.
struct PackedRecurrence: Sendable {
  let kernel: PackedWeights
  let recurrentKernel: PackedWeights
  /// In gate layout.
  let bias: FloatBuffer
  /// In gate layout; GRU with reset_after only.
  var recurrentBias: FloatBuffer?
}
