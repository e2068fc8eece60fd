import KernelInterface

/// Steps of one row that come in quick succession, their units shared out among threads.
///
/// Waking a thread takes as long as many a step. So only steps that follow each other at once are shared: then the
/// workers of the pool are still awake. A step that comes by itself stays on its thread.
final class SharedStreamStep {
  private let kernel: RecurrenceKernel
  private let units: Int
  private let panels: Int
  /// One call for each part.
  private let calls: UnsafeMutablePointer<Recurrence>
  private let mostParts: Int
  private let scratch: FloatBuffer
  private let scratchCount: Int
  // Behind a pointer, where Swift does not check at each step that nobody else writes it.
  private let pace: UnsafeMutablePointer<Pace>

  /// Steps within 20 microseconds follow each other.
  private static var freshPace: Pace { Pace(quick: 20_000) }

  /// Of float32 some two microseconds of one core.
  private static let weightsPerPart = 60_000

  /// nil where a step is too small to be shared.
  init?(_ cell: GatedCell, features: Int) throws(ElmanError) {
    panels = cell.kernels.panelCount(cell.units, cell.gates)
    let worthwhile = (features + cell.units) * cell.gates * cell.units / Self.weightsPerPart
    mostParts = min(Threads.maximum, panels, worthwhile)
    if mostParts < 2 { return nil }
    kernel = cell.kernel
    units = cell.units
    scratchCount = cell.kernelScratch(rows: 1)
    scratch = try FloatBuffer(count: mostParts * scratchCount)
    calls = .allocate(capacity: mostParts)
    pace = .allocate(capacity: 1)
    pace.initialize(to: Self.freshPace)
    Threads.prepare(parts: min(Threads.count, mostParts))
  }

  deinit {
    calls.deallocate()
    pace.deallocate()
  }

  /// Forgets how long steps took: they have other weights now.
  func reset() { pace.pointee = Self.freshPace }

  /// Runs a step on up to `threads` threads (0: those of the process); `alone` does it on one.
  func run(_ step: UnsafePointer<Recurrence>, alone: RecurrenceKernel, threads: Int) {
    let (start, parts) = (Pace.now(), min(threads > 0 ? threads : Threads.count, mostParts))
    let isShared = parts > 1 && pace.pointee.allowsSharing(at: start)
    if isShared { run(step, parts: parts) } else { alone(step) }
    pace.pointee.took(from: start, to: Pace.now(), isShared: isShared)
  }

  private struct Parts: SharedWork {
    let owner: SharedStreamStep
    let step: UnsafePointer<Recurrence>
    let count: Int

    func callAsFunction(stage: Int, part: Int) {
      let call = owner.calls + part
      call.initialize(to: step.pointee)
      call.pointee.panels = Threads.share(part, of: owner.panels, parts: count)
      call.pointee.scratch = owner.scratch.base + part * owner.scratchCount
      owner.kernel(call)
    }
  }

  private func run(_ step: UnsafePointer<Recurrence>, parts: Int) {
    Threads.run(parts: parts, Parts(owner: self, step: step, count: parts))
    UnsafeMutablePointer(mutating: step.pointee.hidden).update(from: step.pointee.outputs.base, count: units)
  }
}
