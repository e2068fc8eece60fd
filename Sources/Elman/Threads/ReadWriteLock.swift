#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif
import Synchronization

/// Many readers or one writer. Not recursive, not even for readers: a writer that waits holds new readers back.
///
/// A watched lock knows whether this thread holds it. It lets that thread read, and refuses to let it write. A forked
/// child finds the lock free, unless the thread that forked holds it.
final class ReadWriteLock: @unchecked Sendable {
  private let lock = Fork.newReadWriteLock()
  private let isWatched = Atomic<Bool>(false)

  deinit { Fork.destroy(lock) }

  /// Takes a lock that this thread held when it forked.
  func takeAgain(exclusively: Bool) {
    if exclusively { pthread_rwlock_wrlock(lock) } else { pthread_rwlock_rdlock(lock) }
  }

  /// Watches the lock from now on; called before functions of the caller's may run while it is held. Others need not
  /// pay.
  func watch() { isWatched.store(true, ordering: .relaxed) }

  func shared<Result>(_ body: () throws(ElmanError) -> Result) throws(ElmanError) -> Result {
    let isTaken = takeShared()
    defer { if isTaken { giveBack() } }
    return try body()
  }

  func exclusive<Result>(_ body: () throws(ElmanError) -> Result) throws(ElmanError) -> Result {
    if !takeExclusive() { throw ReadWriteLock.insideItsRun() }
    defer { giveBack() }
    return try body()
  }

  // What surrounds a body is kept out of its caller: the bodies of tiny calls are short.

  /// False where this thread holds the lock already.
  @inline(never)
  private func takeShared() -> Bool {
    if isWatched.load(ordering: .relaxed), HeldLocks.contains(self) { return false }
    pthread_rwlock_rdlock(lock)
    if isWatched.load(ordering: .relaxed) { HeldLocks.push(self, exclusively: false) }
    return true
  }

  /// False where this thread holds the lock already.
  @inline(never)
  private func takeExclusive() -> Bool {
    if isWatched.load(ordering: .relaxed), HeldLocks.contains(self) { return false }
    pthread_rwlock_wrlock(lock)
    if isWatched.load(ordering: .relaxed) { HeldLocks.push(self, exclusively: true) }
    return true
  }

  @inline(never)
  private func giveBack() {
    if isWatched.load(ordering: .relaxed) { HeldLocks.pop(self) }
    pthread_rwlock_unlock(lock)
  }

  @inline(never)
  private static func insideItsRun() -> ElmanError {
    ElmanError(
      .invalidArgument,
      "What changes a model or a layer was called from inside its own run, by the function of a cell, a Lambda or a "
        + "layer of the caller. "
        + "Call it before the run or after it.")
  }
}
