/// How an optimizer changes one variable by its gradient: Keras's `update_step`.
protocol UpdateRule: Sendable {
  /// Keras's class name.
  static var className: String { get }
  static var entries: [ArgumentEntry] { get }

  /// The rule, its learning rate, and what all optimizers have.
  static func read(_ reader: inout ConfigReader) throws(ElmanError) -> (
    rule: Self, rate: Double, settings: OptimizerSettings
  )

  /// What it keeps of each variable, by Keras's names.
  var stateNames: [String] { get }
  /// What the states begin with.
  var initialValue: Float { get }
  /// How many numbers a state has for a variable of a shape.
  func stateCount(_ name: String, for shape: [Int]) throws(ElmanError) -> Int

  func update(_ step: UpdateStep)
}

extension UpdateRule {
  var initialValue: Float { 0 }
  func stateCount(_ name: String, for shape: [Int]) throws(ElmanError) -> Int { try elementCount(shape) }
}

/// One step of one variable.
struct UpdateStep {
  let variable: UnsafeMutablePointer<Float>
  let gradient: UnsafePointer<Float>
  let states: [UnsafeMutablePointer<Float>]
  let count: Int
  let shape: [Int]
  let learningRate: Float
  /// From 1 on.
  let number: Int
}

/// A variable and its gradient in the optimizer's hands.
public struct TrainedVariable {
  public var values: UnsafeMutablePointer<Float>
  /// Clipped and scaled in place.
  public var gradient: UnsafeMutablePointer<Float>

  public init(values: UnsafeMutablePointer<Float>, gradient: UnsafeMutablePointer<Float>) {
    (self.values, self.gradient) = (values, gradient)
  }
}
