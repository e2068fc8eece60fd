/// How a weight gets its first values: Keras's initializers, with its formulas and defaults.
public struct Initializer: Equatable, Sendable {
  enum Method: Equatable, Sendable {
    case constant(Double)
    case array(NumberArray)
    case uniform(minimum: Double, maximum: Double)
    case normal(mean: Double, deviation: Double)
    case truncatedNormal(mean: Double, deviation: Double)
    case varianceScaling(VarianceScaling)
    case orthogonal(gain: Double)
    case identity(gain: Double)
  }

  let className: String
  let config: JSON
  let method: Method
  /// Given: the same values at every use; nil: the next random stream of the process.
  let seed: UInt64?

  /// The form in which Keras writes it.
  var json: JSON { SerializedObject.json(module: "keras.initializers", className: className, config: config) }

  /// An error unless a weight of this shape can have such values.
  func requireFitting(_ shape: [Int]) throws(ElmanError) {
    try FloatBuffer.requireMemory(for: try elementCount(shape))
    switch method {
    case .array(let numbers): try Self.requireFitting(numbers, shape)
    case .orthogonal: try Orthogonal.requireMatrix(shape)
    case .identity: try Self.requireTwoAxes(shape)
    default: break
    }
  }

  /// The random stream for the next weight: each takes one, whatever becomes of it.
  func nextStream() -> Philox { seed.map { Philox(seed: $0, stream: 0) } ?? RandomStreams.next() }

  /// The values of a weight of this shape, which fits.
  func values(shape: [Int], _ random: Philox) throws(ElmanError) -> FloatBuffer {
    let buffer = try FloatBuffer(count: try elementCount(shape))
    switch method {
    case .constant(let value): buffer.base.update(repeating: Float(value), count: buffer.count)
    case .array(let numbers): Self.fill(buffer, shape, numbers)
    case .uniform(let minimum, let maximum):
      RandomNumbers.fill(buffer, random, .uniform, offset: minimum, scale: maximum - minimum)
    case .normal(let mean, let deviation): RandomNumbers.fill(buffer, random, .normal, offset: mean, scale: deviation)
    case .truncatedNormal(let mean, let deviation):
      RandomNumbers.fill(buffer, random, .truncatedNormal, offset: mean, scale: deviation)
    case .varianceScaling(let scaling): scaling.fill(buffer, shape, random)
    case .orthogonal(let gain): try Orthogonal.fill(buffer, shape, gain, random)
    case .identity(let gain):
      for index in 0..<(shape.min() ?? 0) { buffer.base[index * (shape[1] + 1)] = Float(gain) }
    }
    return buffer
  }

  /// Writes the values of a weight of this shape, which the next random stream makes.
  public func apply(shape: [Int], into values: UnsafeMutableBufferPointer<Float>) throws(ElmanError) {
    try requireFitting(shape)
    let made = try self.values(shape: shape, nextStream())
    guard values.count >= made.count else {
      throw ElmanError(.bufferTooSmall, "The weight has \(made.count) floats. Received: count=\(values.count)")
    }
    values.baseAddress?.update(from: made.base, count: made.count)
  }

  /// Numbers broadcast to a weight's shape, as Keras 3 does, or as many in a row, as Keras 2 does.
  private static func fill(_ buffer: FloatBuffer, _ shape: [Int], _ numbers: NumberArray) {
    if numbers.broadcasts(to: shape) {
      numbers.broadcast(to: shape) { place, value in buffer.base[place] = Float(value) }
    } else {
      for (place, value) in numbers.values.enumerated() { buffer.base[place] = Float(value) }
    }
  }

  private static func requireFitting(_ numbers: NumberArray, _ shape: [Int]) throws(ElmanError) {
    if numbers.broadcasts(to: shape) { return }
    guard numbers.values.count == (try elementCount(shape)) else {
      throw ElmanError(
        .shapeMismatch,
        "A Constant of shape \(Shape(numbers.shape)) does not fit a weight: it cannot be broadcast to "
          + "shape=\(Shape(shape))"
      )
    }
  }

  private static func requireTwoAxes(_ shape: [Int]) throws(ElmanError) {
    guard shape.count == 2 else {
      throw ElmanError(
        .invalidArgument,
        "Identity matrix initializer can only be used for 2D matrices. Received: shape=\(Shape(shape))")
    }
  }
}

/// Values whose variance follows from the number of inputs or outputs of a unit (Glorot, He, LeCun).
struct VarianceScaling: Equatable, Sendable {
  enum Mode: String {
    case fanIn = "fan_in"
    case fanOut = "fan_out"
    case fanAverage = "fan_avg"
  }

  enum Distribution: String {
    case truncatedNormal = "truncated_normal"
    case untruncatedNormal = "untruncated_normal"
    case uniform
  }

  var scale: Double
  var mode: Mode
  var distribution: Distribution

  func fill(_ buffer: FloatBuffer, _ shape: [Int], _ random: Philox) {
    let variance = scale / max(1, fan(shape))
    switch distribution {
    case .uniform:
      let limit = (3 * variance).squareRoot()
      RandomNumbers.fill(buffer, random, .uniform, offset: -limit, scale: 2 * limit)
    case .untruncatedNormal:
      RandomNumbers.fill(buffer, random, .normal, scale: variance.squareRoot())
    case .truncatedNormal:
      // The deviation of a standard normal distribution that is cut off at two deviations.
      RandomNumbers.fill(buffer, random, .truncatedNormal, scale: variance.squareRoot() / 0.87962566103423978)
    }
  }

  private func fan(_ shape: [Int]) -> Double {
    let sizes = shape.map(Double.init)
    let receptiveField = sizes.dropLast(2).reduce(1, *)
    let fanOut = (sizes.last ?? 1) * receptiveField
    let fanIn = (sizes.count < 2 ? sizes.last ?? 1 : sizes[sizes.count - 2]) * receptiveField
    switch mode {
    case .fanIn: return fanIn
    case .fanOut: return fanOut
    case .fanAverage: return (fanIn + fanOut) / 2
    }
  }
}
