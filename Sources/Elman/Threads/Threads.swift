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
  private nonisolated(unsafe) static var pool = ThreadPool()

  /// In a forked child the workers are gone and the pool's locks may be held by nobody: it starts with a new pool.
  private static let forkHandler: Void = {
    pthread_atfork(nil, nil, { Threads.pool = ThreadPool() })
  }()

  /// The threads in use: what was set, otherwise ELMAN_NUM_THREADS, otherwise OMP_NUM_THREADS, otherwise the cores
  /// that affinity and control groups leave to this process.
  public static var count: Int {
    let chosen = chosen.load(ordering: .relaxed)
    return chosen > 0 ? chosen : standard
  }

  /// Sets the number of threads; 0 goes back to the default.
  public static func setCount(_ count: Int) throws(ElmanError) {
    guard (0...maximum).contains(count) else {
      throw ElmanError(.invalidArgument, "The number of threads must be 0 (the default) to \(maximum). Received: \(count)")
    }
    chosen.store(count, ordering: .relaxed)
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

  /// Calls `body(part, range)` for `parts` ranges that cover 0..<rows.
  static func split(rows: Int, parts: Int, _ body: (Int, Range<Int>) -> Void) {
    if parts <= 1 { return body(0, 0..<rows) }
    _ = forkHandler
    pool.run(stages: 1, parts: parts) { _, part in
      body(part, share(part, of: rows, parts: parts))
    }
  }

  /// The rows of one part.
  static func share(_ part: Int, of rows: Int, parts: Int) -> Range<Int> {
    rows * part / parts..<rows * (part + 1) / parts
  }

  /// Calls `body(stage, part)` for each part of each stage; a stage begins when all parts of the one before it are done.
  static func stages(_ stages: Int, parts: Int, _ body: (Int, Int) -> Void) {
    _ = forkHandler
    pool.run(stages: stages, parts: parts, body)
  }

  /// The same for a body that may fail: the error of the first part that did.
  static func splitThrowing(
    rows: Int, parts: Int, _ body: (Int, Range<Int>) throws(ElmanError) -> Void
  ) throws(ElmanError) {
    if parts <= 1 { return try body(0, 0..<rows) }
    let failures = Mutex<[Int: ElmanError]>([:])
    split(rows: rows, parts: parts) { part, range in
      do throws(ElmanError) { try body(part, range) } catch { failures.withLock { $0[part] = error } }
    }
    if let first = failures.withLock({ failures in failures.keys.min().flatMap { failures[$0] } }) { throw first }
  }
}
