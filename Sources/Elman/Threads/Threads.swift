#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif
import CPUFeatures
import Synchronization

/// How many threads the engine uses, and the sharing-out of rows among them.
public enum Threads {
  public static let maximum = 1024

  private static let chosen = Atomic<Int>(0)
  private static let pool = ThreadPool()

  /// In a forked child, which has none of the pool's threads.
  static func restart() { pool.restart() }

  /// The threads in use: what was set, otherwise ELMAN_NUM_THREADS, otherwise OMP_NUM_THREADS, otherwise the cores
  /// that affinity and control groups leave to this process.
  public static var count: Int {
    let chosen = chosen.load(ordering: .relaxed)
    return chosen > 0 ? chosen : standard
  }

  /// Sets the number of threads; 0 goes back to the default.
  public static func setCount(_ count: Int) throws(ElmanError) {
    try require(count)
    chosen.store(count, ordering: .relaxed)
  }

  /// An error unless a number of threads may be set; 0 is the default.
  static func require(_ count: Int) throws(ElmanError) {
    guard (0...maximum).contains(count) else {
      throw ElmanError(
        .invalidArgument, "The number of threads must be 0 (the default) to \(maximum). Received: \(count)")
    }
  }

  private static let standard: Int = {
    for name in ["ELMAN_NUM_THREADS", "OMP_NUM_THREADS"] {
      // OMP_NUM_THREADS may be a list, a number for each level of nesting.
      guard let text = getenv(name), let first = String(cString: text).split(separator: ",").first else { continue }
      if let count = Int(first.filter { $0 != " " }), (1...maximum).contains(count) { return count }
    }
    return min(max(min(allowedCores(), ControlGroup.allowedCores()), 1), maximum)
  }()

  private static func allowedCores() -> Int {
    let allowed = Int(elman_cpu_allowed_count())
    return allowed > 0 ? allowed : Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))
  }

  /// The parts, at most `threads`, into which `rows` rows of `operationsPerRow` multiply-adds are cut:
  /// 1 where a cut costs more than it gives.
  static func parts(rows: Int, operationsPerRow: Double, threads: Int) -> Int {
    let worthwhile = Int(min(Double(rows) * operationsPerRow / operationsPerPart, Double(maximum)))
    return max(1, min(threads, rows, worthwhile))
  }

  /// About ten microseconds of one core, several times what waking a worker costs.
  private static let operationsPerPart = 500_000.0

  /// The rows of one part.
  static func share(_ part: Int, of rows: Int, parts: Int) -> Range<Int> {
    rows * part / parts..<rows * (part + 1) / parts
  }

  /// Starts the threads that so many parts will want, which would otherwise start with the first job.
  static func prepare(parts: Int) {
    pool.prepare(parts: parts)
  }

  /// Does each part of each stage; a stage begins when all parts of the one before it are done.
  static func run(stages: Int = 1, parts: Int, _ work: some SharedWork) {
    if let held = HeldLocks.ofThisThread {
      pool.run(stages: stages, parts: parts, WorkUnderLocks(held: held, work: work))
    } else {
      pool.run(stages: stages, parts: parts, work)
    }
  }
}

/// What threads share. A type of its own rather than a function, whose variables would take memory at each call.
protocol SharedWork {
  func callAsFunction(stage: Int, part: Int)
}

/// Work for a thread that holds locks: the others must not wait for these either.
private struct WorkUnderLocks<Work: SharedWork>: SharedWork {
  let held: HeldLocks.Link
  let work: Work

  func callAsFunction(stage: Int, part: Int) {
    HeldLocks.being(held) { work(stage: stage, part: part) }
  }
}
