import CElman
import Elman

nonisolated(unsafe) private let versionText: UnsafePointer<CChar> = {
  let text: StaticString = "0.1.0"
  return UnsafeRawPointer(text.utf8Start).assumingMemoryBound(to: CChar.self)
}()

@implementation @_cdecl("elman_version")
public func elman_version() -> UnsafePointer<CChar>? {
  versionText
}
