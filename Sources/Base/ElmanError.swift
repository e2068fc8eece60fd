/// What went wrong: a stable code and a sentence that says what was given and what was expected.
public struct ElmanError: Error, Sendable, CustomStringConvertible {
  /// The statuses of elman.h; raw values are never renumbered.
  public enum Code: Int32, Sendable {
    case invalidArgument = -1
    case invalidHandle = -2
    case wrongType = -3
    case notFound = -4
    case shapeMismatch = -5
    case notBuilt = -6
    case bufferTooSmall = -7
    case outOfMemory = -8
    case unsupported = -9
    case `internal` = -10
  }

  public let code: Code
  public let message: String
  /// What a function of the caller returned where that was the error; otherwise 0.
  public let callbackStatus: Int32

  public init(_ code: Code, _ message: String, callbackStatus: Int32 = 0) {
    self.code = code
    self.message = message
    self.callbackStatus = callbackStatus
  }

  public var description: String { message }
}
