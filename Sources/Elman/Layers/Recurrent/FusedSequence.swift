import KernelInterface

// A fused cell over a sequence: rows of the batch are shared out among the threads, and each thread runs all timesteps
// of its rows, with no barrier in between.

extension FusedCell {
  /// Floats of scratch memory for one run.
  func scratchCount(_ size: SequenceSize, threads: Int) throws(ElmanError) -> Int {
    let parts = parts(size, threads: threads)
    var space = ScratchSpace()
    for _ in 0..<parts { _ = RecurrenceScratch(&space, self, rows: rowsPerPart(size.batch, parts), timesteps: size.timesteps) }
    return try space.measured()
  }

  fileprivate func parts(_ size: SequenceSize, threads: Int) -> Int {
    let operations = Double(size.timesteps) * Double(size.features + units) * Double(gates) * Double(units)
    return Threads.parts(rows: size.batch, operationsPerRow: operations, threads: threads)
  }

  fileprivate func rowsPerPart(_ batch: Int, _ parts: Int) -> Int { batch / parts + (batch % parts > 0 ? 1 : 0) }
}

extension PackedRecurrence {
  /// Runs over a sequence.
  func run(_ call: SequenceCall) {
    let (size, batch) = (call.size, call.size.batch)
    guard batch > 0 else { return }
    let parts = cell.parts(size, threads: call.threads)
    var space = ScratchSpace(call.scratch)
    if parts == 1 {
      let scratch = RecurrenceScratch(&space, cell, rows: batch, timesteps: size.timesteps)
      RecurrenceRun(packed: self, call: call, rows: 0..<batch, scratch: scratch).run()
      return
    }
    let scratches = (0..<parts).map { _ in
      RecurrenceScratch(&space, cell, rows: cell.rowsPerPart(batch, parts), timesteps: size.timesteps)
    }
    Threads.split(rows: batch, parts: parts) { part, rows in
      RecurrenceRun(packed: self, call: call, rows: rows, scratch: scratches[part]).run()
    }
  }
}
