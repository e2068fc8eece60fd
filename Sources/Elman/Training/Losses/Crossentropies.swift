import KernelInterface

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The arguments that crossentropies share.
struct CrossentropyArguments {
  let fromLogits: Bool
  let labelSmoothing: Double

  init(_ reader: inout ConfigReader) throws(ElmanError) {
    fromLogits = try reader.bool("from_logits", default: false)
    labelSmoothing = try reader.number("label_smoothing", default: 0)
  }

  /// A target that gives a part of itself to all of so many classes.
  func smoothed(_ target: Double, classes: Int) -> Double {
    labelSmoothing == 0 ? target : target * (1 - labelSmoothing) + labelSmoothing / Double(classes)
  }
}

private func sigmoid(_ x: Double) -> Double { x < 0 ? exp(x) / (1 + exp(x)) : 1 / (1 + exp(-x)) }

/// `-t log y - (1 - t) log(1 - y)`.
struct BinaryCrossentropy: LossFunction {
  static let className = "BinaryCrossentropy"
  static let names = ["binary_crossentropy", "bce", "BCE"]

  private let arguments: CrossentropyArguments

  init(_ reader: inout ConfigReader) throws(ElmanError) { arguments = try CrossentropyArguments(&reader) }

  func callAsFunction(_ row: LossRow) -> Double? {
    row.mean { target, y in
      let t = arguments.smoothed(target, classes: 2)
      if arguments.fromLogits { return (max(y, 0) - y * t + log1p(exp(-abs(y))), sigmoid(y) - t) }
      let p = ClippedProbability(y)
      return (p.crossentropy(t), p.slope(t))
    }
  }
}

extension ClippedProbability {
  fileprivate func crossentropy(_ target: Double) -> Double { -(target * log(value) + (1 - target) * log(rest)) }
  fileprivate func slope(_ target: Double) -> Double { isInside ? (value - target) / (value * rest) : 0 }
}

/// The binary crossentropy times `(1 - p)^gamma`, where p is the probability of the target.
struct BinaryFocalCrossentropy: LossFunction {
  static let className = "BinaryFocalCrossentropy"
  static let names = ["binary_focal_crossentropy"]

  private let arguments: CrossentropyArguments
  private let balancesClasses: Bool
  private let alpha: Double
  private let gamma: Double

  init(_ reader: inout ConfigReader) throws(ElmanError) {
    arguments = try CrossentropyArguments(&reader)
    balancesClasses = try reader.bool("apply_class_balancing", default: false)
    alpha = try reader.number("alpha", default: 0.25)
    gamma = try reader.number("gamma", default: 2)
  }

  func callAsFunction(_ row: LossRow) -> Double? {
    row.mean { target, y in
      let t = arguments.smoothed(target, classes: 2)
      let p = arguments.fromLogits ? sigmoid(y) : y
      let clipped = ClippedProbability(p)
      let missing = 1 - (t * p + (1 - t) * (1 - p))
      let (focus, crossentropy) = (pow(missing, gamma), clipped.crossentropy(t))
      let slope = focus * clipped.slope(t) - (2 * t - 1) * gamma * pow(missing, gamma - 1) * crossentropy
      let weight = balancesClasses ? t * alpha + (1 - t) * (1 - alpha) : 1
      return (weight * focus * crossentropy, weight * slope * (arguments.fromLogits ? p * (1 - p) : 1))
    }
  }
}

extension LossRow {
  /// The gradient by outputs, where `gradient` has that by the outputs divided by their sum.
  fileprivate func divideGradient(bySum sum: Double) {
    var mean = 0.0
    for place in 0..<count { mean += Double(gradient[place]) * Double(outputs[place]) / sum }
    for place in 0..<count { gradient[place] = Float((Double(gradient[place]) - mean) / sum) }
  }

  fileprivate var outputSum: Double {
    var sum = 0.0
    for place in 0..<count { sum += Double(outputs[place]) }
    return sum
  }

  /// The logarithms of the softmax of the outputs, in `gradient`.
  fileprivate func logSoftmax() { kernels.logSoftmax(outputs, gradient, 1, count) }
}

/// `-sum(t log y)`, the outputs divided by their sum.
struct CategoricalCrossentropy: LossFunction {
  static let className = "CategoricalCrossentropy"
  static let names = ["categorical_crossentropy"]

  private let arguments: CrossentropyArguments

  init(_ reader: inout ConfigReader) throws(ElmanError) { arguments = try CrossentropyArguments(&reader) }

  private func target(_ row: LossRow, _ place: Int) -> Double {
    arguments.smoothed(Double(row.targets[place]), classes: row.count)
  }

  func callAsFunction(_ row: LossRow) -> Double? {
    if arguments.fromLogits { return ofLogits(row) }
    let sum = row.outputSum
    var value = 0.0
    for place in 0..<row.count {
      let (t, p) = (target(row, place), ClippedProbability(Double(row.outputs[place]) / sum))
      value -= t * log(p.value)
      row.gradient[place] = p.isInside ? Float(-t / p.value) : 0
    }
    row.divideGradient(bySum: sum)
    return value
  }

