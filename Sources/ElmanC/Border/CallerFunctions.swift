import Elman

/// What a caller's functions are called with. The caller hears when the library is done with it.
final class CallerContext: @unchecked Sendable {
  let pointer: UnsafeMutableRawPointer?
  private let release: (@convention(c) (UnsafeMutableRawPointer?) -> Void)?
  /// Set once a layer has it.
  var isTaken = false

  init(_ pointer: UnsafeMutableRawPointer?, _ release: (@convention(c) (UnsafeMutableRawPointer?) -> Void)?) {
    self.pointer = pointer
    self.release = release
  }

  deinit {
    if isTaken { release?(pointer) }
  }
}

/// How a caller's function failed.
struct CallFailure {
  let status: Int32
  /// The text of the exception that it threw.
  let exception: String?

  func error(of function: String) -> ElmanError {
    if let exception { return ElmanError(.invalidArgument, "\(function) threw an exception: \(exception)") }
    return ElmanError(.invalidArgument, "\(function) failed. It returned \(status)", callbackStatus: status)
  }
}

/// Calls a function of the caller, which may throw, by one of CxxSupport's; nil if it returned 0.
func guarded(_ call: (UnsafeMutablePointer<CChar>?, Int) -> Int32) -> CallFailure? {
  withUnsafeTemporaryAllocation(of: CChar.self, capacity: 512) { what in
    let status = call(what.baseAddress, what.count)
    if status == 0 { return nil }
    let text = what.baseAddress.map { String(cString: $0) } ?? ""
    return CallFailure(status: status, exception: text.isEmpty ? nil : text)
  }
}
