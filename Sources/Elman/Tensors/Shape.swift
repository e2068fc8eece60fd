/// The dimensions of an array; nil is one that is not fixed (Keras's None). The first one is the batch.
public struct Shape: Equatable, Hashable, Sendable, CustomStringConvertible, ExpressibleByArrayLiteral {
  public var dimensions: [Int?]

  /// The most dimensions an array may have (ELMAN_MAX_RANK).
  public static let maximumRank = 8

  public init(_ dimensions: [Int?]) { self.dimensions = dimensions }
  public init(_ dimensions: [Int]) { self.dimensions = dimensions }
  public init(arrayLiteral elements: Int?...) { dimensions = elements }

  public var rank: Int { dimensions.count }

  /// As Python prints a tuple: `(None, 2, 10)`, `(8,)`.
  public var description: String {
    let list = dimensions.map { $0.map(String.init) ?? "None" }.joined(separator: ", ")
    return rank == 1 ? "(\(list),)" : "(\(list))"
  }

  public subscript(index: Int) -> Int? {
    get { dimensions[index] }
    set { dimensions[index] = newValue }
  }

  public var last: Int? { dimensions.last ?? nil }

  /// All dimensions, or nil where one is not fixed.
  public var concrete: [Int]? {
    let known = dimensions.compactMap { $0 }
    return known.count == rank ? known : nil
  }

  /// Whether an array of these dimensions may stand where this shape is expected.
  public func accepts(_ other: Shape) -> Bool {
    rank == other.rank && zip(dimensions, other.dimensions).allSatisfy { $0 == nil || $1 == nil || $0 == $1 }
  }

  /// The largest dimension, so that sums of a few of them and of a layer's arguments stay numbers.
  static let largestDimension = 1 << 48

  /// An error where a dimension is absurd.
  func requireSensible() throws(ElmanError) {
    guard dimensions.allSatisfy({ (0...Shape.largestDimension).contains($0 ?? 0) }) else {
      throw ElmanError(.outOfMemory, "An array of shape \(self) is beyond this machine's memory.")
    }
  }

  public func withBatch(_ batch: Int?) -> Shape {
    Shape([batch] + dimensions.dropFirst())
  }
}

extension [Shape] {
  /// As Python prints a list: `[(None, 2), (None, 3)]`.
  var list: String { "[\(map(\.description).joined(separator: ", "))]" }
}

/// The number of elements of an array, or an error where it does not fit this machine. Any of its dimensions can then
/// be multiplied: an empty array of absurd dimensions is an error too.
func elementCount(_ dimensions: some Collection<Int>) throws(ElmanError) -> Int {
  var count = 1
  for dimension in dimensions {
    let (product, overflow) = count.multipliedReportingOverflow(by: max(dimension, 1))
    if overflow || product > Int.max / 16 {
      throw ElmanError(.outOfMemory, "An array of shape \(Shape(Array(dimensions))) is beyond this machine's memory.")
    }
    count = product
  }
  return dimensions.contains(0) ? 0 : count
}
