/// Keras's `RNN`: any cell over a sequence.
///
/// Input (batch, timesteps, features); output (batch, units), or (batch, timesteps, units) with return_sequences.
public final class RNN: RecurrentLayer, @unchecked Sendable {
  public override class var className: String { "RNN" }

  public let cell: RecurrentCell

  override init(_ reader: inout ConfigReader) throws(ElmanError) {
    guard let value = reader.value("cell") else { throw ElmanError(.wrongType, "RNN needs the argument 'cell'.") }
    if case .array = value {
      cell = try RecurrentCell.make(
        SerializedObject.json(module: "keras.layers", className: StackedRNNCells.className, config: ["cells": value]), of: reader.owner)
    } else {
      cell = try RecurrentCell.make(value, of: reader.owner)
    }
    try super.init(&reader)
  }

  /// Of a cell that is there already, which the layer shares.
  public init(cell: RecurrentCell, config: JSON) throws(ElmanError) {
    self.cell = cell
    var reader = try ConfigReader(config, of: RNN.className)
    reader.ignore("cell")
    try super.init(&reader)
    try reader.finish()
  }

  override var units: Int { cell.units }
  override var stateSizes: [Int] { cell.stateSizes }
  override var namedChildren: [(role: String, layer: Layer)] { [("cell", cell)] }
  override func ownConfig() -> [JSON.Member] { options.config + [JSON.Member("cell", cell.serialized())] }

  override func makeWeights(for input: Shape) throws(ElmanError) -> [Weight] {
    try cell.build(for: [input[0], input.last])
    return []
  }

  override func sequenceScratchCount(_ size: SequenceSize, threads: Int) throws(ElmanError) -> Int {
    try cell.sequenceScratchCount(size, threads: threads)
  }

  override func runSequence(_ call: SequenceCall) throws(ElmanError) { try cell.runSequence(call) }

  override func copy(changing changed: JSON) throws(ElmanError) -> RecurrentLayer {
    cell.isCallersOwn ? try RNN(cell: cell, config: changed) : try super.copy(changing: changed)
  }
}
