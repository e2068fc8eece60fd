import Elman
import Testing

/// A model's run for training, and its loss: the outputs times fixed numbers, so that every output counts.
struct GradientCheck {
  let model: Model
  let shape: [Int]
  var input: [Float]
  var mask: (shape: [Int], values: [UInt8])?
  /// Steps of differences; larger ones suit functions without kinks, since the engine computes in float32.
  var step: Float = 1e-2
  var tolerance = 2e-3
  /// Whether the input has a derivative.
  var checksInput = true

  init(_ model: Model, shape: [Int], input: [Float]? = nil) {
    (self.model, self.shape) = (model, shape)
    self.input = input ?? values(shape.reduce(1, *), seed: 11)
  }

  private func record(_ input: [Float]) throws -> Tape {
    var options = RunOptions()
    options.training = true
    return try input.withUnsafeBufferPointer { input in
      guard let mask else { return try model.record(input, shape: shape, options: options) }
      return try mask.values.withUnsafeBufferPointer { bytes in
        options.mask = (try Dimensions(mask.shape), bytes)
        return try model.record(input, shape: shape, options: options)
      }
    }
  }

  private func factors(_ count: Int, _ output: Int) -> [Float] { values(count, seed: UInt64(700 + output)) }

  private func loss(_ input: [Float]) throws -> Double {
    let tape = try record(input)
    return tape.outputs.enumerated().reduce(0.0) { sum, output in
      zip(output.element, factors(output.element.count, output.offset)).reduce(sum) { $0 + Double($1.0) * Double($1.1) }
    }
  }

  /// The gradients of all trained weights and of the input by the engine.
  func gradients() throws -> (weights: [[Float]], input: [Float]?) {
    let tape = try record(input)
    let factors = tape.outputs.enumerated().map { index, output in
      UnsafeMutableBufferPointer<Float>.copied(from: self.factors(output.count, index))
    }
    defer { factors.forEach { $0.deallocate() } }
    let gradients = try tape.gradients(factors.map { UnsafeBufferPointer($0) })
    return (gradients.weights.map { Array($0.values) }, gradients.input.map { Array($0) })
  }

  /// Compares some elements of each gradient with differences of the loss.
  func run(_ what: String) throws {
    let (weightGradients, inputGradient) = try gradients()
    let trained = model.weights.enumerated().filter(\.element.isTrainable)
    #expect(trained.count == weightGradients.count, "\(what)")
    for ((index, weight), gradient) in zip(trained, weightGradients) {
      let original = Array(try weight.weight.values.values)
      try compare(gradient, "\(what): \(weight.path)") { place, change in
        var changed = original
        changed[place] += change
        try set(index, changed)
        defer { try? set(index, original) }
        return try loss(input)
      }
    }
    guard checksInput else { return }
    try compare(try #require(inputGradient), "\(what): input") { place, change in
      var changed = input
      changed[place] += change
      return try loss(changed)
    }
  }

  private func set(_ index: Int, _ values: [Float]) throws {
    let shape = model.weights[index].weight.shape
    try values.withUnsafeBufferPointer { try model.weights.set(index, WeightValue(shape: shape, values: $0)) }
  }

  private func compare(_ gradient: [Float], _ what: String, _ loss: (_ place: Int, _ change: Float) throws -> Double)
    throws
  {
    let largest = gradient.reduce(0.0) { max($0, Double(abs($1))) }
    for place in stride(from: 0, to: gradient.count, by: max(gradient.count / 12, 1)) {
      // Fourth order: the steps can be large against the rounding of float32.
      let near = (try loss(place, step) - loss(place, -step)) / Double(2 * step)
      let far = (try loss(place, 2 * step) - loss(place, -2 * step)) / Double(4 * step)
      let expected = (4 * near - far) / 3
      let error = abs(Double(gradient[place]) - expected)
      #expect(
        error <= tolerance * (0.1 + largest), "\(what)[\(place)] = \(gradient[place]), by differences \(expected)")
    }
  }
}

extension UnsafeMutableBufferPointer<Float> {
  static func copied(from values: [Float]) -> Self {
    let buffer = allocate(capacity: Swift.max(values.count, 1))
    _ = buffer.initialize(from: values)
    return Self(rebasing: buffer[..<values.count])
  }
}
