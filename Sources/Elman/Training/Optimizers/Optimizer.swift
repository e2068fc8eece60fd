/// An optimizer of Keras by its class and config, with what it keeps of the variables that it trains.
///
/// For one thread at a time. After `build` a step allocates nothing.
public final class Optimizer {
  public let name: String
  public let className: String
  /// As Keras's `get_config` without the name.
  public let arguments: JSON
  public var learningRate: Double
  /// Steps so far.
  public private(set) var iterations = 0
  private let rule: any UpdateRule
  private let settings: OptimizerSettings
  private var slots: [Slot] = []

  /// What is kept of one variable.
  private struct Slot {
    let shape: [Int]
    let count: Int
    let states: [FloatBuffer]
    let pointers: [UnsafeMutablePointer<Float>]
    let average: FloatBuffer?
    let accumulated: FloatBuffer?
  }

  static let rules: [any UpdateRule.Type] = [
    SGD.self, RMSprop.self, Adam.self, AdamW.self, Adamax.self, Nadam.self, Adagrad.self, Adadelta.self, Ftrl.self,
    Lion.self,
    Adafactor.self,
  ]

  /// Of a class, in any case as Keras takes it.
  public init(named name: String, config: JSON = .object([])) throws(ElmanError) {
    guard let type = Self.rules.first(where: { $0.className.lowercased() == name.lowercased() }) else {
      let names = Self.rules.map { $0.className }
      let hint = ConfigReader.nearest(to: name, among: names).map { " Did you mean '\($0)'?" } ?? ""
      throw ElmanError(.invalidArgument, "Unknown optimizer: '\(name)'.\(hint)")
    }
    var reader = try ConfigReader(config, of: type.className)
    self.name = try reader.string("name") ?? type.className.lowercased()
    (rule, learningRate, settings) = try Self.read(type, &reader)
    reader.ignore("jit_compile", "is_legacy_optimizer")
    className = type.className
    arguments = .object(reader.written)
    try reader.finish()
  }

  private static func read(
    _ type: any UpdateRule.Type, _ reader: inout ConfigReader
  ) throws(ElmanError) -> (any UpdateRule, Double, OptimizerSettings) {
    let (rule, rate, settings) = try type.read(&reader)
    return (rule, rate, settings)
  }

  /// The arguments of a class, in the order of Keras's signature; nil where there is no such class.
  public static func arguments(of className: String) -> [ArgumentEntry]? {
    rules.first { $0.className == className }?.entries
  }

  // MARK: State

  /// Makes room for what is kept of variables of some shapes.
  public func build(_ shapes: [[Int]]) throws(ElmanError) {
    var slots: [Slot] = []
    for shape in shapes {
      let count = try elementCount(shape)
      var states: [FloatBuffer] = []
      for name in rule.stateNames {
        let state = try FloatBuffer(count: rule.stateCount(name, for: shape))
        if rule.initialValue != 0, name == rule.stateNames[0] {
          state.base.update(repeating: rule.initialValue, count: state.count)
        }
        states.append(state)
      }
      slots.append(
        Slot(
          shape: shape, count: count, states: states, pointers: states.map(\.base),
          average: settings.usesAverages ? try FloatBuffer(count: count) : nil,
          accumulated: settings.accumulationSteps == nil ? nil : try FloatBuffer(count: count)))
    }
    self.slots = slots
  }

  /// What is kept of a variable, by Keras's names.
  public func states(ofVariable index: Int) -> [(name: String, values: FloatBuffer)] {
    slots.indices.contains(index) ? Array(zip(rule.stateNames, slots[index].states)) : []
  }

  // MARK: Steps

  /// One step of all variables, in the order in which `build` got their shapes.
  public func apply(_ variables: UnsafeBufferPointer<TrainedVariable>) throws(ElmanError) {
    guard variables.count == slots.count else {
      throw ElmanError(
        .invalidArgument, "The optimizer was built for \(slots.count) variables. Received: \(variables.count) gradients"
      )
    }
    if let scale = settings.lossScale { self.scale(variables, by: Float(1 / scale)) }
    if isUpdate {
      takeAccumulated(variables)
      clip(variables)
      update(variables)
    } else {
      accumulate(variables)
    }
    average(variables)
    iterations += 1
  }

