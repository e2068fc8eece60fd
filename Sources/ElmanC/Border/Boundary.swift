import CElman
import Elman

/// The one way from C into elman: every export that can fail runs in here, so that an error becomes a status and a
/// message of this thread.
@inline(__always)
func boundary(_ body: () throws(ElmanError) -> Void) -> elman_status {
  do {
    try body()
    return ELMAN_OK
  } catch {
    return failed(error)
  }
}

@inline(never)
private func failed(_ error: ElmanError) -> elman_status {
  LastError.record(error)
  return error.code.rawValue
}

/// The boundary of functions that make a handle: it is the null handle unless all goes well, so that the caller may
/// always release it.
@inline(__always)
func creating<H: Handle>(
  _ result: UnsafeMutablePointer<H>?, _ name: StaticString, _ body: () throws(ElmanError) -> H.Object
) -> elman_status {
  boundary { () throws(ElmanError) in
    let result = try required(result, name)
    result.pointee = H(id: 0)
    result.pointee = H(id: try HandleTable.add(body(), kind: H.kind))
  }
}
