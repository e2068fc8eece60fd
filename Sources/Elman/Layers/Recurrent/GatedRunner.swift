import KernelInterface

/// Runs SimpleRNN, LSTM or GRU: a gated cell on packed weights.
///
/// Threads share the rows of the batch: each runs all timesteps of its rows, with no word in between. Or they share the
/// units, if there are few rows, or weights that fit into no cache: all threads work on one timestep, each with weights
/// of its own, and wait for each other at its end.
final class GatedRunner: SequenceRunner {
  let cell: GatedCell
  private(set) var packed: PackedCell?
  private var transposed: TransposedCell?

  init(_ cell: GatedCell) { self.cell = cell }

  var units: Int { cell.units }
  var stateSizes: [Int] { cell.stateSizes }

  // MARK: Weights

  func makeWeights(for input: Shape) throws(ElmanError) -> [Weight] { try cell.makeWeights(features: input.last ?? 0) }
  var quantizableWeights: Range<Int> { 0..<2 }
  var packedBytes: Int { packed?.bytes ?? 0 }

  func prepare(_ weights: [Weight], as format: WeightFormat) throws(ElmanError) {
    packed = nil
    packed = try cell.pack(weights, as: format)
  }

  // MARK: Running

  func scratchCount(_ size: SequenceSize, threads: Int) throws(ElmanError) -> Int {
    // What follows multiplies rows by no more than a few times the width of their gates.
    guard size.batch <= Int.max / 64 / cell.gateWidth else { throw ScratchSpace.beyondMemory }
    // A mask, which is known at the call alone, keeps the units together.
    let parts = max(rowParts(size, threads: threads), 1)
    var space = ScratchSpace()
    for _ in 0..<parts { _ = RecurrenceRun.Scratch(&space, cell, size, rows: rowsPerPart(size.batch, parts)) }
    var whole = ScratchSpace()
    _ = RecurrenceRun.Scratch(&whole, cell, size, rows: size.batch, unitParts: unitParts(size, threads: threads))
    return try max(space.measured(), whole.measured())
  }

  func run(_ call: SequenceCall) {
    let (size, batch) = (call.size, call.size.batch)
    guard let packed, batch > 0 else { return }
    var space = ScratchSpace(call.scratch)
    func whole(unitParts: Int = 1) -> RecurrenceRun {
      let scratch = RecurrenceRun.Scratch(&space, cell, size, rows: batch, unitParts: unitParts)
      return RecurrenceRun(packed: packed, call: call, rows: 0..<batch, scratch: scratch)
    }
    switch sharing(call) {
    case .alone: whole().run()
    case .units(let parts) where isSurelyWorthSharing(size): whole(unitParts: parts).runShared(parts: parts)
    case .units(let parts):
      let (start, index) = (Pace.now(), min(batch, Self.mostRowsOfUnitParts) - 1)
      let isShared = packed.paces.allowsSharing(index, at: start)
      if isShared { whole(unitParts: parts).runShared(parts: parts) } else { whole().run() }
      packed.paces.took(index, from: start, isShared: isShared, count: size.timesteps * batch)
    case .rows(let parts): Threads.run(parts: parts, RowParts(runner: self, packed: packed, call: call, count: parts))
    }
  }

  // MARK: Running backwards

  func prepareBackward(_ weights: [Weight]) throws(ElmanError) {
    transposed = nil
    guard cell.isElementwise else {
      throw ElmanError(
        .unsupported, "No gradients flow through functions of whole rows, such as softmax, inside a recurrent cell.")
    }
    transposed = try cell.transpose(weights)
  }

  func backwardScratchCount(_ size: SequenceSize, threads: Int) throws(ElmanError) -> Int {
    var space = ScratchSpace()
    _ = GradientMemory(&space, cell, size, threads: threads)
    return try space.measured()
  }

