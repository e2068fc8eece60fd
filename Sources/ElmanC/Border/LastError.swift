#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif
import Elman

/// The last failure of each thread, as `elman_last_error` and `elman_last_callback_status` tell it.
///
/// It lies in memory of its own, which goes with its thread: the callback's status, then the message and a zero byte.
enum LastError {
  /// nil where the system has no more keys: messages are then lost, statuses are not.
  private static let key: pthread_key_t? = {
    var key = pthread_key_t()
    return pthread_key_create(&key, { message in free(message) }) == 0 ? key : nil
  }()

  private static let textOffset = MemoryLayout<Int32>.size

  static func record(_ error: ElmanError) {
    guard let key else { return }
    var message = error.message
    let copy: UnsafeMutableRawPointer? = message.withUTF8 { text in
      guard let memory = malloc(textOffset + text.count + 1) else { return nil }
      memory.storeBytes(of: error.callbackStatus, as: Int32.self)
      if let source = text.baseAddress { memcpy(memory + textOffset, source, text.count) }
      memory.storeBytes(of: 0, toByteOffset: textOffset + text.count, as: UInt8.self)
      return memory
    }
    let previous = pthread_getspecific(key)
    if pthread_setspecific(key, copy) == 0 { free(previous) } else { free(copy) }
  }

  private static var memory: UnsafeMutableRawPointer? { key.flatMap { pthread_getspecific($0) } }

  /// This thread's message, ended by zero; nil where there is none.
  static var text: UnsafePointer<CChar>? {
    memory.map { UnsafePointer(($0 + textOffset).assumingMemoryBound(to: CChar.self)) }
  }

  static var callbackStatus: Int32 { memory?.load(as: Int32.self) ?? 0 }
}
