import KernelInterface

/// Keras's `StackedRNNCells`: cells of which each reads the output of the one before. The states are those of the first
/// cell, then of the second, and so on.
///
/// Nothing flows back from an upper cell to a lower one within a sequence: each cell runs over all timesteps in turn.
public final class StackedRNNCells: RecurrentCell, @unchecked Sendable {
  public override class var className: String { "StackedRNNCells" }

  let cells: [RecurrentCell]

  init(_ reader: inout ConfigReader) throws(ElmanError) {
    guard case .array(let list)? = reader.value("cells"), !list.isEmpty, list.count <= StackedRNNCells.limit else {
      throw ElmanError(.wrongType, "StackedRNNCells needs the argument 'cells', a list of 1 to \(StackedRNNCells.limit) cells.")
    }
    var cells: [RecurrentCell] = []
    for value in list { cells.append(try RecurrentCell.make(value, of: reader.owner)) }
    self.cells = cells
    super.init(try LayerSettings(&reader))
  }

  /// Of cells that are there already.
  public init(cells: [RecurrentCell], name: String? = nil) throws(ElmanError) {
    self.cells = cells
    var reader = try ConfigReader(.object(name.map { [JSON.Member("name", .string($0))] } ?? []), of: StackedRNNCells.className)
    super.init(try LayerSettings(&reader))
  }

  private static let limit = 256

  override var units: Int { cells[cells.count - 1].units }
  override var stateSizes: [Int] { cells.flatMap(\.stateSizes) }
  override var isCallersOwn: Bool { cells.contains(where: \.isCallersOwn) }
  override var namedChildren: [(role: String, layer: Layer)] { cells.enumerated().map { ("cells/\($0.offset)", $0.element) } }
  override func ownConfig() -> [JSON.Member] { [JSON.Member("cells", .array(cells.map { $0.serialized() }))] }

  override func makeWeights(for input: Shape) throws(ElmanError) -> [Weight] {
    var shape = input
    for cell in cells {
      try cell.build(for: shape)
      shape = [input[0], cell.units]
    }
    return []
  }

  // MARK: Running

  private struct Scratch {
    /// Two areas of (batch, timesteps, units), which take turns as input and output.
    let sequences: [UnsafeMutablePointer<Float>]
    let cell: UnsafeMutablePointer<Float>
  }

  private func scratch(_ space: inout ScratchSpace, _ size: SequenceSize, threads: Int) throws(ElmanError) -> Scratch {
    let widest = cells.dropLast().map(\.units).max() ?? 0
    let sequences = (0..<2).map { _ in space.take(size.batch, size.timesteps, widest) }
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

  override func runPrepared(_ call: SequenceCall) throws(ElmanError) {
    var space = ScratchSpace(call.scratch)
    let scratch = try scratch(&space, call.size, threads: call.threads)
    var firstState = 0
    for (index, cell) in cells.enumerated() {
      let states = firstState..<firstState + cell.stateSizes.count
      firstState = states.upperBound
      let isLast = index == cells.count - 1
      try cell.runSequence(
        SequenceCall(
          size: size(call.size, ofCell: index), input: index == 0 ? call.input : UnsafePointer(scratch.sequences[(index - 1) % 2]),
          reversed: call.reversed, initialStates: call.initialStates.isEmpty ? [] : Array(call.initialStates[states]),
          carriedStates: call.carriedStates.isEmpty ? [] : Array(call.carriedStates[states]), mask: call.mask,
          keepsSequence: isLast ? call.keepsSequence : true, zeroOutputForMask: isLast && call.zeroOutputForMask,
          output: isLast ? call.output : between(scratch.sequences[index % 2], call, units: cell.units),
          finalStates: call.finalStates.isEmpty ? [] : Array(call.finalStates[states]), threads: call.threads,
          scratch: scratch.cell))
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
  /// A cell from `{"class_name": ..., "config": ...}`.
  static func make(_ value: JSON, of owner: String) throws(ElmanError) -> RecurrentCell {
    let layer = try LayerRegistry.make(value)
    guard let cell = layer as? RecurrentCell else {
      throw ElmanError(
        .invalidArgument,
        "\(owner) takes cells (SimpleRNNCell, LSTMCell, GRUCell, StackedRNNCells). Received: a \(type(of: layer).className)")
    }
    return cell
  }
}
