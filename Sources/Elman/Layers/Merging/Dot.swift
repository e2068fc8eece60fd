import KernelInterface

/// Keras's `Dot`: the products of the vectors that lie along an axis of each of two arrays, sample by sample.
///
/// Of inputs (batch, M..., depth) and (batch, N..., depth), wherever the dot axes stand, the output is (batch, M...,
/// N...).
public final class Dot: Merge, ListedLayer, @unchecked Sendable {
  public override class var className: String { "Dot" }

  static let arguments = Arguments(.dotAxes, .flag("normalize", false))

  private let axes: [Int]
  private let normalizes: Bool

  init(_ reader: inout ConfigReader) throws(ElmanError) {
    (axes, normalizes) = try Self.arguments.values(&reader)
    super.init(try LayerSettings(&reader))
  }

  override var joinsMasks: Bool { false }

  override func requireCount(_ inputs: [Shape]) throws(ElmanError) {
    guard inputs.count == 2 else {
      throw ElmanError(
        .invalidArgument,
        "A `Dot` layer should be called on a list of 2 inputs. Received: input_shape=\(inputs.list)")
    }
  }

  override func mergedShape(_ inputs: [Shape]) throws(ElmanError) -> Shape {
    let resolved = [try axis(0, of: inputs[0]), try axis(1, of: inputs[1])]
    let sizes = [inputs[0][resolved[0]], inputs[1][resolved[1]]]
    if let one = sizes[0], let other = sizes[1], one != other {
      throw ElmanError(
        .shapeMismatch,
        "Incompatible input shapes: axis values \(one) (at axis \(resolved[0])) != \(other) (at axis \(resolved[1])). "
          + "Full input shapes: \(inputs[0]), \(inputs[1])")
    }
    var rest: [Int?] = []
    for (input, axis) in zip(inputs, resolved) {
      rest += input.dimensions.indices.filter { $0 != 0 && $0 != axis }.map { input[$0] }
    }
    return Shape([nil] + (rest.isEmpty ? [1] : rest))
  }

  private func axis(_ index: Int, of shape: Shape) throws(ElmanError) -> Int {
    guard shape.rank >= 2 else {
      throw ElmanError(
        .shapeMismatch, "Cannot do batch_dot on inputs with rank < 2. Received inputs with shapes \(shape)")
    }
    let given = axes[index % axes.count]
    let axis = given < 0 ? given + shape.rank : given
    guard axis != 0 else {
      throw ElmanError(
        .invalidArgument, "Cannot perform batch_dot over axis 0, which is the batch. Received: axes=\(axes)")
    }
    guard (1..<shape.rank).contains(axis) else {
      throw ElmanError(
        .invalidArgument,
        "The axes of layer \"\(name)\" (Dot) are out of bounds for an input of shape \(shape). Received: axes=\(axes)")
    }
    return axis
  }

  override func streamStates(forInputs inputs: [[Int]], isMasked: Bool) throws(ElmanError) -> [[Int]] {
    guard inputs.allSatisfy({ $0.count == 2 }) else { throw cannotStream("it looks at several timesteps") }
    try requireNoTime(1, inputs, "it looks at several timesteps")
    return []
  }

  // MARK: Arithmetic

  /// The two inputs as vectors: whether they lie so already, or are copied first.
  private struct Vectors {
    let shape: Dimensions
    let axis: Int
    let depth: Int
    /// Of each sample.
    let count: Int
    let isCopied: Bool

    init(_ shape: Dimensions, axis: Int, isNormalized: Bool) {
      self.shape = shape
      self.axis = axis
      depth = shape[axis]
      count = shape.indices.reduce(1) { $1 == 0 || $1 == axis ? $0 : $0 * shape[$1] }
      isCopied = isNormalized || axis != shape.count - 1
    }

    var copyCount: Int { isCopied ? shape[0] * count * depth : 0 }

    /// The vectors one behind the other, normalized where `largestFactor` says by how much at most.
    func gathered(_ values: UnsafePointer<Float>, in copy: UnsafeMutablePointer<Float>, largestFactor: Float?)
      -> UnsafePointer<Float>
    {
      guard isCopied else { return values }
      StridedView(shape, order: shape.mapAxes { $0 < axis ? $0 : ($0 == shape.count - 1 ? axis : $0 + 1) })
        .forEach { place, element in copy[place] = values[element] }
      if let largestFactor {
        for row in 0..<shape[0] * count { Self.normalize(copy + row * depth, depth, largestFactor) }
      }
      return UnsafePointer(copy)
    }

    private static func normalize(_ vector: UnsafeMutablePointer<Float>, _ depth: Int, _ largestFactor: Float) {
      var squares: Float = 0
      for index in 0..<depth { squares += vector[index] * vector[index] }
      let inverse = 1 / squares.squareRoot()
      let factor = inverse > largestFactor ? largestFactor : inverse
      for index in 0..<depth { vector[index] *= factor }
    }
  }

  private func vectors(_ index: Int, _ shape: Dimensions) -> Vectors {
    Vectors(shape, axis: shape.axis(axes[index % axes.count]), isNormalized: normalizes)
  }

