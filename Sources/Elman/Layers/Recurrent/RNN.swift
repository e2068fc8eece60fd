import KernelInterface

/// Keras's `RNN`: any cell over a sequence.
///
/// Input (batch, timesteps, features); output (batch, units), or (batch, timesteps, units) with return_sequences.
public final class RNN: RecurrentLayer, @unchecked Sendable {
  public override class var className: String { "RNN" }

  public let cell: CellLayer

  convenience init(_ reader: inout ConfigReader) throws(ElmanError) {
    guard var value = reader.value("cell") else { throw ElmanError(.wrongType, "RNN needs the argument 'cell'.") }
    if case .array = value {
      value = SerializedObject.json(
        module: "keras.layers", className: StackedRNNCells.className, config: ["cells": value])
    }
    try self.init(&reader, around: [LayerRegistry.make(value, keras: reader.keras)])
  }

  /// Of a cell that is there already, which the layer shares.
  init(_ reader: inout ConfigReader, around inner: [Layer]) throws(ElmanError) {
    let runner = try CellsRunner(inner, atMost: 1, of: reader.owner)
    cell = runner.cells[0]
    try super.init(runner, &reader, children: [("cell", cell)])
  }

  override func ownConfig() -> [JSON.Member] { options.config + [JSON.Member("cell", cell.serialized())] }

  override func copy(changing changed: JSON) throws(ElmanError) -> RecurrentLayer {
    guard runner.isCallersOwn else { return try super.copy(changing: changed) }
    var reader = try ConfigReader(changed, of: RNN.className)
    return try RNN(&reader, around: [cell])
  }
}

/// Keras's `StackedRNNCells`: cells of which each reads the output of the one before. The states are those of the first
/// cell, then of the second, and so on.
public final class StackedRNNCells: CellLayer, @unchecked Sendable {
  public override class var className: String { "StackedRNNCells" }

  private static let limit = 256

  convenience init(_ reader: inout ConfigReader) throws(ElmanError) {
    guard case .array(let list)? = reader.value("cells"), !list.isEmpty, list.count <= StackedRNNCells.limit else {
      throw ElmanError(
        .wrongType, "StackedRNNCells needs the argument 'cells', a list of 1 to \(StackedRNNCells.limit) cells.")
    }
    var cells: [Layer] = []
    for value in list { cells.append(try LayerRegistry.make(value, keras: reader.keras)) }
    try self.init(&reader, around: cells)
  }

  /// Of cells that are there already, which the layer shares.
  init(_ reader: inout ConfigReader, around inner: [Layer]) throws(ElmanError) {
    let runner = try CellsRunner(inner, atMost: StackedRNNCells.limit, of: reader.owner)
    super.init(
      runner, try LayerSettings(&reader), children: runner.cells.enumerated().map { ("cells/\($0.offset)", $0.element) }
    )
  }
}

/// Runs one cell, or several of which each reads the output of the one before.
///
/// Nothing flows back from an upper cell to a lower one within a sequence: each cell runs over all timesteps in turn.
final class CellsRunner: SequenceRunner {
  let cells: [CellLayer]
  let units: Int
  let stateSizes: [Int]
  let isCallersOwn: Bool

  /// Of layers that must be cells, 1 to `limit` of them.
  init(_ layers: [Layer], atMost limit: Int, of owner: String) throws(ElmanError) {
    guard (1...limit).contains(layers.count) else {
      throw ElmanError(.invalidArgument, "\(owner) takes 1 to \(limit) cells. Received: \(layers.count)")
    }
    var cells: [CellLayer] = []
    for layer in layers {
      guard let cell = layer as? CellLayer else {
        throw ElmanError(
          .invalidArgument,
          "\(owner) takes cells (SimpleRNNCell, LSTMCell, GRUCell, StackedRNNCells). Received: a \(type(of: layer).className)"
        )
      }
      cells.append(cell)
    }
    self.cells = cells
    units = cells[cells.count - 1].runner.units
    stateSizes = cells.flatMap(\.runner.stateSizes)
    isCallersOwn = cells.contains(where: \.runner.isCallersOwn)
  }

