#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The watched locks that a thread holds, innermost first. A function of the caller's that runs under them may come
/// back and ask for one of them again, which its own thread would then wait for without end.
enum HeldLocks {
  /// One of them, with those taken before it.
  final class Link {
    unowned(unsafe) let lock: ReadWriteLock
    let isExclusive: Bool
    let outer: Link?

    fileprivate init(_ lock: ReadWriteLock, isExclusive: Bool, outer: Link?) {
      self.lock = lock
      self.isExclusive = isExclusive
      self.outer = outer
    }
  }

  /// nil if the system has no more keys: the locks of a thread are then not known.
  private static let key: pthread_key_t? = {
    var key = pthread_key_t()
    return pthread_key_create(&key, nil) == 0 ? key : nil
  }()

  /// Those of this thread.
  static var ofThisThread: Link? {
    key.flatMap { pthread_getspecific($0) }.map { Unmanaged<Link>.fromOpaque($0).takeUnretainedValue() }
  }

  private static func set(_ link: Link?) {
    guard let key else { return }
    let previous = pthread_getspecific(key)
    pthread_setspecific(key, link.map { Unmanaged.passRetained($0).toOpaque() })
    if let previous { Unmanaged<Link>.fromOpaque(previous).release() }
  }

  static func contains(_ lock: ReadWriteLock) -> Bool {
    var held = ofThisThread
    while let link = held {
      if link.lock === lock { return true }
      held = link.outer
    }
    return false
  }

  static func push(_ lock: ReadWriteLock, exclusively isExclusive: Bool) {
    set(Link(lock, isExclusive: isExclusive, outer: ofThisThread))
  }

  /// In a forked child, whose locks are all free: takes those of this thread again.
  static func takeAgain() {
    var held = ofThisThread
    while let link = held {
      link.lock.takeAgain(exclusively: link.isExclusive)
      held = link.outer
    }
  }

  /// Takes the innermost lock off if it is this one: one that was not watched yet when it was taken is not there.
  static func pop(_ lock: ReadWriteLock) {
    if let link = ofThisThread, link.lock === lock { set(link.outer) }
  }

  /// Calls `body` with `held` as the locks of this thread: one that works for another must not wait for that one's
  /// either.
  static func being(_ held: Link, _ body: () -> Void) {
    let before = ofThisThread
    set(held)
    defer { set(before) }
    body()
  }
}
