import KernelInterface

// Gradients of activations: from that of the result to that of what they were applied to.

extension Activation {
  /// Whether the gradient follows from the function's result, so that what it was applied to need not be kept.
  var hasGradientOfOutput: Bool { elementwise?.hasSlopeOfValue ?? true }

  /// Writes the gradient of x for rows of `columns` elements. `values` are the results or, for functions of single
  /// elements, x itself where not `areOutputs`. Functions of whole rows need `inputGradient` in another place than
  /// `gradient`.
  func gradient(
    _ kernels: KernelSet, _ values: UnsafePointer<Float>, areOutputs: Bool, _ gradient: UnsafePointer<Float>,
    _ inputGradient: UnsafeMutablePointer<Float>, rows: Int, columns: Int
  ) {
    if case .elementwise(let function) = function {
      return kernels.training.elementwiseGradient(function, values, areOutputs, gradient, inputGradient, rows * columns)
    }
    for row in 0..<rows {
      let (y, dy, dx) = (values + row * columns, gradient + row * columns, inputGradient + row * columns)
      switch function {
      case .softmax: Activation.softmaxGradient(y, dy, dx, columns)
      case .logSoftmax: Activation.logSoftmaxGradient(kernels, y, dy, dx, columns)
      case .sparsemax: Activation.sparsemaxGradient(y, dy, dx, columns)
      // No layer has it: it is a function of arrays alone.
      case .glu, .elementwise: break
      }
    }
  }

  /// `dx = y (dy - sum(dy y))`.
  private static func softmaxGradient(
    _ y: UnsafePointer<Float>, _ dy: UnsafePointer<Float>, _ dx: UnsafeMutablePointer<Float>, _ columns: Int
  ) {
    var sum: Float = 0
    for column in 0..<columns { sum += dy[column] * y[column] }
    for column in 0..<columns { dx[column] = y[column] * (dy[column] - sum) }
  }

  /// `dx = dy - exp(y) sum(dy)`.
  private static func logSoftmaxGradient(
    _ kernels: KernelSet, _ y: UnsafePointer<Float>, _ dy: UnsafePointer<Float>, _ dx: UnsafeMutablePointer<Float>,
    _ columns: Int
  ) {
    var sum: Float = 0
    for column in 0..<columns { sum += dy[column] }
    kernels.elementwise(Elementwise(.exponential), y, dx, columns)
    for column in 0..<columns { dx[column] = dy[column] - dx[column] * sum }
  }

  /// `dx = dy - mean(dy)` over the elements that are not 0.
  private static func sparsemaxGradient(
    _ y: UnsafePointer<Float>, _ dy: UnsafePointer<Float>, _ dx: UnsafeMutablePointer<Float>, _ columns: Int
  ) {
    var (sum, count): (Float, Float) = (0, 0)
    for column in 0..<columns where y[column] > 0 { (sum, count) = (sum + dy[column], count + 1) }
    for column in 0..<columns { dx[column] = y[column] > 0 ? dy[column] - sum / count : 0 }
  }

  /// Floats of scratch memory that the gradient needs for an array of a shape.
  func gradientScratchCount(for shape: Dimensions) throws(ElmanError) -> Int {
    var space = ScratchSpace()
    _ = space.take(3, try scratchCount(for: shape))
    return try space.measured()
  }

  /// The same for an array of a shape that `outputShape` took.
  func gradient(
    _ kernels: KernelSet, _ values: UnsafePointer<Float>, areOutputs: Bool, _ gradient: UnsafePointer<Float>,
    _ inputGradient: UnsafeMutablePointer<Float>, shape: Dimensions, scratch: UnsafeMutablePointer<Float>
  ) {
    let count = shape.reduce(1, *)
    if count == 0 { return }
    if let columns = columns(shape) {
      return self.gradient(
        kernels, values, areOutputs: areOutputs, gradient, inputGradient, rows: count / columns, columns: columns)
    }
    let (columns, view) = (shape.elements(along: axes), StridedView(shape, last: axes))
    let (y, dy, dx) = (scratch, scratch + count, scratch + 2 * count)
    view.forEach { gathered, place in (y[gathered], dy[gathered]) = (values[place], gradient[place]) }
    self.gradient(kernels, y, areOutputs: areOutputs, dy, dx, rows: count / columns, columns: columns)
    view.forEach { gathered, place in inputGradient[place] = dx[gathered] }
  }
}
