#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The message of the last failure of each thread, as `elman_last_error` tells it.
///
/// It lies in memory of its own, which goes with its thread.
enum LastError {
  /// nil where the system has no more keys: messages are then lost, statuses are not.
  private static let key: pthread_key_t? = {
    var key = pthread_key_t()
    return pthread_key_create(&key, { message in free(message) }) == 0 ? key : nil
  }()

  static func record(_ message: String) {
    guard let key else { return }
    let copy = message.withCString { strdup($0) }
    let previous = pthread_getspecific(key)
    if pthread_setspecific(key, copy) == 0 { free(previous) } else { free(copy) }
  }

  /// This thread's message, ended by zero; nil where there is none.
  static var text: UnsafePointer<CChar>? {
    guard let key, let message = pthread_getspecific(key) else { return nil }
    return UnsafePointer(message.assumingMemoryBound(to: CChar.self))
  }
}
