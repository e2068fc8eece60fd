#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif
import Synchronization

/// Many readers or one writer. Not recursive, not even for readers: a writer that waits holds new readers back, so that
/// threads which run a model without a pause cannot keep its weights from ever being set.
///
/// A watched lock knows whether this thread holds it. It lets that thread read, and refuses to let it write.
final class ReadWriteLock: @unchecked Sendable {
  private let lock = UnsafeMutablePointer<pthread_rwlock_t>.allocate(capacity: 1)
  private let isWatched = Atomic<Bool>(false)

  init() {
    #if canImport(Glibc)
      var attributes = pthread_rwlockattr_t()
      pthread_rwlockattr_init(&attributes)
      // Readers go first where nothing is said.
      pthread_rwlockattr_setkind_np(&attributes, Int32(PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP))
      pthread_rwlock_init(lock, &attributes)
      pthread_rwlockattr_destroy(&attributes)
    #else
      pthread_rwlock_init(lock, nil)
    #endif
  }

  deinit {
    pthread_rwlock_destroy(lock)
    lock.deallocate()
  }

  /// Watches the lock from now on; called before functions of the caller's may run while it is held. Others need not pay.
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
    if isWatched.load(ordering: .relaxed) { HeldLocks.push(self) }
    return true
  }

  /// False where this thread holds the lock already.
  @inline(never)
  private func takeExclusive() -> Bool {
    if isWatched.load(ordering: .relaxed), HeldLocks.contains(self) { return false }
    pthread_rwlock_wrlock(lock)
    if isWatched.load(ordering: .relaxed) { HeldLocks.push(self) }
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
      "What changes a model or a layer was called from inside its own run, by the function of a cell or of a Lambda. "
        + "Call it before the run or after it.")
  }
}
