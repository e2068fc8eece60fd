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

  /// The threads in use: what was set, otherwise ELMAN_NUM_THREADS, otherwise the cores this process may use.
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
    if let text = getenv("ELMAN_NUM_THREADS"), let count = Int(String(cString: text)), (1...maximum).contains(count) {
      return count
    }
    return allowedCores()
  }()

  private static func allowedCores() -> Int {
    let allowed = Int(elman_cpu_allowed_count())
    return min(max(allowed > 0 ? allowed : Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))), 1), maximum)
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
    pool.run(parts: parts) { part in
      body(part, rows * part / parts..<rows * (part + 1) / parts)
    }
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
