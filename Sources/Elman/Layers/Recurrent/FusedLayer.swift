/// What SimpleRNN, LSTM and GRU share: a fused cell whose weights are the layer's own.
public class FusedLayer: RecurrentLayer, @unchecked Sendable {
  let cell: GatedCell
  private var packed: PackedCell?

  init(_ cell: GatedCell, _ reader: inout ConfigReader) throws(ElmanError) {
    self.cell = cell
    try super.init(&reader)
  }

  override var units: Int { cell.units }
  override var stateSizes: [Int] { cell.stateSizes }

  override func ownConfig() -> [JSON.Member] { options.config + cell.config(ofCell: false) }

  override func makeWeights(for input: Shape) throws(ElmanError) -> [Weight] { try cell.makeWeights(features: input.last ?? 0) }
  override var quantizableWeights: Range<Int> { 0..<2 }

  override func prepare(builtFor input: Shape) throws(ElmanError) {
    try super.prepare(builtFor: input)
    packed = nil
    packed = try cell.pack(ownWeights, as: weightFormat)
  }

  override var packedBytes: Int { packed?.bytes ?? 0 }

  override func sequenceScratchCount(_ size: SequenceSize, threads: Int) throws(ElmanError) -> Int {
    try cell.scratchCount(size, threads: threads)
  }

  override func runSequence(_ call: SequenceCall) { packed?.run(call) }

  /// The packed weights, and which change of the weights they belong to.
  func currentWeights() throws(ElmanError) -> (packed: PackedCell, version: Int) {
    try current { packed }
  }

  override func boundCall(
    inputShape: Dimensions, threads: Int, scratch: UnsafeMutablePointer<Float>
  ) throws(ElmanError) -> FusedSequenceCall? {
    try FusedSequenceCall(self, inputShape: inputShape, threads: threads, scratch: scratch)
  }

  override func streamStep(_ call: LayerCall, mask: UnsafeMutablePointer<UInt8>?) throws(ElmanError) -> StreamStep {
    let isPlain = call.inputShape[0] == 1 && call.mask == nil && cell.canMultiplyInputs
    return isPlain ? try FusedStreamStep(self, call) : try super.streamStep(call, mask: mask)
  }
}
