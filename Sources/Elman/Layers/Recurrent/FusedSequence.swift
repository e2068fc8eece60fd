import KernelInterface

// How threads share a fused cell's run over a sequence. Rows of the batch: each thread runs all timesteps of its rows, with
// no word in between. Or the units, where there are few rows, or weights that fit into no cache: all threads work on one
// timestep, each with weights of its own, and wait for each other at its end.

private enum Sharing {
  case alone
  case rows(parts: Int)
  case units(parts: Int)
}

extension GatedCell {
  /// Floats of scratch memory for one run.
  func scratchCount(_ size: SequenceSize, threads: Int) throws(ElmanError) -> Int {
    // What follows multiplies rows by no more than a few times the width of their gates.
    guard size.batch <= Int.max / 64 / kernels.gateWidth(units, gates) else { throw ScratchSpace.beyondMemory }
    // A mask, which is known at the call alone, keeps the units together.
    let parts = max(rowParts(size, threads: threads), 1)
    var space = ScratchSpace()
    for _ in 0..<parts { _ = RecurrenceScratch(&space, self, size, rows: rowsPerPart(size.batch, parts)) }
    var whole = ScratchSpace()
    _ = RecurrenceScratch(&whole, self, size, rows: size.batch, unitParts: unitParts(size, threads: threads))
    return try max(space.measured(), whole.measured())
  }

  /// Whether a run is one call of the kernel on one thread, with few weights.
  func isTinyCall(_ call: SequenceCall) -> Bool {
    guard case .alone = sharing(call) else { return false }
    return call.size.batch > 0 && call.mask == nil && canMultiplyInputs && hasFewWeights(features: call.size.features)
  }

  fileprivate func sharing(_ call: SequenceCall) -> Sharing {
    // Few weights of one row are not worth it.
    let canShareUnits =
      call.mask == nil && call.kept == nil && canMultiplyInputs
      && (call.size.batch > 1 || !multipliesInputs(rows: 1, features: call.size.features))
    let unitParts = canShareUnits ? unitParts(call.size, threads: call.threads) : 1
    if unitParts > 1 { return .units(parts: unitParts) }
    let rowParts = rowParts(call.size, threads: call.threads)
    return rowParts > 1 ? .rows(parts: rowParts) : .alone
  }

  private func rowParts(_ size: SequenceSize, threads: Int) -> Int {
    let operations = Double(size.timesteps) * Double(size.features + units) * Double(gates) * Double(units)
    return Threads.parts(rows: size.batch, operationsPerRow: operations, threads: threads)
  }

  /// The parts into which the units are cut: 1 where rows are shared better.
  private func unitParts(_ size: SequenceSize, threads: Int) -> Int {
    let isRead = size.batch <= Self.mostRowsOfUnitParts || Double(size.features + units) * Double(gates * units) > Self.weightsInCache
    guard size.timesteps > 1, isRead else { return 1 }
    let worthwhile = Int(min(Double(size.batch) * weightsOfUnits / Self.operationsPerUnitPart, Double(Threads.maximum)))
    return max(1, min(threads, worthwhile, kernels.panelCount(units, gates)))
  }

  /// Whether sharing pays whatever cores the threads are on, and a run alone would take too long to find out. A run that is
  /// longer than the turns of other processes on a core loses little to them.
  fileprivate func isSurelyWorthSharing(_ size: SequenceSize) -> Bool {
    Double(size.timesteps) * Double(size.batch) * weightsOfUnits > Self.operationsOfLongRun
  }

  /// Multiply-adds of one row's recurrent product.
  private var weightsOfUnits: Double { Double(units) * Double(gates) * Double(units) }

  /// Of weights that fit into the caches.
  static let mostRowsOfUnitParts = 4
  /// 16 MiB, half of a large L3 cache.
  private static let weightsInCache = 4_194_304.0
  /// Half a microsecond of a timestep, or less: three times what it costs that threads wait for each other.
  private static let operationsPerUnitPart = 8_000.0
  /// Some twenty milliseconds of one core.
  private static let operationsOfLongRun = 1e9

  fileprivate func rowsPerPart(_ batch: Int, _ parts: Int) -> Int { batch / parts + (batch % parts > 0 ? 1 : 0) }
}

extension PackedCell {
  /// Runs over a sequence.
  func run(_ call: SequenceCall) {
    let (size, batch) = (call.size, call.size.batch)
    guard batch > 0 else { return }
    var space = ScratchSpace(call.scratch)
    func whole(unitParts: Int = 1) -> RecurrenceRun {
      let scratch = RecurrenceScratch(&space, cell, size, rows: batch, unitParts: unitParts)
      return RecurrenceRun(packed: self, call: call, rows: 0..<batch, scratch: scratch)
    }
    switch cell.sharing(call) {
    case .alone: whole().run()
    case .units(let parts) where cell.isSurelyWorthSharing(size): whole(unitParts: parts).runShared(parts: parts)
    case .units(let parts):
      let (start, index) = (Pace.now(), min(batch, GatedCell.mostRowsOfUnitParts) - 1)
      let isShared = paces.allowsSharing(index, at: start)
      if isShared { whole(unitParts: parts).runShared(parts: parts) } else { whole().run() }
      paces.took(index, from: start, isShared: isShared, count: size.timesteps * batch)
    case .rows(let parts): Threads.run(parts: parts, RowParts(packed: self, call: call, count: parts))
    }
  }

  /// The rows of a batch, shared out.
  private struct RowParts: SharedWork {
    let packed: PackedCell
    let call: SequenceCall
    let count: Int

    func callAsFunction(stage: Int, part: Int) {
      let (cell, batch) = (packed.cell, call.size.batch)
      var space = ScratchSpace(call.scratch)
      var scratch: RecurrenceScratch?
      for _ in 0...part { scratch = RecurrenceScratch(&space, cell, call.size, rows: cell.rowsPerPart(batch, count)) }
      guard let scratch else { return }
      RecurrenceRun(packed: packed, call: call, rows: Threads.share(part, of: batch, parts: count), scratch: scratch).run()
    }
  }
}
