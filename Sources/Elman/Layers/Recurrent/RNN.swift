/// Keras's `RNN`: any cell over a sequence.
///
/// Input (batch, timesteps, features); output (batch, units), or (batch, timesteps, units) with return_sequences.
public final class RNN: RecurrentLayer, @unchecked Sendable {
  public override class var className: String { "RNN" }

  public let cell: RecurrentCell

  convenience init(_ reader: inout ConfigReader) throws(ElmanError) {
    guard let value = reader.value("cell") else { throw ElmanError(.wrongType, "RNN needs the argument 'cell'.") }
    if case .array = value {
      let stack = SerializedObject.json(module: "keras.layers", className: StackedRNNCells.className, config: ["cells": value])
      try self.init(&reader, around: [LayerRegistry.make(stack, keras: reader.keras)])
    } else {
      try self.init(&reader, around: [LayerRegistry.make(value, keras: reader.keras)])
    }
  }

  /// Of a cell that is there already, which the layer shares.
  init(_ reader: inout ConfigReader, around inner: [Layer]) throws(ElmanError) {
    cell = try RecurrentCell.cells(inner, atMost: 1, of: reader.owner)[0]
    try super.init(&reader, children: [("cell", cell)])
  }

  override var units: Int { cell.units }
  override var stateSizes: [Int] { cell.stateSizes }
  override func ownConfig() -> [JSON.Member] { options.config + [JSON.Member("cell", cell.serialized())] }

  override func makeWeights(for input: Shape) throws(ElmanError) -> [Weight] {
    try cell.build(for: [input[0], input.last])
    return []
  }

  override func writeInitialStates(_ states: ArraySlice<UnsafeMutablePointer<Float>>, batch: Int) throws(ElmanError) {
    try cell.writeInitialStates(states, batch: batch)
  }

  override func sequenceScratchCount(_ size: SequenceSize, threads: Int) throws(ElmanError) -> Int {
    try cell.sequenceScratchCount(size, threads: threads)
  }

  override func sequenceKeptCount(_ size: SequenceSize) throws(ElmanError) -> Int { try cell.sequenceKeptCount(size) }

  override func runSequence(_ call: SequenceCall) throws(ElmanError) { try cell.runSequence(call) }

  override func copy(changing changed: JSON) throws(ElmanError) -> RecurrentLayer {
    guard cell.isCallersOwn else { return try super.copy(changing: changed) }
    var reader = try ConfigReader(changed, of: RNN.className)
    return try RNN(&reader, around: [cell])
  }
}
