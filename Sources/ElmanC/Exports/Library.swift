#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif
import CElman
import Elman

@implementation @_cdecl("elman_version")
public func elman_version() -> UnsafePointer<CChar>? {
  versionText
}

@implementation @_cdecl("elman_version_number")
public func elman_version_number() -> Int32 {
  ELMAN_VERSION_MAJOR * 10000 + ELMAN_VERSION_MINOR * 100 + ELMAN_VERSION_PATCH
}

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

/// The text of the header, copied once, since Swift sees the macro as a String.
private nonisolated(unsafe) let versionText = UnsafePointer(strdup(ELMAN_VERSION_STRING))
