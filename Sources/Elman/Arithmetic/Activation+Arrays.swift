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

  /// How many elements that lie side by side make a row; nil where those of a row lie apart. It allocates nothing where
  /// the axis is the last: steps of streams may not.
  private func columns(_ shape: [Int]) throws(ElmanError) -> Int? {
    if elementwise != nil || axes == Activation.lastAxis { return shape.last ?? 1 }
    let axes = try axes(of: Shape(shape))
    let isTogether = function == .glu || axes == Array(shape.count - axes.count..<shape.count)
    return isTogether ? shape[axes[0]...].reduce(1, *) : nil
  }

  /// Floats of scratch memory that `apply` needs for an array of a shape that `outputShape` took.
  func scratchCount(for shape: [Int]) throws(ElmanError) -> Int {
    try columns(shape) == nil ? elementCount(shape) : 0
  }

  /// `y = f(x)` for an array of a shape that `outputShape` took; x may be y, but for `glu`.
  func apply(
    _ kernels: KernelSet, _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, shape: [Int],
    scratch: UnsafeMutablePointer<Float>
  ) throws(ElmanError) {
    let count = shape.reduce(1, *)
    if count == 0 { return }
    if let columns = try columns(shape) { return apply(kernels, x, y, rows: count / columns, columns: columns) }
    let axes = try axes(of: Shape(shape))
    let columns = axes.reduce(1) { $0 * shape[$1] }
    let permutation = Permutation(shape, order: Permutation.last(axes, rank: shape.count))
    permutation.forEach { gathered, place in scratch[gathered] = x[place] }
    apply(kernels, scratch, scratch, rows: count / columns, columns: columns)
    permutation.forEach { gathered, place in y[place] = scratch[gathered] }
  }

  /// `y = f(x)` for an array on its own; x may be y, but for `glu`.
  public func apply(
    _ x: UnsafePointer<Float>, shape: [Int], into y: UnsafeMutableBufferPointer<Float>
  ) throws(ElmanError) {
    _ = try elementCount(shape)
    let output = try outputShape(for: Shape(shape)).concrete ?? shape
    let count = output.reduce(1, *)
    guard y.count >= count else {
      throw ElmanError(.bufferTooSmall, "The result has \(count) floats. Received: output_count=\(y.count)")
    }
    guard count > 0, let base = y.baseAddress else { return }
    let scratchCount = try scratchCount(for: shape)
    let scratch = scratchCount > 0 ? try FloatBuffer(count: scratchCount) : nil
    try apply(.selected, x, base, shape: shape, scratch: scratch?.base ?? base)
  }
}
