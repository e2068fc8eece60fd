#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

// Keras's optimizers that divide the gradient by the size that it had.

/// `v = rho v + (1 - rho) g^2`, `w -= rate g / sqrt(v + epsilon)`; centered takes the square of the mean off v.
struct RMSprop: UpdateRule {
  static let className = "RMSprop"
  static let arguments = Arguments(
    .learningRate(), .number("rho", 0.9), .number("momentum", 0), .number("epsilon", 1e-7), .flag("centered", false),
    .settings)
  static var entries: [ArgumentEntry] { arguments.entries }

  let rho: Float
  let momentum: Float
  let epsilon: Float
  let isCentered: Bool

  static func read(_ reader: inout ConfigReader) throws(ElmanError) -> (
    rule: RMSprop, rate: Double, settings: OptimizerSettings
  ) {
    let (rate, rho, momentum, epsilon, isCentered, settings) = try arguments.values(&reader)
    let rule = RMSprop(rho: Float(rho), momentum: Float(momentum), epsilon: Float(epsilon), isCentered: isCentered)
    return (rule, rate, settings)
  }

  var stateNames: [String] {
    ["velocity"] + (momentum > 0 ? ["momentum"] : []) + (isCentered ? ["average_gradient"] : [])
  }

  func update(_ step: UpdateStep) {
    let (w, g, v) = (step.variable, step.gradient, step.states[0])
    let m = momentum > 0 ? step.states[1] : nil
    let mean = isCentered ? step.states[step.states.count - 1] : nil
    for i in 0..<step.count {
      v[i] = rho * v[i] + (1 - rho) * (g[i] * g[i])
      var size = v[i] + epsilon
      if let mean {
        mean[i] = rho * mean[i] + (1 - rho) * g[i]
        size = v[i] - mean[i] * mean[i] + epsilon
      }
      let change = step.learningRate * g[i] / size.squareRoot()
      if let m {
        m[i] = momentum * m[i] + change
        w[i] -= m[i]
      } else {
        w[i] -= change
      }
    }
  }
}

/// `a += g^2`, `w -= rate g / sqrt(a + epsilon)`.
struct Adagrad: UpdateRule {
  static let className = "Adagrad"
  static let arguments = Arguments(
    .learningRate(), .factor("initial_accumulator_value", 0.1), .number("epsilon", 1e-7), .settings)
  static var entries: [ArgumentEntry] { arguments.entries }

  let initialValue: Float
  let epsilon: Float

  static func read(_ reader: inout ConfigReader) throws(ElmanError) -> (
    rule: Adagrad, rate: Double, settings: OptimizerSettings
  ) {
    let (rate, initial, epsilon, settings) = try arguments.values(&reader)
    return (Adagrad(initialValue: Float(initial), epsilon: Float(epsilon)), rate, settings)
  }

  var stateNames: [String] { ["accumulator"] }

  func update(_ step: UpdateStep) {
    let (w, g, sums) = (step.variable, step.gradient, step.states[0])
    for i in 0..<step.count {
      sums[i] += g[i] * g[i]
      w[i] -= step.learningRate * g[i] / (sums[i] + epsilon).squareRoot()
    }
  }
}

/// `d = -g sqrt(a_d + epsilon) / sqrt(a_g + epsilon)`, `w += rate d`, with running means of g^2 and d^2.
struct Adadelta: UpdateRule {
  static let className = "Adadelta"
  static let arguments = Arguments(.learningRate(), .number("rho", 0.95), .number("epsilon", 1e-7), .settings)
  static var entries: [ArgumentEntry] { arguments.entries }

  let rho: Float
  let epsilon: Float

  static func read(_ reader: inout ConfigReader) throws(ElmanError) -> (
    rule: Adadelta, rate: Double, settings: OptimizerSettings
  ) {
    let (rate, rho, epsilon, settings) = try arguments.values(&reader)
    return (Adadelta(rho: Float(rho), epsilon: Float(epsilon)), rate, settings)
  }

  var stateNames: [String] { ["accumulated_grad", "accumulated_delta_var"] }

  func update(_ step: UpdateStep) {
    let (w, g, gradients, changes) = (step.variable, step.gradient, step.states[0], step.states[1])
    for i in 0..<step.count {
      gradients[i] = rho * gradients[i] + (1 - rho) * (g[i] * g[i])
      let change = -((changes[i] + epsilon).squareRoot() * g[i]) / (gradients[i] + epsilon).squareRoot()
      changes[i] = rho * changes[i] + (1 - rho) * (change * change)
      w[i] += step.learningRate * change
    }
  }
}

/// Follow the regularized leader: weights of features that say little become zero.
struct Ftrl: UpdateRule {
  static let className = "Ftrl"
  static let arguments = Arguments(
    .learningRate(), .number("learning_rate_power", -0.5), .factor("initial_accumulator_value", 0.1),
    .factor("l1_regularization_strength", 0), .factor("l2_regularization_strength", 0),
    .factor("l2_shrinkage_regularization_strength", 0), .number("beta", 0), .settings)
  static var entries: [ArgumentEntry] { arguments.entries }

  let power: Float
  let initialValue: Float
  let l1: Float
  let l2: Float
  let shrinkage: Float
  let beta: Float

