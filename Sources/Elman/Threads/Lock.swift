#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A lock for the few instructions that change something shared. Under it, no other lock is taken, created or
/// destroyed, and no function of the caller runs: a fork waits for it, and a forked child finds it free.
public final class Lock: @unchecked Sendable {
  private let mutex = Fork.newMutex()

  public init() {}

  deinit { Fork.destroy(mutex) }

  @inlinable @inline(__always)
  public func withLock<Result>(_ body: () -> Result) -> Result {
    lock()
    defer { unlock() }
    return body()
  }

  @usableFromInline func lock() { pthread_mutex_lock(mutex) }
  @usableFromInline func unlock() { pthread_mutex_unlock(mutex) }
}