  private func ofLogits(_ row: LossRow) -> Double {
    row.logSoftmax()
    var (value, sum) = (0.0, 0.0)
    for place in 0..<row.count {
      let t = target(row, place)
      sum += t
      if t != 0 { value -= t * Double(row.gradient[place]) }
    }
    row.kernels.elementwise(Elementwise(.exponential), row.gradient, row.gradient, row.count)
    for place in 0..<row.count { row.gradient[place] = row.gradient[place] * Float(sum) - Float(target(row, place)) }
    return value
  }
}

/// The categorical crossentropy, each term times `alpha (1 - y)^gamma`.
struct CategoricalFocalCrossentropy: LossFunction {
  static let className = "CategoricalFocalCrossentropy"
  static let names = ["categorical_focal_crossentropy"]

  private let arguments: CrossentropyArguments
  private let alpha: Double
  private let gamma: Double

  init(_ reader: inout ConfigReader) throws(ElmanError) {
    arguments = try CrossentropyArguments(&reader)
    alpha = try reader.number("alpha", default: 0.25)
    gamma = try reader.number("gamma", default: 2)
  }

  func callAsFunction(_ row: LossRow) -> Double? {
    if !arguments.fromLogits { return ofProbabilities(row) }
    // The softmax takes the gradient's place until each element's own is known.
    row.kernels.softmax(row.outputs, row.gradient, 1, row.count)
    var (result, product) = (0.0, 0.0)
    for place in 0..<row.count {
      let p = Double(row.gradient[place])
      let (value, slope) = term(row, place, p)
      result += value
      product += slope * p
    }
    for place in 0..<row.count {
      let p = Double(row.gradient[place])
      row.gradient[place] = Float(p * (term(row, place, p).slope - product))
    }
    return result
  }

  private func ofProbabilities(_ row: LossRow) -> Double {
    let sum = row.outputSum
    var result = 0.0
    for place in 0..<row.count {
      let (value, slope) = term(row, place, Double(row.outputs[place]) / sum)
      result += value
      row.gradient[place] = Float(slope)
    }
    row.divideGradient(bySum: sum)
    return result
  }

  /// A class's part, and its derivative by the probability.
  private func term(_ row: LossRow, _ place: Int, _ probability: Double) -> (value: Double, slope: Double) {
    let t = arguments.smoothed(Double(row.targets[place]), classes: row.count)
    let p = ClippedProbability(probability)
    let focus = pow(p.rest, gamma)
    let slope = t * alpha * (gamma * pow(p.rest, gamma - 1) * log(p.value) - focus / p.value)
    return (-t * alpha * focus * log(p.value), p.isInside ? slope : 0)
  }
}

/// `-log y` of the target's class; a target of `ignore_class` does not count.
struct SparseCategoricalCrossentropy: LossFunction {
  static let className = "SparseCategoricalCrossentropy"
  static let names = ["sparse_categorical_crossentropy"]

  private let fromLogits: Bool
  private let ignoredClass: Float?

  init(_ reader: inout ConfigReader) throws(ElmanError) {
    fromLogits = try reader.bool("from_logits", default: false)
    ignoredClass = try reader.integer("ignore_class").map { Float($0) }
  }

  func callAsFunction(_ row: LossRow) throws(ElmanError) -> Double? {
    if row.targets[0] == ignoredClass { return nil }
    let target = row.targets[0].rounded(.towardZero)
    guard target >= 0, target < Float(row.count) else {
      throw ElmanError(
        .invalidArgument,
        "Received a label value of \(row.targets[0]) which is outside the valid range of [0, \(row.count)): "
          + "the target of sample \(row.index)"
      )
    }
    return fromLogits ? ofLogits(row, Int(target)) : ofProbabilities(row, Int(target))
  }

  private func ofLogits(_ row: LossRow, _ target: Int) -> Double {
    row.logSoftmax()
    let value = -Double(row.gradient[target])
    row.kernels.elementwise(Elementwise(.exponential), row.gradient, row.gradient, row.count)
    row.gradient[target] -= 1
    return value
  }

  /// As Keras: the softmax of the logarithms, which divides the outputs by their sum.
  private func ofProbabilities(_ row: LossRow, _ target: Int) -> Double {
    var sum = 0.0
    for place in 0..<row.count { sum += ClippedProbability(Double(row.outputs[place])).value }
    for place in 0..<row.count {
      let p = ClippedProbability(Double(row.outputs[place]))
      row.gradient[place] = p.isInside ? Float(1 / sum - (place == target ? 1 / p.value : 0)) : 0
    }
    return log(sum) - log(ClippedProbability(Double(row.outputs[target])).value)
  }
}