  /// Puts the averages in the place of the variables, as Keras does when training ends; nothing without them.
  public func overwriteByAverages(_ variables: UnsafeBufferPointer<TrainedVariable>) {
    for (slot, variable) in zip(slots, variables) {
      if let average = slot.average { variable.values.update(from: average.base, count: slot.count) }
    }
  }

  /// Whether a step changes variables, rather than adding up gradients.
  private var isUpdate: Bool { settings.accumulationSteps.map { (iterations + 1) % $0 == 0 } ?? true }

  private func accumulate(_ variables: UnsafeBufferPointer<TrainedVariable>) {
    for (slot, variable) in zip(slots, variables) {
      guard let sum = slot.accumulated?.base else { continue }
      for index in 0..<slot.count { sum[index] += variable.gradient[index] }
    }
  }

  private func takeAccumulated(_ variables: UnsafeBufferPointer<TrainedVariable>) {
    guard let steps = settings.accumulationSteps else { return }
    for (slot, variable) in zip(slots, variables) {
      guard let sum = slot.accumulated?.base else { continue }
      for index in 0..<slot.count {
        variable.gradient[index] = (variable.gradient[index] + sum[index]) / Float(steps)
        sum[index] = 0
      }
    }
  }

  private func update(_ variables: UnsafeBufferPointer<TrainedVariable>) {
    let rate = Float(learningRate)
    for (slot, variable) in zip(slots, variables) {
      if let decay = settings.weightDecay {
        let factor = Float(decay)
        for index in 0..<slot.count { variable.values[index] -= variable.values[index] * factor * rate }
      }
      rule.update(
        UpdateStep(
          variable: variable.values, gradient: UnsafePointer(variable.gradient), states: slot.pointers,
          count: slot.count,
          shape: slot.shape, learningRate: rate, number: updateNumber))
    }
  }

  /// Keras counts every call, those that only add up gradients too.
  private var updateNumber: Int { iterations + 1 }

  private func average(_ variables: UnsafeBufferPointer<TrainedVariable>) {
    guard settings.usesAverages else { return }
    let momentum = iterations == 0 ? 0 : Float(settings.averageMomentum)
    for (slot, variable) in zip(slots, variables) {
      guard let average = slot.average?.base else { continue }
      for index in 0..<slot.count {
        average[index] = momentum * average[index] + (1 - momentum) * variable.values[index]
      }
    }
    if let frequency = settings.overwriteFrequency, (iterations + 1) % frequency == 0 { overwriteByAverages(variables) }
  }

  // MARK: Clipping

  private func scale(_ variables: UnsafeBufferPointer<TrainedVariable>, by factor: Float) {
    for (slot, variable) in zip(slots, variables) {
      for index in 0..<slot.count { variable.gradient[index] *= factor }
    }
  }

  private func squares(_ variable: TrainedVariable, _ count: Int) -> Double {
    var sum = 0.0
    for index in 0..<count { sum += Double(variable.gradient[index]) * Double(variable.gradient[index]) }
    return sum
  }

  private func clip(_ variables: UnsafeBufferPointer<TrainedVariable>) {
    switch settings.clipping {
    case .none: break
    case .norm(let limit):
      for (slot, variable) in zip(slots, variables) {
        let factor = Float(limit / max(squares(variable, slot.count).squareRoot(), limit))
        for index in 0..<slot.count { variable.gradient[index] *= factor }
      }
    case .globalNorm(let limit):
      var sum = 0.0
      for (slot, variable) in zip(slots, variables) { sum += squares(variable, slot.count) }
      // An infinite length makes every gradient NaN, as in Keras.
      scale(variables, by: Float(sum.isFinite ? limit / max(sum.squareRoot(), limit) : .nan))
    case .value(let limit):
      let limit = Float(limit)
      for (slot, variable) in zip(slots, variables) {
        for index in 0..<slot.count where abs(variable.gradient[index]) > limit {
          variable.gradient[index] = variable.gradient[index] < 0 ? -limit : limit
        }
      }
    }
  }
}
