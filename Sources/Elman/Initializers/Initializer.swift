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

  /// The values of a weight of this shape.
  func values(shape: [Int]) throws(ElmanError) -> FloatBuffer {
    let buffer = try FloatBuffer(count: try elementCount(shape))
    var random = seed.map { Philox(seed: $0, stream: 0) } ?? RandomStreams.next()
    switch method {
    case .constant(let value): Self.fill(buffer) { value }
    case .array(let numbers): try Self.fill(buffer, shape, numbers)
    case .uniform(let minimum, let maximum): Self.fill(buffer) { random.uniform(minimum, maximum) }
    case .normal(let mean, let deviation): Self.fill(buffer) { mean + deviation * random.normal() }
    case .truncatedNormal(let mean, let deviation): Self.fill(buffer) { mean + deviation * random.truncatedNormal() }
    case .varianceScaling(let scaling): scaling.fill(buffer, shape, &random)
    case .orthogonal(let gain): try Orthogonal.fill(buffer, shape, gain, &random)
    case .identity(let gain): try Self.fillIdentity(buffer, shape, gain)
    }
    return buffer
  }

  static func fill(_ buffer: FloatBuffer, _ value: () -> Double) {
    for index in 0..<buffer.count { buffer.base[index] = Float(value()) }
  }

  /// Numbers broadcast to a weight's shape, as Keras 3 does, or as many in a row, as Keras 2 does.
  private static func fill(_ buffer: FloatBuffer, _ shape: [Int], _ numbers: NumberArray) throws(ElmanError) {
    if numbers.broadcasts(to: shape) {
      numbers.broadcast(to: shape) { place, value in buffer.base[place] = Float(value) }
    } else if numbers.values.count == buffer.count {
      for (place, value) in numbers.values.enumerated() { buffer.base[place] = Float(value) }
    } else {
      throw ElmanError(
        .shapeMismatch,
        "A Constant of shape \(Shape(numbers.shape)) does not fit a weight: it cannot be broadcast to shape=\(Shape(shape))")
    }
  }

  private static func fillIdentity(_ buffer: FloatBuffer, _ shape: [Int], _ gain: Double) throws(ElmanError) {
    guard shape.count == 2 else {
      throw ElmanError(
        .invalidArgument, "Identity matrix initializer can only be used for 2D matrices. Received: shape=\(Shape(shape))")
    }
    for index in 0..<min(shape[0], shape[1]) { buffer.base[index * shape[1] + index] = Float(gain) }
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

  func fill(_ buffer: FloatBuffer, _ shape: [Int], _ random: inout Philox) {
    let variance = scale / max(1, fan(shape))
    switch distribution {
    case .uniform:
      let limit = (3 * variance).squareRoot()
      Initializer.fill(buffer) { random.uniform(-limit, limit) }
    case .untruncatedNormal:
      Initializer.fill(buffer) { variance.squareRoot() * random.normal() }
    case .truncatedNormal:
      // The deviation of a standard normal distribution that is cut off at two deviations.
      let deviation = variance.squareRoot() / 0.87962566103423978
      Initializer.fill(buffer) { deviation * random.truncatedNormal() }
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

extension Philox {
  mutating func uniform(_ minimum: Double, _ maximum: Double) -> Double {
    minimum + (maximum - minimum) * uniform()
  }

  /// Standard normal, drawn again while it is beyond two deviations.
  mutating func truncatedNormal() -> Double {
    while true {
      let value = normal()
      if abs(value) <= 2 { return value }
    }
  }
}
