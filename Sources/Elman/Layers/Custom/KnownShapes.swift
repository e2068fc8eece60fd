/// The output shapes that a function of the caller has told, by input shapes: to tell them, it may run.
final class KnownShapes: @unchecked Sendable {
  private var known: [[Shape]: [Shape]] = [:]
  private let lock = ReadWriteLock()
  /// More shapes than a program has that does not change them all the time.
  private static let most = 256

  func shapes(
    for inputs: [Shape], _ tell: () throws(ElmanError) -> [Shape]
  ) throws(ElmanError) -> [Shape] {
    if let known = try lock.shared({ known[inputs] }) { return known }
    // Not with the lock held: the function is the caller's.
    let outputs = try tell()
    try lock.exclusive {
      Fork.changing {
        if known.count >= Self.most { known.removeAll() }
        known[inputs] = outputs
      }
    }
    return outputs
  }
}
