#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif
import CxxSupport

/// What happens at a fork, which copies the memory of all threads, and of the threads only the one that forks.
///
/// Before the first one comes a rehearsal. Before each, the forking thread takes, in this order:
///   1. `changes`: no model, layer or stream is half changed;
///   2. `lists`: no lock is created or destroyed;
///   3. every `Lock`: nothing that one of them guards is half changed.
/// It does not take a `ReadWriteLock`: functions of the caller run under some, and may wait for the forking thread.
/// What a `ReadWriteLock` guards is changed inside `changing` for this reason.
///
/// In the child, the locks are created anew, those of the forking thread are taken again, and the pool has no threads.
///
/// Swift's `Mutex` must not be used: it keeps the number of the thread that owns it, which a fork makes stale.
enum Fork {
  /// Changes something that threads share under a `ReadWriteLock`, in one piece as a forked child sees it. `body` is
  /// short: it takes no lock, and calls no function of the caller.
  static func changing<Result>(_ body: () -> Result) -> Result {
    pthread_mutex_lock(changes)
    defer { pthread_mutex_unlock(changes) }
    return body()
  }

  static func newMutex() -> UnsafeMutablePointer<pthread_mutex_t> {
    let mutex = plainMutex()
    withLists { _ = mutexes.insert(mutex) }
    return mutex
  }

  static func destroy(_ mutex: UnsafeMutablePointer<pthread_mutex_t>) {
    withLists { _ = mutexes.remove(mutex) }
    pthread_mutex_destroy(mutex)
    mutex.deallocate()
  }

  static func newReadWriteLock() -> UnsafeMutablePointer<pthread_rwlock_t> {
    let lock = UnsafeMutablePointer<pthread_rwlock_t>.allocate(capacity: 1)
    initialize(lock)
    withLists { _ = readWriteLocks.insert(lock) }
    return lock
  }

  static func destroy(_ lock: UnsafeMutablePointer<pthread_rwlock_t>) {
    withLists { _ = readWriteLocks.remove(lock) }
    pthread_rwlock_destroy(lock)
    lock.deallocate()
  }

  private static nonisolated(unsafe) let changes = plainMutex()
  private static nonisolated(unsafe) let lists = plainMutex()
  // Addresses rather than objects, whose references would be counted during a fork.
  private static nonisolated(unsafe) var mutexes: Set<UnsafeMutablePointer<pthread_mutex_t>> = []
  private static nonisolated(unsafe) var readWriteLocks: Set<UnsafeMutablePointer<pthread_rwlock_t>> = []

  private static func plainMutex() -> UnsafeMutablePointer<pthread_mutex_t> {
    let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    pthread_mutex_init(mutex, nil)
    return mutex
  }

  /// A writer that waits holds new readers back, so that threads which run a model without a pause cannot keep its
  /// weights from ever being set.
  private static func initialize(_ lock: UnsafeMutablePointer<pthread_rwlock_t>) {
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

  private static func withLists(_ body: () -> Void) {
    _ = handlers
    pthread_mutex_lock(lists)
    body()
    pthread_mutex_unlock(lists)
  }

  private static let handlers: Void = {
    // They are made now, rather than during a fork.
    _ = (changes, lists, mutexes.count, readWriteLocks.count)
    pthread_atfork({ Fork.begin() }, { Fork.endInParent() }, { Fork.endInChild() })
  }()

  private static func begin() {
    Rehearsal.run
    for _ in 0..<mostTries {
      if elman_runtime_close() != 0, tryAll() { return }
      elman_runtime_open()
      sched_yield()
    }
    takeAll()
  }

  /// A thread may need one of the locks to finish what the runtime waits for, or the other way round: both or neither.
  private static let mostTries = 500

  private static func tryAll() -> Bool {
    guard pthread_mutex_trylock(changes) == 0 else { return false }
    guard pthread_mutex_trylock(lists) == 0 else {
      pthread_mutex_unlock(changes)
      return false
    }
    var taken: [UnsafeMutablePointer<pthread_mutex_t>] = []
    for mutex in mutexes {
      if pthread_mutex_trylock(mutex) == 0 {
        taken.append(mutex)
        continue
      }
      for mutex in taken { pthread_mutex_unlock(mutex) }
      pthread_mutex_unlock(lists)
      pthread_mutex_unlock(changes)
      return false
    }
    return true
  }

  private static func takeAll() {
    pthread_mutex_lock(changes)
    pthread_mutex_lock(lists)
    for mutex in mutexes { pthread_mutex_lock(mutex) }
  }

  private static func endInParent() {
    for mutex in mutexes { pthread_mutex_unlock(mutex) }
    pthread_mutex_unlock(lists)
    pthread_mutex_unlock(changes)
    elman_runtime_open()
  }

  private static func endInChild() {
    for mutex in mutexes { pthread_mutex_init(mutex, nil) }
    for lock in readWriteLocks { initialize(lock) }
    pthread_mutex_init(lists, nil)
    pthread_mutex_init(changes, nil)
    HeldLocks.takeAgain()
    Threads.restart()
  }
}
