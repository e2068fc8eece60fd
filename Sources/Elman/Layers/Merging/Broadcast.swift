/// Reads an array as if it had a larger shape: along axes where it has one element, that element repeats. Axes that it
/// lacks stand behind the batch, as in Keras's merging layers.
struct Broadcast {
  private let isWhole: Bool
  private let count: Int
  private let view: StridedView

  /// `lackedAxes`: how many axes of `sizes` the array lacks behind the batch; it may also lack some at the end.
  init(_ shape: Dimensions, to sizes: Dimensions, lackedAxes: Int) {
    isWhole = shape == sizes
    count = sizes.reduce(1, *)
    var dense = shape.mapAxes { _ in 1 }
    for axis in shape.indices.dropLast().reversed() { dense[axis] = dense[axis + 1] * shape[axis + 1] }
    let strides = sizes.mapAxes { axis in
      let own = axis == 0 ? 0 : axis - lackedAxes
      let isThere = axis == 0 || (axis > lackedAxes && own < shape.count)
      return isThere && own < shape.count && shape[own] != 1 ? dense[own] : 0
    }
    view = StridedView(sizes: sizes, strides: strides)
  }

  /// Calls `body` with the index of each element of the larger shape, and its index in the array.
  @inline(__always)
  func forEach(_ body: (_ place: Int, _ element: Int) -> Void) {
    if isWhole {
      for index in 0..<count { body(index, index) }
    } else {
      view.forEach(body)
    }
  }
}
