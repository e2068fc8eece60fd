/// What a step of training brings a weight back to: Keras's constraints, with its formulas in float32.
public struct Constraint: Equatable, Sendable {
  enum Rule: Equatable, Sendable {
    /// No value below 0.
    case notNegative
    /// Lengths along some axes of 1.
    case unitNorm(axes: [Int])
    /// Lengths along some axes brought to a range, by a part of what is missing.
    case norm(minimum: Double, maximum: Double, rate: Double, axes: [Int])
  }

  let className: String
  /// The arguments as they were given, with defaults for the others.
  let config: JSON
  let rule: Rule

  /// The form in which Keras writes it.
  var json: JSON { SerializedObject.json(module: "keras.constraints", className: className, config: config) }

  /// Keras's `backend.epsilon()`, which keeps a length of 0 from dividing.
  private static let epsilon: Float = 1e-7

  /// Changes an array into what is allowed.
  public func apply(_ values: UnsafeMutableBufferPointer<Float>, shape: [Int]) throws(ElmanError) {
    switch rule {
    case .notNegative:
      for index in values.indices { values[index] *= values[index] >= 0 ? 1 : 0 }
    case .unitNorm(let axes):
      try scale(values, shape, axes) { 1 / (Self.epsilon + $0) }
    case .norm(let minimum, let maximum, let rate, let axes):
      let (minimum, maximum, rate) = (Float(minimum), Float(maximum), Float(rate))
      try scale(values, shape, axes) { length in
        let clipped = min(max(length, minimum), maximum)
        return (rate * clipped + (1 - rate) * length) / (Self.epsilon + length)
      }
    }
  }

  /// Multiplies each vector along the axes by a factor that follows from its length.
  private func scale(
    _ values: UnsafeMutableBufferPointer<Float>, _ shape: [Int], _ axes: [Int], _ factor: (Float) -> Float
  ) throws(ElmanError) {
    let axes = try Shape(shape).resolved(axes: axes, of: className)
    guard try elementCount(shape) == values.count else {
      throw ElmanError(.shapeMismatch, "\(values.count) values have not the shape \(Shape(shape)).")
    }
    if values.isEmpty { return }
    let dimensions = try Dimensions(shape)
    let length = dimensions.elements(along: axes)
    let view = StridedView(dimensions, last: axes)
    var factors = [Float](repeating: 0, count: values.count / length)
    view.forEach { element, place in factors[element / length] += values[place] * values[place] }
    for index in factors.indices { factors[index] = factor(factors[index].squareRoot()) }
    view.forEach { element, place in values[place] *= factors[element / length] }
  }
}
