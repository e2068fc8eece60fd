import KernelInterface

// Activations of arrays of any shape.

extension Activation {
  /// The axes of an array along which several elements are looked at, in order; an error where it has none such.
  func axes(of shape: Shape) throws(ElmanError) -> [Int] {
    elementwise == nil ? try shape.resolved(axes: axes, of: name) : []
  }

  /// The shape of the result; an error where the axes do not fit.
  func outputShape(for input: Shape) throws(ElmanError) -> Shape {
    let axes = try axes(of: input)
    guard function == .glu else { return input }
    guard let axis = axes.first, axes.count == 1 else {
      throw ElmanError(.invalidArgument, "glu works along one axis. Received: axis=\(self.axes)")
    }
    var output = input
    if let size = input[axis], size % 2 != 0 {
      throw ElmanError(
        .invalidArgument, "glu: axis size must be divisible by 2. Received: x.shape=\(input) with axis=\(self.axes[0])")
    }
    output[axis] = input[axis].map { $0 / 2 }
    return output
  }

  /// How many elements that lie side by side make a row; nil where those of a row lie apart.
  func columns(_ shape: Dimensions) -> Int? {
    if elementwise != nil { return shape.last ?? 1 }
    let first = axes.reduce(shape.count) { min($0, shape.axis($1)) }
    let isTogether = function == .glu || first == shape.count - axes.count
    return isTogether ? shape.dropFirst(first).reduce(1, *) : nil
  }

  /// Floats of scratch memory that `apply` needs for an array of a shape that `outputShape` took.
  func scratchCount(for shape: Dimensions) throws(ElmanError) -> Int {
    try columns(shape) == nil ? elementCount(shape) : 0
  }

  /// `y = f(x)` for an array of a shape that `outputShape` took; x may be y, but for `glu`.
  func apply(
    _ kernels: KernelSet, _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, shape: Dimensions,
    scratch: UnsafeMutablePointer<Float>
  ) {
    let count = shape.reduce(1, *)
    if count == 0 { return }
    if let columns = columns(shape) { return apply(kernels, x, y, rows: count / columns, columns: columns) }
    let columns = shape.elements(along: axes)
    let view = StridedView(shape, last: axes)
    view.forEach { gathered, place in scratch[gathered] = x[place] }
    apply(kernels, scratch, scratch, rows: count / columns, columns: columns)
    view.forEach { gathered, place in y[place] = scratch[gathered] }
  }

  /// `y = f(x)` for an array on its own; x may be y, but for `glu`.
  public func apply(
    _ x: UnsafePointer<Float>, shape: Dimensions, into y: UnsafeMutableBufferPointer<Float>
  ) throws(ElmanError) {
    _ = try elementCount(shape)
    let count = try (outputShape(for: Shape(shape)).concrete ?? []).reduce(1, *)
    guard y.count >= count else {
      throw ElmanError(.bufferTooSmall, "The result has \(count) floats. Received: output_count=\(y.count)")
    }
    guard count > 0, let base = y.baseAddress else { return }
    let scratchCount = try scratchCount(for: shape)
    let scratch = scratchCount > 0 ? try FloatBuffer(count: scratchCount) : nil
    apply(.selected, x, base, shape: shape, scratch: scratch?.base ?? base)
  }
}