  func runBackward(_ call: SequenceGradientCall) throws(ElmanError) {
    guard let packed, let transposed, call.size.batch > 0 else { return }
    guard let kept = call.forward.kept else {
      throw ElmanError(.internal, "A run backwards needs the states of one forwards that kept them.")
    }
    var space = ScratchSpace(call.scratch)
    let memory = GradientMemory(&space, cell, call.size, threads: call.forward.threads)
    SequenceGradient(call: call, packed: packed, transposed: transposed, memory: memory, kept: kept).run()
  }

  /// The rows of a batch, shared out.
  private struct RowParts: SharedWork {
    let runner: GatedRunner
    let packed: PackedCell
    let call: SequenceCall
    let count: Int

    func callAsFunction(stage: Int, part: Int) {
      let (cell, batch) = (packed.cell, call.size.batch)
      var space = ScratchSpace(call.scratch)
      var scratch: RecurrenceRun.Scratch?
      for _ in 0...part {
        scratch = RecurrenceRun.Scratch(&space, cell, call.size, rows: runner.rowsPerPart(batch, count))
      }
      guard let scratch else { return }
      RecurrenceRun(packed: packed, call: call, rows: Threads.share(part, of: batch, parts: count), scratch: scratch)
        .run()
    }
  }

  // MARK: What threads share

  private enum Sharing {
    case alone
    case rows(parts: Int)
    case units(parts: Int)
  }

  /// Whether a run is one call of the kernel on one thread, with few weights.
  func isTinyCall(_ call: SequenceCall) -> Bool {
    guard case .alone = sharing(call) else { return false }
    return call.size.batch > 0 && call.mask == nil && cell.canMultiplyInputs
      && cell.hasFewWeights(features: call.size.features)
  }

  private func sharing(_ call: SequenceCall) -> Sharing {
    // Few weights of one row are not worth it.
    let canShareUnits =
      call.mask == nil && call.kept == nil && cell.canMultiplyInputs
      && (call.size.batch > 1 || !cell.multipliesInputs(rows: 1, features: call.size.features))
    let unitParts = canShareUnits ? unitParts(call.size, threads: call.threads) : 1
    if unitParts > 1 { return .units(parts: unitParts) }
    let rowParts = rowParts(call.size, threads: call.threads)
    return rowParts > 1 ? .rows(parts: rowParts) : .alone
  }

  private func rowParts(_ size: SequenceSize, threads: Int) -> Int {
    let operations = Double(size.timesteps) * Double(size.features + units) * Double(cell.gates) * Double(units)
    return Threads.parts(rows: size.batch, operationsPerRow: operations, threads: threads)
  }

  private func rowsPerPart(_ batch: Int, _ parts: Int) -> Int { batch / parts + (batch % parts > 0 ? 1 : 0) }

  /// The parts into which the units are cut: 1 if rows are shared better.
  private func unitParts(_ size: SequenceSize, threads: Int) -> Int {
    let weights = Double(size.features + units) * Double(cell.gates * units)
    guard size.timesteps > 1, size.batch <= Self.mostRowsOfUnitParts || weights > Self.weightsInCache else { return 1 }
    let worthwhile = Int(
      min(Double(size.batch) * recurrentWeights / Self.operationsPerUnitPart, Double(Threads.maximum)))
    return max(1, min(threads, worthwhile, cell.kernels.panelCount(units, cell.gates)))
  }

  /// Whether sharing pays whatever cores the threads are on, and a run alone would take too long to find out. A run
  /// that is longer than the turns of other processes on a core loses little to them.
  private func isSurelyWorthSharing(_ size: SequenceSize) -> Bool {
    Double(size.timesteps) * Double(size.batch) * recurrentWeights > Self.operationsOfLongRun
  }

  /// Multiply-adds of one row's recurrent product.
  private var recurrentWeights: Double { Double(units) * Double(cell.gates) * Double(units) }

  /// Of weights that fit into the caches.
  static let mostRowsOfUnitParts = 4
  /// 16 MiB, half of a large L3 cache.
  private static let weightsInCache = 4_194_304.0
  /// Half a microsecond of a timestep, or less: three times what it costs that threads wait for each other.
  private static let operationsPerUnitPart = 8_000.0
  /// Some twenty milliseconds of one core.
  private static let operationsOfLongRun = 1e9
}
