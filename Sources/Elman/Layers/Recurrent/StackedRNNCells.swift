import KernelInterface

/// Keras's `StackedRNNCells`: cells of which each reads the output of the one before. The states are those of the first
/// cell, then of the second, and so on.
///
/// Nothing flows back from an upper cell to a lower one within a sequence: each cell runs over all timesteps in turn.
public final class StackedRNNCells: RecurrentCell, @unchecked Sendable {
  public override class var className: String { "StackedRNNCells" }

  let cells: [RecurrentCell]
  private let sizes: [Int]

  convenience init(_ reader: inout ConfigReader) throws(ElmanError) {
    guard case .array(let list)? = reader.value("cells"), !list.isEmpty, list.count <= StackedRNNCells.limit else {
      throw ElmanError(.wrongType, "StackedRNNCells needs the argument 'cells', a list of 1 to \(StackedRNNCells.limit) cells.")
    }
    var cells: [Layer] = []
    for value in list { cells.append(try LayerRegistry.make(value, keras: reader.keras)) }
    try self.init(&reader, around: cells)
  }

  /// Of cells that are there already, which the layer shares.
  init(_ reader: inout ConfigReader, around inner: [Layer]) throws(ElmanError) {
    cells = try RecurrentCell.cells(inner, atMost: StackedRNNCells.limit, of: reader.owner)
    sizes = cells.flatMap(\.stateSizes)
    super.init(try LayerSettings(&reader), children: cells.enumerated().map { ("cells/\($0.offset)", $0.element) })
  }

  private static let limit = 256

  override var units: Int { cells[cells.count - 1].units }
  override var stateSizes: [Int] { sizes }
  override var isCallersOwn: Bool { cells.contains(where: \.isCallersOwn) }
  override func ownConfig() -> [JSON.Member] { [JSON.Member("cells", .array(cells.map { $0.serialized() }))] }

  override func makeWeights(for input: Shape) throws(ElmanError) -> [Weight] {
    var shape = input
    for cell in cells {
      try cell.build(for: shape)
      shape = [input[0], cell.units]
    }
    return []
  }

  override func writeInitialStates(_ states: ArraySlice<UnsafeMutablePointer<Float>>, batch: Int) throws(ElmanError) {
    var rest = states
    for cell in cells {
      try cell.writeInitialStates(rest.prefix(cell.stateSizes.count), batch: batch)
      rest = rest.dropFirst(cell.stateSizes.count)
    }
  }

  // MARK: Running

  private struct Scratch {
    /// Two areas of (batch, timesteps, units), which take turns as input and output.
    let sequences: (even: UnsafeMutablePointer<Float>, odd: UnsafeMutablePointer<Float>)
    let cell: UnsafeMutablePointer<Float>

    /// Where a cell writes that is not the last.
    func sequence(after index: Int) -> UnsafeMutablePointer<Float> { index % 2 == 0 ? sequences.even : sequences.odd }
  }

  private func scratch(_ space: inout ScratchSpace, _ size: SequenceSize, threads: Int) throws(ElmanError) -> Scratch {
    let widest = cells.dropLast().reduce(0) { max($0, $1.units) }
    let sequences = (space.take(size.batch, size.timesteps, widest), space.take(size.batch, size.timesteps, widest))
    var most = 0
    for (index, cell) in cells.enumerated() {
      most = max(most, try cell.sequenceScratchCount(self.size(size, ofCell: index), threads: threads))
    }
    return Scratch(sequences: sequences, cell: space.take(most))
  }

  private func size(_ size: SequenceSize, ofCell index: Int) -> SequenceSize {
    SequenceSize(batch: size.batch, timesteps: size.timesteps, features: index == 0 ? size.features : cells[index - 1].units)
  }

  override func sequenceScratchCount(_ size: SequenceSize, threads: Int) throws(ElmanError) -> Int {
    var space = ScratchSpace()
    _ = try scratch(&space, size, threads: threads)
    return try space.measured()
  }

  /// Each cell keeps its own, one behind the other.
  override func sequenceKeptCount(_ size: SequenceSize) throws(ElmanError) -> Int {
    var count = 0
    for (index, cell) in cells.enumerated() { count += try cell.sequenceKeptCount(self.size(size, ofCell: index)) }
    return count
  }

  override func runPrepared(_ call: SequenceCall) throws(ElmanError) {
    var space = ScratchSpace(call.scratch)
    let scratch = try scratch(&space, call.size, threads: call.threads)
    var firstState = 0
    var kept = call.kept
    for (index, cell) in cells.enumerated() {
      let states = firstState..<firstState + cell.stateSizes.count
      let isLast = index == cells.count - 1
      defer { firstState = states.upperBound }
      try cell.runSequence(
        SequenceCall(
          size: size(call.size, ofCell: index), input: index == 0 ? call.input : UnsafePointer(scratch.sequence(after: index - 1)),
          reversed: call.reversed, initialStates: call.initialStates.dropFirst(states.lowerBound).prefix(states.count),
          carriedStates: call.carriedStates.dropFirst(states.lowerBound).prefix(states.count), mask: call.mask,
          kept: kept,
          keepsSequence: isLast ? call.keepsSequence : true, zeroOutputForMask: isLast && call.zeroOutputForMask,
          output: isLast ? call.output : between(scratch.sequence(after: index), call, units: cell.units),
          finalStates: call.finalStates.dropFirst(states.lowerBound).prefix(states.count), training: call.training,
          threads: call.threads, scratch: scratch.cell))
      if let base = kept { kept = base + (try cell.sequenceKeptCount(size(call.size, ofCell: index))) }
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

extension RecurrentCell {
  /// Layers as cells, 1 to `limit` of them, or an error.
  static func cells(_ layers: [Layer], atMost limit: Int, of owner: String) throws(ElmanError) -> [RecurrentCell] {
    guard (1...limit).contains(layers.count) else {
      throw ElmanError(.invalidArgument, "\(owner) takes 1 to \(limit) cells. Received: \(layers.count)")
    }
    var cells: [RecurrentCell] = []
    for layer in layers {
      guard let cell = layer as? RecurrentCell else {
        throw ElmanError(
          .invalidArgument,
          "\(owner) takes cells (SimpleRNNCell, LSTMCell, GRUCell, StackedRNNCells). Received: a \(type(of: layer).className)")
      }
      cells.append(cell)
    }
    return cells
  }
}
