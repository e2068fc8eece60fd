// Keras's optimizers whose steps go by the gradient and its running mean.

/// `m = momentum m - rate g`, `w += m`; with nesterov `w += momentum m - rate g`.
struct SGD: UpdateRule {
  static let className = "SGD"
  static let arguments = Arguments(.learningRate(0.01), .fraction("momentum", 0), .flag("nesterov", false), .settings)
  static var entries: [ArgumentEntry] { arguments.entries }

  let momentum: Float
  let isNesterov: Bool

  static func read(_ reader: inout ConfigReader) throws(ElmanError) -> (
    rule: SGD, rate: Double, settings: OptimizerSettings
  ) {
    let (rate, momentum, isNesterov, settings) = try arguments.values(&reader)
    return (SGD(momentum: Float(momentum), isNesterov: isNesterov), rate, settings)
  }

  var stateNames: [String] { momentum == 0 ? [] : ["momentum"] }

  func update(_ step: UpdateStep) {
    let (w, g, rate) = (step.variable, step.gradient, step.learningRate)
    guard let m = step.states.first else {
      for i in 0..<step.count { w[i] -= g[i] * rate }
      return
    }
    for i in 0..<step.count {
      m[i] = m[i] * momentum - g[i] * rate
      w[i] += isNesterov ? m[i] * momentum - g[i] * rate : m[i]
    }
  }
}

/// `w -= rate sign(beta_1 m + (1 - beta_1) g)`, `m = beta_2 m + (1 - beta_2) g`.
struct Lion: UpdateRule {
  static let className = "Lion"
  static let arguments = Arguments(.learningRate(), .number("beta_1", 0.9), .number("beta_2", 0.99), .settings)
  static var entries: [ArgumentEntry] { arguments.entries }

  let beta1: Float
  let beta2: Float

  static func read(_ reader: inout ConfigReader) throws(ElmanError) -> (
    rule: Lion, rate: Double, settings: OptimizerSettings
  ) {
    let (rate, beta1, beta2, settings) = try arguments.values(&reader)
    guard beta1 > 0, beta1 <= 1 else {
      throw ElmanError(
        .invalidArgument,
        "Argument `beta_1` must be in the [0, 1] range. Otherwise, the optimizer degenerates to SignSGD. "
          + "Received: beta_1=\(beta1).")
    }
    return (Lion(beta1: Float(beta1), beta2: Float(beta2)), rate, settings)
  }

  var stateNames: [String] { ["momentum"] }

  func update(_ step: UpdateStep) {
    let (w, g, m) = (step.variable, step.gradient, step.states[0])
    for i in 0..<step.count {
      let direction = m[i] * beta1 + g[i] * (1 - beta1)
      w[i] -= step.learningRate * (direction > 0 ? 1 : direction < 0 ? -1 : direction)
      m[i] = m[i] * beta2 + g[i] * (1 - beta2)
    }
  }
}