  func config(ofCell: Bool) -> [JSON.Member] { [JSON.Member("cells", .array(cells.map { $0.serialized() }))] }

  func makeWeights(for input: Shape) throws(ElmanError) -> [Weight] {
    var features = input.last
    for cell in cells {
      try cell.build(for: [input[0], features])
      features = cell.runner.units
    }
    return []
  }

  func writeInitialStates(_ states: ArraySlice<UnsafeMutablePointer<Float>>, batch: Int) throws(ElmanError) {
    var rest = states
    for cell in cells {
      let count = cell.runner.stateSizes.count
      try cell.runner.writeInitialStates(rest.prefix(count), batch: batch)
      rest = rest.dropFirst(count)
    }
  }

  // MARK: Running

  private func size(_ size: SequenceSize, ofCell index: Int) -> SequenceSize {
    SequenceSize(
      batch: size.batch, timesteps: size.timesteps, features: index == 0 ? size.features : cells[index - 1].runner.units
    )
  }

  private typealias Sequences = (even: UnsafeMutablePointer<Float>, odd: UnsafeMutablePointer<Float>)

  /// Two areas of (batch, timesteps, units), which take turns as the output of a cell and the input of the next.
  private func sequences(_ space: inout ScratchSpace, _ size: SequenceSize) -> Sequences {
    let widest = cells.dropLast().reduce(0) { max($0, $1.runner.units) }
    return (space.take(size.batch, size.timesteps, widest), space.take(size.batch, size.timesteps, widest))
  }

  func scratchCount(_ size: SequenceSize, threads: Int) throws(ElmanError) -> Int {
    var space = ScratchSpace()
    _ = sequences(&space, size)
    var most = 0
    for (index, cell) in cells.enumerated() {
      most = max(most, try cell.runner.scratchCount(self.size(size, ofCell: index), threads: threads))
    }
    _ = space.take(most)
    return try space.measured()
  }

  /// Each cell keeps its own, one behind the other.
  func keptCount(_ size: SequenceSize) throws(ElmanError) -> Int {
    var count = 0
    for (index, cell) in cells.enumerated() { count += try cell.runner.keptCount(self.size(size, ofCell: index)) }
    return count
  }

  func run(_ call: SequenceCall) throws(ElmanError) {
    var space = ScratchSpace(call.scratch)
    let (even, odd) = sequences(&space, call.size)
    let scratch = space.take(0)
    var firstState = 0
    var kept = call.kept
    for (index, cell) in cells.enumerated() {
      let (size, isLast) = (size(call.size, ofCell: index), index == cells.count - 1)
      let count = cell.runner.stateSizes.count
      try cell.runSequence(
        SequenceCall(
          size: size, input: index == 0 ? call.input : UnsafePointer(index % 2 == 1 ? even : odd),
          reversed: call.reversed, initialStates: call.initialStates.dropFirst(firstState).prefix(count),
          carriedStates: call.carriedStates.dropFirst(firstState).prefix(count), mask: call.mask, kept: kept,
          keepsSequence: isLast ? call.keepsSequence : true, zeroOutputForMask: isLast && call.zeroOutputForMask,
          output: isLast ? call.output : between(index % 2 == 0 ? even : odd, call, units: cell.runner.units),
          finalStates: call.finalStates.dropFirst(firstState).prefix(count), training: call.training,
          threads: call.threads, scratch: scratch))
      firstState += count
      if let base = kept { kept = base + (try cell.runner.keptCount(size)) }
    }
  }

  /// A sequence between two cells, in the order of the input whichever end is read first.
  private func between(_ base: UnsafeMutablePointer<Float>, _ call: SequenceCall, units: Int) -> OutputRows {
    let steps = call.size.timesteps
    return call.reversed
      ? OutputRows(base: base + (steps - 1) * units, groupStride: steps * units, rowStride: -units)
      : OutputRows(base: base, groupStride: steps * units, rowStride: units)
  }
}
