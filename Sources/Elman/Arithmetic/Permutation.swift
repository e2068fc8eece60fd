/// The axes of an array in another order: axis i of the result is axis `order[i]` of the array.
struct Permutation {
  private let sizes: [Int]
  private let strides: [Int]

  init(_ shape: [Int], order: [Int]) {
    var dense = [Int](repeating: 1, count: shape.count)
    for axis in shape.indices.dropLast().reversed() { dense[axis] = dense[axis + 1] * shape[axis + 1] }
    sizes = order.map { shape[$0] }
    strides = order.map { dense[$0] }
  }

  /// An order that puts `axes` last, the others first.
  static func last(_ axes: [Int], rank: Int) -> [Int] { (0..<rank).filter { !axes.contains($0) } + axes }

  /// Calls `body` with each place in the result and the place in the array it comes from.
  func forEach(_ body: (_ result: Int, _ array: Int) -> Void) {
    var index = [Int](repeating: 0, count: sizes.count)
    var place = 0
    for result in 0..<sizes.reduce(1, *) {
      body(result, place)
      for axis in sizes.indices.reversed() {
        index[axis] += 1
        place += strides[axis]
        if index[axis] < sizes[axis] { break }
        place -= index[axis] * strides[axis]
        index[axis] = 0
      }
    }
  }
}
