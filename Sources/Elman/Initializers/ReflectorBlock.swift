import KernelInterface

/// 64 reflections at once: H_1 ... H_64 = I - V T V', where the columns of V are the reflectors, and the inverse of T
/// is the upper triangle of V'V with half of its diagonal (Joffrain et al., "Accumulating Householder
/// transformations, revisited", ACM TOMS 32, 2006). Made and applied in the axes from the first reflector's on, which
/// are `span`.
///
/// All products have 64 columns or more: of fewer, kernel sets cut the sums in different places.
struct ReflectorBlock {
  static let size = 64

  /// What a part works in while it applies blocks.
  struct Scratch {
    let projections: UnsafeMutablePointer<Float>
    let factors: UnsafeMutablePointer<Float>
    let changes: UnsafeMutablePointer<Float>
  }

  let scratch: Scratch
  private let memory: FloatBuffer
  private let kernels = KernelSet.selected
  /// From reflector to reflector: an odd number of lines, which do not all want one place in the cache.
  private let stride: Int
  /// The rows of V', and V'V.
  private let reflectors: UnsafeMutablePointer<Float>
  private let gram: UnsafeMutablePointer<Float>
  /// V, V' and T' as products read them.
  private let columns: UnsafeMutablePointer<Float>
  private let rows: UnsafeMutablePointer<Float>
  private let triangle: UnsafeMutablePointer<Float>

  init(length: Int) throws(ElmanError) {
    let (size, width) = (Self.size, Self.width(length))
    let stride = (width + 15) / 32 * 32 + 16
    let counts = [
      size * stride, size * size, kernels.packedCount(length, size, 1), kernels.packedCount(size, width, 1),
      kernels.packedCount(size, size, 1), ReflectorProduct.tileRows * size, ReflectorProduct.tileRows * size,
      ReflectorProduct.tileRows * width,
    ]
    var space = ScratchSpace()
    for count in counts { _ = space.take(count) }
    memory = try FloatBuffer(count: try space.measured())
    space = ScratchSpace(memory.base)
    let pieces = counts.map { space.take($0) }
    (reflectors, gram, columns, rows, triangle) = (pieces[0], pieces[1], pieces[2], pieces[3], pieces[4])
    scratch = Scratch(projections: pieces[5], factors: pieces[6], changes: pieces[7])
    self.stride = stride
  }

  /// Columns of V', zeros behind a short span.
  private static func width(_ span: Int) -> Int { max(span, size) }

  /// Makes a block, and starts its vectors.
  func make(_ block: Int, of product: ReflectorProduct) {
    let (size, first) = (Self.size, block * Self.size)
    let span = product.length - first
    reflectors.update(repeating: 0, count: size * stride)
    withUnsafeTemporaryAllocation(of: Double.self, capacity: size + size * size) { memory in
      guard let halves = memory.baseAddress else { return }
      for index in 0..<size {
        halves[index] = first + index < product.vectors ? makeReflector(index, span, first, of: product) : 1
      }
      kernels.pack(reflectors, 1, stride, span, size, 1, columns)
      kernels.pack(reflectors, stride, 1, size, Self.width(span), 1, rows)
      multiply(reflectors, stride, size, columns, depth: span, units: size, gram)
      invert(halves, halves + size)
    }
  }

  /// v = x + sign(x_1) |x| e_1 of a normal vector x, and half of its square.
  private func makeReflector(_ index: Int, _ span: Int, _ first: Int, of product: ReflectorProduct) -> Double {
    let (x, count) = (reflectors + index * stride + index, span - index)
    product.random.directions(ofRow: first + index, length: product.length, count: count, x)
    let square = sumOfSquares(x, count)
    let (head, norm) = (Double(x[0]), square.squareRoot())
    x[0] = Float(head + (head < 0 ? -norm : norm))
    // What follows turns the axis to -sign(x_1) x / |x|.
    product.target[(first + index) * (product.length + 1)] = head < 0 ? 1 : -1
    let half = square + head.magnitude * norm
    return half > 0 ? half : 1
  }

  /// In one order on every machine.
  private func sumOfSquares(_ x: UnsafePointer<Float>, _ count: Int) -> Double {
    var sums = SIMD8<Double>()
    for index in Swift.stride(from: 0, to: count - 7, by: 8) {
      let values = SIMD8<Double>(UnsafeRawPointer(x + index).loadUnaligned(as: SIMD8<Float>.self))
      sums += values * values
    }
    var sum = sums.sum()
    for index in count & ~7..<count { sum += Double(x[index]) * Double(x[index]) }
    return sum
  }

  /// The inverse of the lower triangle of V'V with `halves` as its diagonal, row by row.
  private func invert(_ halves: UnsafePointer<Double>, _ inverse: UnsafeMutablePointer<Double>) {
    let size = Self.size
    inverse.update(repeating: 0, count: size * size)
    for index in 0..<size {
      let row = inverse + index * size
      row[index] = 1
      for other in 0..<index {
        let (factor, above) = (Double(gram[index * size + other]), inverse + other * size)
        for column in 0...other { row[column] -= factor * above[column] }
      }
      for column in 0...index { row[column] /= halves[index] }
    }
    for index in 0..<size * size { gram[index] = Float(inverse[index]) }
    kernels.pack(gram, size, 1, size, size, 1, triangle)
  }

  /// Multiplies vectors by H_64 ... H_1 = I - V T' V' from the right.
  func apply(_ block: Int, to vectors: Range<Int>, of product: ReflectorProduct, _ scratch: Scratch) {
    let (size, first) = (Self.size, block * Self.size)
    let span = product.length - first
    let (width, target) = (Self.width(span), product.target + vectors.lowerBound * product.length + first)
    multiply(target, product.length, vectors.count, columns, depth: span, units: size, scratch.projections)
    multiply(scratch.projections, size, vectors.count, triangle, depth: size, units: size, scratch.factors)
    multiply(scratch.factors, size, vectors.count, rows, depth: size, units: width, scratch.changes)
    for row in 0..<vectors.count {
      let (row, changes) = (target + row * product.length, scratch.changes + row * width)
      for index in 0..<span { row[index] -= changes[index] }
    }
  }

  /// Rows by a packed matrix.
  private func multiply(
    _ left: UnsafePointer<Float>, _ stride: Int, _ count: Int, _ right: UnsafePointer<Float>, depth: Int, units: Int,
    _ result: UnsafeMutablePointer<Float>
  ) {
    kernels.product(
      Product(
        rows: count, input: InputRows(base: left, rowStride: stride),
        weights: PackedMatrix(base: right, depth: depth, units: units, gates: 1), bias: nil,
        output: OutputRows(base: result, rowStride: units), padded: false))
  }
}
