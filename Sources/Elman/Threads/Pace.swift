#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Whether work that comes again and again is best shared among threads, told by how long it took, in nanoseconds. The first
/// times it is done alone, then shared for as long as that does not take longer.
struct Pace {
  /// How soon work has to follow the one before it to be shared: threads that sleep are not worth waking for it.
  private let quick: Int
  private var lastEnd = 0
  /// How often work followed at once; below zero the turns for which sharing is not worth trying.
  private var quickOnes = 0
  private var leastAlone = Int.max
  private var pause = 1

  private static let onesBeforeSharing = 3
  /// The first shared ones wake the other threads.
  private static let sharedOnesBeforeJudging = 5
  private static let longestPause = 1000

  init(quick: Int = .max) { self.quick = quick }

  mutating func allowsSharing(at start: Int) -> Bool {
    quickOnes = start - lastEnd < quick ? quickOnes + 1 : min(quickOnes, 0)
    return quickOnes >= Self.onesBeforeSharing
  }

  /// Shared work that takes longer than alone has met another process on one of the cores, or cores that are far from each
  /// other: as many turns go by alone as were lost, and twice as many as the last time. `count` is how much work it was.
  mutating func took(from start: Int, to end: Int, isShared: Bool, count: Int = 1) {
    lastEnd = end
    let duration = (end - start) / count
    if !isShared {
      // The processor may be slower by now.
      leastAlone = leastAlone == .max ? duration : min(duration, leastAlone + leastAlone / 64)
    } else if quickOnes < Self.onesBeforeSharing + Self.sharedOnesBeforeJudging {
      return
    } else if duration > leastAlone {
      quickOnes = -min(pause + duration / max(leastAlone, 1), Self.longestPause)
      pause = min(2 * pause, Self.longestPause)
    } else {
      pause = max(pause / 2, 1)
    }
  }

  static func now() -> Int {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return time.tv_sec * 1_000_000_000 + time.tv_nsec
  }
}