  static func read(_ reader: inout ConfigReader) throws(ElmanError) -> (
    rule: Ftrl, rate: Double, settings: OptimizerSettings
  ) {
    let (rate, power, initial, l1, l2, shrinkage, beta, settings) = try arguments.values(&reader)
    guard power <= 0 else {
      throw ElmanError(
        .invalidArgument, "`learning_rate_power` needs to be negative or zero. Received: learning_rate_power=\(power).")
    }
    let rule = Ftrl(
      power: Float(power), initialValue: Float(initial), l1: Float(l1), l2: Float(l2), shrinkage: Float(shrinkage),
      beta: Float(beta))
    return (rule, rate, settings)
  }

  var stateNames: [String] { ["accumulator", "linear"] }

  func update(_ step: UpdateStep) {
    let (w, g, sums, linear, rate) = (step.variable, step.gradient, step.states[0], step.states[1], step.learningRate)
    let l2 = l2 + beta / (2 * rate)
    for i in 0..<step.count {
      let next = sums[i] + g[i] * g[i]
      let (powerBefore, powerNow) = (powf(sums[i], -power), powf(next, -power))
      linear[i] += g[i] + 2 * shrinkage * w[i] - (powerNow - powerBefore) / rate * w[i]
      let clipped = min(max(linear[i], -l1), l1)
      w[i] = (clipped - linear[i]) / (powerNow / rate + 2 * l2)
      sums[i] = next
    }
  }
}

/// Running means of the squares of rows and columns alone, of matrices; steps relative to the size of the weights.
struct Adafactor: UpdateRule {
  static let className = "Adafactor"
  static let arguments = Arguments(
    .learningRate(), .number("beta_2_decay", -0.8), .number("epsilon_1", 1e-30), .number("epsilon_2", 1e-3),
    .number("clip_threshold", 1), .flag("relative_step", true), .settings)
  static var entries: [ArgumentEntry] { arguments.entries }

  let decay: Float
  let epsilon1: Float
  let epsilon2: Float
  let threshold: Float
  let isRelative: Bool

  static func read(_ reader: inout ConfigReader) throws(ElmanError) -> (
    rule: Adafactor, rate: Double, settings: OptimizerSettings
  ) {
    let (rate, decay, epsilon1, epsilon2, threshold, isRelative, settings) = try arguments.values(&reader)
    let rule = Adafactor(
      decay: Float(decay), epsilon1: Float(epsilon1), epsilon2: Float(epsilon2), threshold: Float(threshold),
      isRelative: isRelative)
    return (rule, rate, settings)
  }

  /// `velocity` is made anew from the other two where there are any.
  var stateNames: [String] { ["r", "c", "velocity"] }

  func stateCount(_ name: String, for shape: [Int]) throws(ElmanError) -> Int {
    guard name != "velocity" else { return try elementCount(shape) }
    if shape.count < 2 { return 1 }
    return try elementCount(name == "r" ? Array(shape.dropLast()) : shape.dropLast(2) + [shape[shape.count - 1]])
  }

  func update(_ step: UpdateStep) {
    let (w, g, v, number) = (step.variable, step.gradient, step.states[2], Float(step.number))
    guard step.count > 0 else { return }
    let limit = 1 / number.squareRoot()
    let rate = min(isRelative ? min(step.learningRate, limit) : step.learningRate, limit)
    let alpha = max(epsilon2, rootMeanSquare(UnsafePointer(w), step.count)) * rate
    let beta = 1 - powf(number, decay)
    if step.shape.count < 2 {
      for i in 0..<step.count { v[i] = beta * v[i] + (1 - beta) * (g[i] * g[i] + epsilon1) }
    } else {
      factor(step, beta)
    }
    // The velocity stays; the step takes two passes, the first for its size.
    var sum = 0.0
    for i in 0..<step.count { sum += Double(g[i]) * Double(g[i]) / Double(v[i]) }
    let size = Float((sum / Double(step.count)).squareRoot())
    let clipped = alpha / max(1, size / threshold)
    for i in 0..<step.count { w[i] -= clipped * (g[i] / v[i].squareRoot()) }
  }

  private func rootMeanSquare(_ x: UnsafePointer<Float>, _ count: Int) -> Float {
    var sum = 0.0
    for i in 0..<count { sum += Double(x[i]) * Double(x[i]) }
    return Float((sum / Double(count)).squareRoot())
  }

  /// The running means over columns and rows of each matrix, and the velocity as their product.
  private func factor(_ step: UpdateStep, _ beta: Float) {
    let columns = step.shape[step.shape.count - 1]
    let rows = step.shape[step.shape.count - 2]
    for matrix in 0..<step.count / (rows * columns) {
      let (g, v) = (step.gradient + matrix * rows * columns, step.states[2] + matrix * rows * columns)
      let (r, c) = (step.states[0] + matrix * rows, step.states[1] + matrix * columns)
      for row in 0..<rows {
        var sum = 0.0
        for column in 0..<columns { sum += square(g[row * columns + column]) }
        r[row] = beta * r[row] + (1 - beta) * Float(sum / Double(columns))
      }
      for column in 0..<columns {
        var sum = 0.0
        for row in 0..<rows { sum += square(g[row * columns + column]) }
        c[column] = beta * c[column] + (1 - beta) * Float(sum / Double(rows))
      }
      var mean = 0.0
      for row in 0..<rows { mean += Double(r[row]) }
      let scale = Float(mean / Double(rows))
      for row in 0..<rows {
        for column in 0..<columns { v[row * columns + column] = r[row] / scale * c[column] }
      }
    }
  }

  private func square(_ x: Float) -> Double { Double(x * x + epsilon1) }
}
