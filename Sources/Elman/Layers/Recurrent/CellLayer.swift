import KernelInterface

/// One step of a recurrence as a layer: what `RNN` runs over a sequence. Called alone, it takes (batch, features) with
/// its states and gives the output and the next states.
public class CellLayer: Layer, @unchecked Sendable {
  let runner: SequenceRunner

  init(_ runner: SequenceRunner, _ settings: LayerSettings, children: [(role: String, layer: Layer)] = []) {
    self.runner = runner
    super.init(settings, children: children)
  }

  final override var stateShapes: [[Int]] { runner.stateSizes.map { [$0] } }
  final override var runsCallersCode: Bool { runner.isCallersOwn }

  // MARK: Shapes and weights

  final override func outputShapes(for input: Shape) throws(ElmanError) -> [Shape] {
    try requireRank(2, input)
    _ = try requireFeatures(input)
    return [[input[0], runner.units]] + runner.stateSizes.map { [input[0], $0] }
  }

  override func makeWeights(for input: Shape) throws(ElmanError) -> [Weight] {
    try runner.makeWeights(for: input)
  }
  final override var quantizableWeights: Range<Int> { runner.quantizableWeights }
  final override func prepare(builtFor input: Shape) throws(ElmanError) {
    try runner.prepare(ownWeights, as: weightFormat)
  }
  final override var packedBytes: Int { runner.packedBytes }

  // MARK: Running

  final override func scratchCount(for input: [Int], threads: Int) throws(ElmanError) -> Int {
    try runner.scratchCount(SequenceSize(input), threads: threads)
  }

  final override func keptCount(for input: [Int]) throws(ElmanError) -> Int {
    try runner.keptCount(SequenceSize(input))
  }

  final override func forward(_ call: LayerCall) throws(ElmanError) {
    let units = runner.units
    try runner.run(
      SequenceCall(
        size: SequenceSize(call.inputShape), input: call.input, initialStates: call.initialStates[...],
        carriedStates: [],
        kept: call.kept, keepsSequence: false,
        output: OutputRows(base: call.outputs[0], groupStride: units, rowStride: units),
        finalStates: call.outputs.dropFirst(), training: call.training, threads: call.threads, scratch: call.scratch))
  }

  /// One run over a sequence, for the runner that runs this cell: takes the cell's lock.
  final func runSequence(_ call: SequenceCall) throws(ElmanError) {
    try whilePrepared { () throws(ElmanError) in try runner.run(call) }
  }
}
