#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

// Keras's optimizers that divide a running mean of the gradient by that of its size. Powers are those of float32, as
// Keras computes them.

struct Betas: Sendable {
  let first: Float
  let second: Float
  let epsilon: Float
}

extension Argument<Betas> {
  static var betas: Argument {
    Argument(.number("beta_1", 0.9), .number("beta_2", 0.999), .number("epsilon", 1e-7)) { first, second, epsilon in
      Betas(first: Float(first), second: Float(second), epsilon: Float(epsilon))
    }
  }
}

/// `m += (1 - beta_1)(g - m)`, `v += (1 - beta_2)(g^2 - v)`, `w -= rate m' / (sqrt(v') + epsilon)` with m' and v'
/// unbiased.
struct Adam: UpdateRule {
  static let className = "Adam"
  static let arguments = Arguments(.learningRate(), .betas, .flag("amsgrad", false), .settings)
  static var entries: [ArgumentEntry] { arguments.entries }

  let betas: Betas
  let isAMSGrad: Bool

  static func read(_ reader: inout ConfigReader) throws(ElmanError) -> (
    rule: Adam, rate: Double, settings: OptimizerSettings
  ) {
    let (rate, betas, isAMSGrad, settings) = try arguments.values(&reader)
    return (Adam(betas: betas, isAMSGrad: isAMSGrad), rate, settings)
  }

  var stateNames: [String] { ["momentum", "velocity"] + (isAMSGrad ? ["velocity_hat"] : []) }

  func update(_ step: UpdateStep) {
    let (w, g, m, v) = (step.variable, step.gradient, step.states[0], step.states[1])
    let number = Float(step.number)
    let alpha = step.learningRate * (1 - powf(betas.second, number)).squareRoot() / (1 - powf(betas.first, number))
    let (rest1, rest2, epsilon) = (1 - betas.first, 1 - betas.second, betas.epsilon)
    guard isAMSGrad else {
      for i in 0..<step.count {
        m[i] += (g[i] - m[i]) * rest1
        v[i] += (g[i] * g[i] - v[i]) * rest2
        w[i] -= m[i] * alpha / (v[i].squareRoot() + epsilon)
      }
      return
    }
    let largest = step.states[2]
    for i in 0..<step.count {
      m[i] += (g[i] - m[i]) * rest1
      v[i] += (g[i] * g[i] - v[i]) * rest2
      largest[i] = max(largest[i], v[i])
      w[i] -= m[i] * alpha / (largest[i].squareRoot() + epsilon)
    }
  }
}

/// Adam, whose weights decay by default.
struct AdamW: UpdateRule {
  static let className = "AdamW"
  static let arguments = Arguments(
    .learningRate(), .decay, .betas, .flag("amsgrad", false), .settings(after: Argument([]) { _ in nil }))
  static var entries: [ArgumentEntry] { arguments.entries }

  private let adam: Adam

  static func read(_ reader: inout ConfigReader) throws(ElmanError) -> (
    rule: AdamW, rate: Double, settings: OptimizerSettings
  ) {
    let (rate, decay, betas, isAMSGrad, settings) = try arguments.values(&reader)
    return (AdamW(adam: Adam(betas: betas, isAMSGrad: isAMSGrad)), rate, settings.decaying(by: decay))
  }

  var stateNames: [String] { adam.stateNames }

  func update(_ step: UpdateStep) { adam.update(step) }
}

extension Argument<Double> {
  /// AdamW's, which cannot be null.
  fileprivate static var decay: Argument {
    Argument("weight_decay", "number", 0.004, json: JSON.double) { (reader, name) throws(ElmanError) in
      if reader.has(name), reader.value(name) == nil {
        throw ElmanError(.invalidArgument, "Argument `weight_decay` must be a float. Received: weight_decay=None")
      }
      return try reader.number(name, default: 0.004)
    }
  }
}

extension OptimizerSettings {
  fileprivate func decaying(by decay: Double) -> OptimizerSettings {
    OptimizerSettings(
      weightDecay: decay, clipping: clipping, usesAverages: usesAverages, averageMomentum: averageMomentum,
      overwriteFrequency: overwriteFrequency, lossScale: lossScale, accumulationSteps: accumulationSteps)
  }
}

/// Adam with the largest size so far: `u = max(beta_2 u, |g|)`, `w -= rate m / ((1 - beta_1^t)(u + epsilon))`.
struct Adamax: UpdateRule {
  static let className = "Adamax"
  static let arguments = Arguments(.learningRate(), .betas, .settings)
  static var entries: [ArgumentEntry] { arguments.entries }

  let betas: Betas

  static func read(_ reader: inout ConfigReader) throws(ElmanError) -> (
    rule: Adamax, rate: Double, settings: OptimizerSettings
  ) {
    let (rate, betas, settings) = try arguments.values(&reader)
    return (Adamax(betas: betas), rate, settings)
  }

  var stateNames: [String] { ["momentum", "norm"] }

  func update(_ step: UpdateStep) {
    let (w, g, m, u) = (step.variable, step.gradient, step.states[0], step.states[1])
    let unbiased = 1 - powf(betas.first, Float(step.number))
    for i in 0..<step.count {
      m[i] += (g[i] - m[i]) * (1 - betas.first)
      u[i] = max(betas.second * u[i], abs(g[i]))
      w[i] -= step.learningRate * m[i] / (unbiased * (u[i] + betas.epsilon))
    }
  }
}

/// Adam with Nesterov's momentum, which warms up: `u_t = beta_1 (1 - 0.96^t / 2)`.
struct Nadam: UpdateRule {
  static let className = "Nadam"
  static let arguments = Arguments(.learningRate(), .betas, .settings)
  static var entries: [ArgumentEntry] { arguments.entries }

  let betas: Betas

  static func read(_ reader: inout ConfigReader) throws(ElmanError) -> (
    rule: Nadam, rate: Double, settings: OptimizerSettings
  ) {
    let (rate, betas, settings) = try arguments.values(&reader)
    return (Nadam(betas: betas), rate, settings)
  }

  /// The product of all u_t so far, one number, comes last.
  var stateNames: [String] { ["momentum", "velocity", "u_product"] }

  func stateCount(_ name: String, for shape: [Int]) throws(ElmanError) -> Int {
    name == "u_product" ? 1 : try elementCount(shape)
  }

  private func momentum(_ number: Int) -> Float { betas.first * (1 - 0.5 * powf(0.96, Float(number))) }

  func update(_ step: UpdateStep) {
    let (w, g, m, v) = (step.variable, step.gradient, step.states[0], step.states[1])
    let (now, next) = (momentum(step.number), momentum(step.number + 1))
    // Zero before the first step.
    let product = (step.states[2][0] == 0 ? 1 : step.states[2][0]) * now
    step.states[2][0] = product
    let (ofMean, ofGradient) = (next / (1 - product * next), (1 - now) / (1 - product))
    let unbiased = 1 - powf(betas.second, Float(step.number))
    for i in 0..<step.count {
      m[i] += (g[i] - m[i]) * (1 - betas.first)
      v[i] += (g[i] * g[i] - v[i]) * (1 - betas.second)
      let mean = m[i] * ofMean + g[i] * ofGradient
      w[i] -= mean * step.learningRate / ((v[i] / unbiased).squareRoot() + betas.epsilon)
    }
  }
}
