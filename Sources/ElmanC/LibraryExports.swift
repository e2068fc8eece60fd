#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif
import CElman
import Elman

/// A text of the program itself, which lives as long as the process.
private func constant(_ text: StaticString) -> UnsafePointer<CChar> {
  UnsafeRawPointer(text.utf8Start).assumingMemoryBound(to: CChar.self)
}

@implementation @_cdecl("elman_version")
public func elman_version() -> UnsafePointer<CChar>? {
  versionText
}

/// The text of the header, copied once, since Swift sees the macro as a String.
private nonisolated(unsafe) let versionText = UnsafePointer(strdup(ELMAN_VERSION_STRING))

@implementation @_cdecl("elman_version_number")
public func elman_version_number() -> Int32 {
  ELMAN_VERSION_MAJOR * 10000 + ELMAN_VERSION_MINOR * 100 + ELMAN_VERSION_PATCH
}

@implementation @_cdecl("elman_status_name")
public func elman_status_name(_ status: elman_status) -> UnsafePointer<CChar>? {
  switch status {
  case ELMAN_OK: constant("ELMAN_OK")
  case ELMAN_INVALID_ARGUMENT: constant("ELMAN_INVALID_ARGUMENT")
  case ELMAN_INVALID_HANDLE: constant("ELMAN_INVALID_HANDLE")
  case ELMAN_WRONG_TYPE: constant("ELMAN_WRONG_TYPE")
  case ELMAN_NOT_FOUND: constant("ELMAN_NOT_FOUND")
  case ELMAN_SHAPE_MISMATCH: constant("ELMAN_SHAPE_MISMATCH")
  case ELMAN_NOT_BUILT: constant("ELMAN_NOT_BUILT")
  case ELMAN_BUFFER_TOO_SMALL: constant("ELMAN_BUFFER_TOO_SMALL")
  case ELMAN_OUT_OF_MEMORY: constant("ELMAN_OUT_OF_MEMORY")
  case ELMAN_UNSUPPORTED: constant("ELMAN_UNSUPPORTED")
  case ELMAN_INTERNAL: constant("ELMAN_INTERNAL")
  default: constant("unknown status")
  }
}

@implementation @_cdecl("elman_last_error")
public func elman_last_error(_ text: UnsafeMutablePointer<CChar>?, _ capacity: Int) -> Int {
  let message = LastError.text
  let length = message.map { strlen($0) } ?? 0
  // A capacity beyond Int.max arrives negative, and holds every message.
  let room = capacity < 0 ? Int.max : capacity
  guard let text, room > 0 else { return length }
  var count = min(length, room - 1)
  if let message {
    // Not inside a UTF-8 sequence: back to where one begins.
    if count < length { while count > 0, UInt8(bitPattern: message[count]) & 0xC0 == 0x80 { count -= 1 } }
    memcpy(text, message, count)
  }
  text[count] = 0
  return length
}

@implementation @_cdecl("elman_last_callback_status")
public func elman_last_callback_status() -> Int32 { LastError.callbackStatus }

@implementation @_cdecl("elman_kernels")
public func elman_kernels() -> UnsafePointer<CChar>? {
  switch selectedKernelsName {
  case "avx2": constant("avx2")
  case "avx512": constant("avx512")
  default: constant("baseline")
  }
}

@implementation @_cdecl("elman_set_num_threads")
public func elman_set_num_threads(_ threads: Int32) -> elman_status {
  boundary { () throws(ElmanError) in try Threads.setCount(Int(threads)) }
}

@implementation @_cdecl("elman_get_num_threads")
public func elman_get_num_threads() -> Int32 {
  Int32(clamping: Threads.count)
}

@implementation @_cdecl("elman_set_seed")
public func elman_set_seed(_ seed: UInt64) -> elman_status {
  boundary { () throws(ElmanError) in RandomStreams.setSeed(seed) }
}

@implementation @_cdecl("elman_reset_names")
public func elman_reset_names() -> elman_status {
  boundary { () throws(ElmanError) in NameCounter.reset() }
}
