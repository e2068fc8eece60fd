/// An array read in another order than its own: the size of each axis, and its stride in the array.
struct StridedView {
  private let sizes: Dimensions
  private let strides: Dimensions

  /// One stride for each axis; 0 repeats an element along it.
  init(sizes: Dimensions, strides: Dimensions) {
    self.sizes = sizes
    self.strides = strides
  }

  /// A dense array whose axis `order[i]` becomes axis i.
  init(_ shape: Dimensions, order: Dimensions) {
    var dense = shape.mapAxes { _ in 1 }
    for axis in shape.indices.dropLast().reversed() { dense[axis] = dense[axis + 1] * shape[axis + 1] }
    self.init(sizes: order.mapAxes { shape[order[$0]] }, strides: order.mapAxes { dense[order[$0]] })
  }

  /// A dense array with some axes last and the others first, both in their order.
  init(_ shape: Dimensions, last axes: [Int]) {
    let rank = shape.count
    func isLast(_ axis: Int) -> Bool { axes.contains(axis) || axes.contains(axis - rank) }
    var order = shape
    var place = 0
    for axis in 0..<rank where !isLast(axis) { (order[place], place) = (axis, place + 1) }
    for axis in 0..<rank where isLast(axis) { (order[place], place) = (axis, place + 1) }
    self.init(shape, order: order)
  }

  /// Calls `body` with the index of each element in this order and its index in the array.
  func forEach(_ body: (_ result: Int, _ array: Int) -> Void) {
    guard let columns = sizes.last, let stride = strides.last, columns > 0 else { return }
    var index = sizes.mapAxes { _ in 0 }
    var place = 0
    for row in 0..<sizes.dropLast().reduce(1, *) {
      for column in 0..<columns { body(row * columns + column, place + column * stride) }
      for axis in sizes.indices.dropLast().reversed() {
        index[axis] += 1
        place += strides[axis]
        if index[axis] < sizes[axis] { break }
        place -= index[axis] * strides[axis]
        index[axis] = 0
      }
    }
  }
}
