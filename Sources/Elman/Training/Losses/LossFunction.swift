import KernelInterface

/// What a loss computes of one sample: a row of targets, and of outputs along the last axis.
protocol LossFunction: Sendable {
  /// Keras's class and function name, and short names of the function.
  static var className: String { get }
  static var names: [String] { get }

  /// Reads the arguments of this loss alone.
  init(_ reader: inout ConfigReader) throws(ElmanError)

  /// The loss of a sample; nil where it does not count. Writes its gradient by the outputs.
  func callAsFunction(_ row: LossRow) throws(ElmanError) -> Double?
}

extension LossFunction {
  /// Whether a sample's target is the number of a class.
  static var takesClasses: Bool { self is SparseCategoricalCrossentropy.Type }

  /// Keras's name of an object of the class.
  static var standardName: String { self is Huber.Type ? "huber_loss" : names[0] }
}

/// One sample: `count` outputs and as many targets or, where these are classes, one.
struct LossRow {
  let targets: UnsafePointer<Float>
  let outputs: UnsafePointer<Float>
  let gradient: UnsafeMutablePointer<Float>
  let count: Int
  /// Which sample it is.
  let index: Int
  /// Whether all targets of the batch are 0 or 1.
  let areBinary: Bool
  let kernels: KernelSet

  /// The mean over the outputs of a function of target and output, which also returns its derivative by the output.
  @inline(__always)
  func mean(_ body: (_ target: Double, _ output: Double) -> (value: Double, slope: Double)) -> Double {
    var sum = 0.0
    for place in 0..<count {
      let (value, slope) = body(Double(targets[place]), Double(outputs[place]))
      sum += value
      gradient[place] = Float(slope / Double(count))
    }
    return sum / Double(count)
  }

  /// Keras's `epsilon()`.
  static let epsilon = 1e-7
}

/// A probability kept away from 0 and 1, as float32 holds it.
struct ClippedProbability {
  let value: Double
  /// 1 - value.
  let rest: Double
  let isInside: Bool

  init(_ output: Double) {
    let (low, high) = (Float(LossRow.epsilon), 1 - Float(LossRow.epsilon))
    let clipped = min(max(Float(output), low), high)
    value = Double(clipped)
    rest = Double(1 - clipped)
    isInside = Float(output) >= low && Float(output) <= high
  }
}
