#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif
import CElman
import Elman

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
