import KernelInterface

/// Keras's `RNN`: any cell over a sequence.
///
/// Input (batch, timesteps, features); output (batch, units), or (batch, timesteps, units) with return_sequences.
public final class RNN: RecurrentLayer, ListedLayer, @unchecked Sendable {
  public override class var className: String { "RNN" }

  static let arguments = Arguments(.cell, .sequence(byName: []))

  public let cell: CellLayer

  init(_ reader: inout ConfigReader) throws(ElmanError) {
    let (inner, options) = try Self.arguments.values(&reader)
    let runner = try CellsRunner([inner], of: reader.owner)
    cell = runner.cells[0]
    try super.init(runner, options, &reader, children: [("cell", cell)])
  }

  // The cell as it is now: it may have changed since it was made.
  override func ownConfig() -> [JSON.Member] { super.ownConfig() + [JSON.Member("cell", cell.serialized())] }

  override func copy(changing changed: JSON) throws(ElmanError) -> RecurrentLayer {
    guard runner.isCallersOwn else { return try super.copy(changing: changed) }
    var reader = try ConfigReader(changed, of: RNN.className, around: [cell])
    return try RNN(&reader)
  }
}

extension Argument<Layer> {
  /// The cell of an RNN; a list of cells stands for StackedRNNCells.
  fileprivate static var cell: Argument {
    Argument("cell", "cell", nil, json: { _ in nil }) { (reader, name) throws(ElmanError) in
      if case .array(let cells)? = reader.value(name) {
        let stack = SerializedObject(className: StackedRNNCells.className, config: ["cells": .array(cells)])
        return try LayerRegistry.make(stack, keras: reader.keras)
      }
      guard let cell = try reader.layer(name) else { throw reader.missing(name, "a cell") }
      return cell
    }
  }
}

/// Keras's `StackedRNNCells`: cells of which each reads the output of the one before. The states are those of the first
/// cell, then of the second, and so on.
public final class StackedRNNCells: CellLayer, ListedLayer, @unchecked Sendable {
  public override class var className: String { "StackedRNNCells" }

  static let arguments = Arguments(.cells)

  private let cells: [CellLayer]

  init(_ reader: inout ConfigReader) throws(ElmanError) {
    let runner = try CellsRunner(Self.arguments.values(&reader), of: reader.owner)
    cells = runner.cells
    super.init(
      runner, try LayerSettings(&reader), children: cells.enumerated().map { ("cells/\($0.offset)", $0.element) })
  }

  override func ownConfig() -> [JSON.Member] { [JSON.Member("cells", .array(cells.map { $0.serialized() }))] }
}

extension Argument<[Layer]> {
  private static var limit: Int { 256 }

  /// Cells of which each reads the output of the one before.
  fileprivate static var cells: Argument {
    Argument("cells", "cells", nil, json: { _ in nil }) { (reader, name) throws(ElmanError) in
      var cells = reader.takeGivenLayers()
      if cells.isEmpty, case .array(let list)? = reader.value(name), list.count <= limit {
        for cell in list { cells.append(try LayerRegistry.make(cell, keras: reader.keras)) }
      }
      guard (1...limit).contains(cells.count) else { throw reader.missing(name, "a list of 1 to \(limit) cells") }
      return cells
    }
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

  /// Of layers, at least one, that must be cells.
  init(_ layers: [Layer], of owner: String) throws(ElmanError) {
    var cells: [CellLayer] = []
    for layer in layers {
      guard let cell = layer as? CellLayer else {
        throw ElmanError(
          .invalidArgument,
          "\(owner) takes cells (SimpleRNNCell, LSTMCell, GRUCell, StackedRNNCells). Received: a "
            + "\(type(of: layer).className)"
        )
      }
      cells.append(cell)
    }
    self.cells = cells
    units = cells[cells.count - 1].runner.units
    stateSizes = cells.flatMap(\.runner.stateSizes)
    isCallersOwn = cells.contains(where: \.runner.isCallersOwn)
  }

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
