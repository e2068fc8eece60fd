/// The shapes of a call's inputs, borrowed: the shape of the one input or, of several, each shape behind its rank.
public struct InputKey {
  let sizes: UnsafeBufferPointer<Int64>
  /// The number of inputs.
  let count: Int

  /// Of one input.
  public init(_ shape: UnsafeBufferPointer<Int64>) { self.init(shape, count: 1) }

  public init(_ sizes: UnsafeBufferPointer<Int64>, count: Int) {
    self.sizes = sizes
    self.count = count
  }

  var shapes: [[Int]] {
    if count == 1 { return [sizes.map { Int($0) }] }
    var shapes: [[Int]] = []
    var next = 0
    while next < sizes.count {
      let rank = Int(sizes[next])
      shapes.append(sizes[(next + 1)..<(next + 1 + rank)].map { Int($0) })
      next += 1 + rank
    }
    return shapes
  }
}

/// Calls `body` with room for a key, which needs no allocation while it is short.
public func withTemporaryKey(
  _ count: Int, _ body: (UnsafeMutableBufferPointer<Int64>) throws(ElmanError) -> Void
) throws(ElmanError) {
  var failure: ElmanError?
  withUnsafeTemporaryAllocation(of: Int64.self, capacity: count) { key in
    do throws(ElmanError) { try body(key) } catch { failure = error }
  }
  if let failure { throw failure }
}
