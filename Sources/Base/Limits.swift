/// The most that a file may ask for, whatever it says of itself. Every parser takes one.
public struct Limits: Sendable {
  /// Bytes of one array or archive member, unpacked.
  public var bytes = 1 << 31
  /// Bytes of elements of an array that the file does not store, which have a default value.
  public var unstoredBytes = 1 << 20
  /// Nested objects, components of a path, links that lead to links.
  public var depth = 64
  /// Members, links, attributes and index entries of one file.
  public var entries = 1 << 20

  public init() {}
}

/// What is left of a limit. Parsers spend it before they work or allocate.
public struct Budget: Sendable {
  public private(set) var left: Int
  private let what: String

  /// `what` completes "The file has more than N ...".
  public init(_ total: Int, _ what: String) {
    left = total
    self.what = "more than \(total) \(what)"
  }

  public mutating func spend(_ amount: Int = 1) throws(ElmanError) {
    guard amount >= 0, amount <= left else { throw ElmanError(.invalidArgument, "The file has \(what).") }
    left -= amount
  }
}