  private func parts(_ rows: Vectors, _ columns: Vectors, threads: Int) -> Int {
    Threads.parts(
      rows: rows.shape[0] * rows.count, operationsPerRow: Double(columns.count) * Double(rows.depth), threads: threads)
  }

  override func scratchCount(forInputs inputs: [[Int]], threads: Int) throws(ElmanError) -> Int {
    let (rows, columns) = (vectors(0, try Dimensions(inputs[0])), vectors(1, try Dimensions(inputs[1])))
    var space = ScratchSpace()
    for copied in [rows, columns] { _ = space.take(copied.copyCount) }
    _ = space.take(
      KernelSet.selected.alignedPackedCount(depth: rows.depth, units: columns.count),
      parts(rows, columns, threads: threads))
    return try space.measured()
  }

  override func merge(_ call: LayerCall) throws(ElmanError) {
    let second = call.operand(1)
    let (rows, columns) = (vectors(0, call.inputShape), vectors(1, second.shape))
    // Keras 3 takes 1e-7 for the shortest vector, Keras 2 the root of 1e-12.
    let largestFactor: Float? = normalizes ? (call.options.joinsMasksAsKeras2 ? 1e6 : 1e7) : nil
    var space = ScratchSpace(call.scratch)
    let left = rows.gathered(call.input, in: space.take(rows.copyCount), largestFactor: largestFactor)
    let right = columns.gathered(second.values, in: space.take(columns.copyCount), largestFactor: largestFactor)
    if rows.depth == 0 {
      return call.outputs[0].update(repeating: 0, count: call.outputShape.reduce(1, *))
    }
    if rows.count == 1, columns.count == 1 { return multiplyVectors(call, left, right, depth: rows.depth) }
    let parts = parts(rows, columns, threads: call.threads)
    let work = Parts(
      kernels: call.kernels, samples: call.inputShape[0], rows: rows.count, columns: columns.count, depth: rows.depth,
      left: left,
      right: right, output: call.outputs[0], packed: space.take(0), count: parts)
    Threads.run(parts: parts, work)
  }

  private func multiplyVectors(
    _ call: LayerCall, _ left: UnsafePointer<Float>, _ right: UnsafePointer<Float>, depth: Int
  ) {
    for sample in 0..<call.inputShape[0] {
      var sum: Float = 0
      for index in sample * depth..<(sample + 1) * depth { sum += left[index] * right[index] }
      call.outputs[0][sample] = sum
    }
  }

  /// The rows of all samples, shared out; each thread packs the vectors by which it multiplies them.
  private struct Parts: SharedWork {
    let kernels: KernelSet
    let samples: Int
    let rows: Int
    let columns: Int
    let depth: Int
    let left: UnsafePointer<Float>
    let right: UnsafePointer<Float>
    let output: UnsafeMutablePointer<Float>
    let packed: UnsafeMutablePointer<Float>
    let count: Int

    func callAsFunction(stage: Int, part: Int) {
      let packed = packed + part * kernels.alignedPackedCount(depth: depth, units: columns)
      forEachGroup(of: Threads.share(part, of: samples * rows, parts: count), rowsPerGroup: rows) { sample, some in
        kernels.pack(right + sample * columns * depth, 1, depth, depth, columns, 1, packed)
        let first = sample * rows + some.lowerBound
        kernels.product(
          Product(
            rows: some.count, input: InputRows(base: left + first * depth, rowStride: depth),
            weights: PackedMatrix(base: packed, depth: depth, units: columns, gates: 1), bias: nil,
            output: OutputRows(base: output + first * columns, rowStride: columns), padded: false))
      }
    }
  }
}

/// Calls `body` with each group that has some of these rows, and with its rows.
@inline(__always)
func forEachGroup(of rows: Range<Int>, rowsPerGroup: Int, _ body: (_ group: Int, _ rows: Range<Int>) -> Void) {
  var row = rows.lowerBound
  while row < rows.upperBound {
    let group = row / rowsPerGroup
    let end = min(rows.upperBound, (group + 1) * rowsPerGroup)
    body(group, row - group * rowsPerGroup..<end - group * rowsPerGroup)
    row = end
  }
}

extension KernelSet {
  /// Floats of a packed matrix, and what is missing to the next 64 bytes.
  func alignedPackedCount(depth: Int, units: Int) -> Int { (packedCount(depth, units, 1) + 15) & ~15 }
}

extension Argument<[Int]> {
  /// One axis for both inputs, or one for each.
  fileprivate static var dotAxes: Argument {
    Argument("axes", "axes", nil, json: { $0.count == 1 ? .int($0[0]) : .integers($0) }) {
      (reader, name) throws(ElmanError) in
      guard let given = reader.value(name) else { throw reader.missing(name, "an integer or a list of two") }
      let axes = try reader.axes(name)
      if case .array = given, axes.count != 2 {
        throw ElmanError(
          .invalidArgument,
          "Invalid format for argument `axes`: it should contain two elements. Received: axes=\(given.text)")
      }
      guard axes.allSatisfy({ (-Shape.maximumRank..<Shape.maximumRank).contains($0) }) else {
        throw reader.mismatch(name, "integers from -\(Shape.maximumRank) to \(Shape.maximumRank - 1)", given)
      }
      return axes
    }
  }
}
