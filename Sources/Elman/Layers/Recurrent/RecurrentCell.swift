import KernelInterface

/// One step of a recurrence: what `RNN` runs over a sequence. Called alone, it takes (batch, features) with its states and
/// gives the output and the next states.
public class RecurrentCell: Layer, @unchecked Sendable {
  // MARK: To be overridden

  /// The size of the output of a step.
  var units: Int { 0 }

  /// The sizes of the states.
  var stateSizes: [Int] { [] }

  /// Floats of scratch memory for one run over a sequence.
  func sequenceScratchCount(_ size: SequenceSize, threads: Int) throws(ElmanError) -> Int { 0 }

  /// Floats that a run keeps for training.
  func sequenceKeptCount(_ size: SequenceSize) throws(ElmanError) -> Int {
    try SequenceCall.keptCount(size, stateSizes: stateSizes)
  }

  /// One run over a sequence, with the cell prepared and its lock held.
  func runPrepared(_ call: SequenceCall) throws(ElmanError) {}

  /// Writes the states with which a sequence begins, (batch, size) each, over zeros.
  func writeInitialStates(_ states: ArraySlice<UnsafeMutablePointer<Float>>, batch: Int) throws(ElmanError) {}

  /// Whether the cell, or one in it, is the caller's own: it is then shared, never copied.
  var isCallersOwn: Bool { false }

  // MARK: Called alone

  final override var stateShapes: [[Int]] { stateSizes.map { [$0] } }

  override func outputShapes(for input: Shape) throws(ElmanError) -> [Shape] {
    try requireRank(2, input)
    _ = try requireFeatures(input)
    return [[input[0], units]] + stateSizes.map { [input[0], $0] }
  }

  final override func scratchCount(for input: [Int], threads: Int) throws(ElmanError) -> Int {
    try sequenceScratchCount(SequenceSize(input), threads: threads)
  }

  final override func keptCount(for input: [Int]) throws(ElmanError) -> Int { try sequenceKeptCount(SequenceSize(input)) }

  final override func forward(_ call: LayerCall) throws(ElmanError) {
    try runPrepared(
      SequenceCall(
        size: SequenceSize(call.inputShape), input: call.input, initialStates: call.initialStates[...], carriedStates: [],
        kept: call.kept, keepsSequence: false, output: OutputRows(base: call.outputs[0], groupStride: units, rowStride: units),
        finalStates: call.outputs.dropFirst(), training: call.training, threads: call.threads, scratch: call.scratch))
  }

  /// One run over a sequence.
  final func runSequence(_ call: SequenceCall) throws(ElmanError) {
    try whilePrepared { () throws(ElmanError) in try runPrepared(call) }
  }
}

/// What SimpleRNNCell, LSTMCell and GRUCell share.
public class FusedRecurrentCell: RecurrentCell, @unchecked Sendable {
  private let cell: GatedCell
  private var packed: PackedCell?

  init(_ cell: GatedCell, _ reader: inout ConfigReader) throws(ElmanError) {
    self.cell = cell
    super.init(try LayerSettings(&reader))
  }

  override var units: Int { cell.units }
  override var stateSizes: [Int] { cell.stateSizes }
  override func ownConfig() -> [JSON.Member] { cell.config(ofCell: true) }
  override func makeWeights(for input: Shape) throws(ElmanError) -> [Weight] { try cell.makeWeights(features: input.last ?? 0) }
  override var quantizableWeights: Range<Int> { 0..<2 }
  override var packedBytes: Int { packed?.bytes ?? 0 }

  override func prepare(builtFor input: Shape) throws(ElmanError) {
    packed = nil
    packed = try cell.pack(ownWeights, as: weightFormat)
  }

  override func sequenceScratchCount(_ size: SequenceSize, threads: Int) throws(ElmanError) -> Int {
    try cell.scratchCount(size, threads: threads)
  }

  override func runPrepared(_ call: SequenceCall) { packed?.run(call) }
}
