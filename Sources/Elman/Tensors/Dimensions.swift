/// The dimensions of an array, all known, at most `Shape.maximumRank`. They are stored inline: a call can compute with
/// shapes without allocating.
public struct Dimensions: RandomAccessCollection, MutableCollection, Equatable, Sendable {
  private var sizes = InlineArray<8, Int>(repeating: 0)
  public private(set) var count = 0

  /// An error where there are too many.
  public init(_ sizes: some Collection<Int>) throws(ElmanError) {
    guard sizes.count <= Shape.maximumRank else {
      throw ElmanError(
        .shapeMismatch, "An array has at most \(Shape.maximumRank) dimensions. Received: shape=\(Shape(Array(sizes)))")
    }
    for size in sizes {
      self.sizes[count] = size
      count += 1
    }
  }

  /// As C gives them.
  public init(_ sizes: UnsafeBufferPointer<Int64>) throws(ElmanError) { try self.init(sizes.lazy.map { Int($0) }) }

  public var startIndex: Int { 0 }
  public var endIndex: Int { count }

  public subscript(index: Int) -> Int {
    get { sizes[index] }
    set { sizes[index] = newValue }
  }

  /// As many dimensions, each of which is `body` of its axis.
  func mapAxes(_ body: (Int) -> Int) -> Dimensions {
    var result = self
    for axis in indices { result[axis] = body(axis) }
    return result
  }

  /// The first dimensions, at most `limit` of them.
  func first(_ limit: Int) -> Dimensions {
    var result = self
    result.count = Swift.min(limit, count)
    return result
  }

  /// The timesteps of all samples; where there is no axis of time, the samples.
  var timestepCount: Int { count > 1 ? self[0] * self[1] : self[0] }

  /// The first two axes as one: each timestep of each sample by itself.
  var timestepsAsBatch: Dimensions {
    var result = self
    for axis in 1..<count { result[axis - 1] = self[axis] }
    result[0] = timestepCount
    result.count -= 1
    return result
  }

  /// An axis that counts from the end where it is negative.
  func axis(_ axis: Int) -> Int { axis < 0 ? axis + count : axis }

  /// The elements along some axes.
  func elements(along axes: [Int]) -> Int { axes.reduce(1) { $0 * self[axis($1)] } }

  // Sizes past `count` may differ.
  public static func == (left: Dimensions, right: Dimensions) -> Bool { left.elementsEqual(right) }
  static func == (left: Dimensions, right: [Int]) -> Bool { left.elementsEqual(right) }
  static func != (left: Dimensions, right: [Int]) -> Bool { !left.elementsEqual(right) }
}

extension Shape {
  init(_ dimensions: Dimensions) { self.init(Array(dimensions)) }
}
