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

extension InputKey {
  /// Calls `body` with the key of so many inputs; it needs no allocation while they are few.
  public static func with(
    count: Int, shape: (Int) throws(ElmanError) -> Dimensions, _ body: (InputKey) throws(ElmanError) -> Void
  ) throws(ElmanError) {
    var failure: ElmanError?
    withUnsafeTemporaryAllocation(of: Int64.self, capacity: count * (1 + Shape.maximumRank)) { key in
      do throws(ElmanError) {
        var next = 0
        for index in 0..<count {
          let shape = try shape(index)
          if count > 1 {
            key[next] = Int64(shape.count)
            next += 1
          }
          for size in shape {
            key[next] = Int64(size)
            next += 1
          }
        }
        try body(InputKey(UnsafeBufferPointer(rebasing: key[..<next]), count: count))
      } catch { failure = error }
    }
    if let failure { throw failure }
  }
}
