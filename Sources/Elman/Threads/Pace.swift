#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Whether work that comes again and again is best shared among threads, judged by the time that it takes, in
/// nanoseconds.
///
/// The first times it is done alone. Then it is shared, and the mean of some ten milliseconds is compared: a thread
/// that the system puts aside for another process costs a few milliseconds, and most shares would look good by
/// themselves. Where sharing does not pay, the work is done alone for a while, each time twice as long, and tried
/// again.
struct Pace {
  /// How soon work has to follow the one before it to be shared: threads that sleep are not worth waking for it.
  private let quick: Int
  private var lastEnd = 0
  /// How often work followed at once.
  private var quickOnes = 0
  /// The duration of one piece of work alone.
  private var alone = Int.max
  /// The shared work since the last judgement.
  private var shared = (duration: 0, count: 0)
  private var rest = shortestRest
  private var endOfRest = 0

  private static let onesBeforeSharing = 3
  /// The first shared ones wake the other threads.
  private static let sharedOnesBeforeJudging = 5
  private static let trial = 10_000_000
  private static let shortestRest = 25_000_000
  private static let longestRest = 800_000_000

  init(quick: Int = .max) { self.quick = quick }

  mutating func allowsSharing(at start: Int) -> Bool {
    quickOnes = start - lastEnd < quick ? quickOnes + 1 : 0
    return quickOnes >= Self.onesBeforeSharing && start >= endOfRest
  }

  /// `count` is how much work it was.
  mutating func took(from start: Int, to end: Int, isShared: Bool, count: Int = 1) {
    lastEnd = end
    if !isShared {
      let duration = (end - start) / count
      // The processor may be slower by now.
      alone = alone == .max ? duration : min(duration, alone + alone / 64)
      return
    }
    if quickOnes < Self.onesBeforeSharing + Self.sharedOnesBeforeJudging { return }
    shared = (shared.duration + end - start, shared.count + count)
    if shared.duration >= Self.trial { judge(at: end) }
  }

  private mutating func judge(at end: Int) {
    if shared.duration / shared.count < alone {
      rest = Self.shortestRest
    } else {
      endOfRest = end + rest
      rest = min(2 * rest, Self.longestRest)
    }
    shared = (0, 0)
  }

  static func now() -> Int {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return time.tv_sec * 1_000_000_000 + time.tv_nsec
  }
}

/// Paces that calls on several threads use at once.
final class SharedPaces: @unchecked Sendable {
  private let lock = Lock()
  private var paces: [Pace]

  init(count: Int) { paces = [Pace](repeating: Pace(), count: count) }

  func allowsSharing(_ index: Int, at start: Int) -> Bool { lock.withLock { paces[index].allowsSharing(at: start) } }

  func took(_ index: Int, from start: Int, isShared: Bool, count: Int) {
    let end = Pace.now()
    lock.withLock { paces[index].took(from: start, to: end, isShared: isShared, count: count) }
  }
}
