import KernelInterface

/// A loss of Keras by its class and config: a function of each sample, and how the samples' values become one.
public struct Loss: Sendable {
  public enum Reduction: String, Sendable, CaseIterable {
    case sumOverBatchSize = "sum_over_batch_size"
    case sum, mean
    case meanWithSampleWeight = "mean_with_sample_weight"
    case none
  }

  public let name: String
  public let reduction: Reduction
  private let function: any LossFunction

  /// Of a class, or a function's name.
  public init(named name: String, config: JSON = .object([])) throws(ElmanError) {
    guard let type = Self.types.first(where: { $0.className == name || $0.names.contains(name) }) else {
      let names = Self.types.flatMap { [$0.className] + $0.names }
      let hint = ConfigReader.nearest(to: name, among: names).map { " Did you mean '\($0)'?" } ?? ""
      throw ElmanError(.invalidArgument, "Unknown loss function: '\(name)'.\(hint)")
    }
    var reader = try ConfigReader(config, of: type.className)
    function = try type.init(&reader)
    reduction = try reader.reduction()
    self.name = try reader.string("name") ?? type.standardName
    if let axis = try reader.integer("axis"), axis != -1 {
      throw ElmanError(.unsupported, "\(type.className) works along the last axis. Received: axis=\(axis)")
    }
    reader.ignore("dtype", "fn")
    try reader.finish()
  }

  static let types: [any LossFunction.Type] = [
    MeanSquaredError.self, MeanAbsoluteError.self, MeanAbsolutePercentageError.self, MeanSquaredLogarithmicError.self,
    Huber.self,
    LogCosh.self, Poisson.self, BinaryCrossentropy.self, BinaryFocalCrossentropy.self, CategoricalCrossentropy.self,
    CategoricalFocalCrossentropy.self, SparseCategoricalCrossentropy.self, Hinge.self, SquaredHinge.self,
    CategoricalHinge.self,
    KLDivergence.self, CosineSimilarity.self,
  ]

  /// What a loss is computed of. The samples are the outputs' dimensions but the last.
  public struct Batch {
    public var outputs: UnsafeBufferPointer<Float>
    /// Of the outputs.
    public var shape: [Int]
    /// As the outputs, or one number for each sample: the class of it.
    public var targets: UnsafeBufferPointer<Float>
    /// One for each sample, or for each of the first dimension.
    public var weights: UnsafeBufferPointer<Float>?
    /// One for each sample: 0 where it does not count.
    public var mask: UnsafeBufferPointer<UInt8>?

    public init(
      outputs: UnsafeBufferPointer<Float>, shape: [Int], targets: UnsafeBufferPointer<Float>,
      weights: UnsafeBufferPointer<Float>? = nil, mask: UnsafeBufferPointer<UInt8>? = nil
    ) {
      (self.outputs, self.shape, self.targets, self.weights, self.mask) = (outputs, shape, targets, weights, mask)
    }
  }

  /// The loss of a batch, and its gradient by the outputs, in `gradient`. With `.none` it is the sum of the values.
  ///
  /// `values`, if given, gets each sample's value, times its weight.
  public func callAsFunction(
    _ batch: Batch, gradient: UnsafeMutableBufferPointer<Float>, values: UnsafeMutableBufferPointer<Float>? = nil
  ) throws(ElmanError) -> Float {
    let samples = try requireShapes(batch, gradient.count, values?.count)
    guard let outputs = batch.outputs.baseAddress, let targets = batch.targets.baseAddress,
      let gradients = gradient.baseAddress
    else { return 0 }
    let count = batch.shape.last ?? 1
    let targetStride = type(of: function).takesClasses ? 1 : count
    let areBinary = isHinge && batch.targets.allSatisfy { $0 == 0 || $0 == 1 }
    var total = Totals()
    for sample in 0..<samples {
      let row = LossRow(
        targets: targets + sample * targetStride, outputs: outputs + sample * count,
        gradient: gradients + sample * count, count: count,
        index: sample, areBinary: areBinary, kernels: .selected)
      let value = try function(row)
      let weight = batch.weights.map { Double($0[sample * $0.count / samples]) } ?? 1
      let counts = value != nil && batch.mask?[sample] != 0
      total.add(value ?? 0, weight: weight, counts: counts)
      scale(row.gradient, count, by: counts ? weight : 0)
      values?[sample] = counts ? Float((value ?? 0) * weight) : 0
    }
    let factor = total.factor(reduction, isWeighted: batch.weights != nil || batch.mask != nil)
    if factor != 1 { scale(gradients, samples * count, by: factor) }
    return Float(total.sum * factor)
  }

  private func scale(_ values: UnsafeMutablePointer<Float>, _ count: Int, by factor: Double) {
    if factor == 1 { return }
    // A sample that does not count may be NaN.
    if factor == 0 { return values.update(repeating: 0, count: count) }
    for place in 0..<count { values[place] *= Float(factor) }
  }

  private var isHinge: Bool { function is Hinge || function is SquaredHinge }

  /// Sums over the samples.
  private struct Totals {
    private(set) var sum = 0.0
    private var weights = 0.0
    private var counted = 0
    private var samples = 0

    mutating func add(_ value: Double, weight: Double, counts: Bool) {
      samples += 1
      guard counts else { return }
      counted += 1
      weights += weight
      sum += value * weight
    }

    /// What the sum is multiplied by; 0 where nothing counts.
    func factor(_ reduction: Reduction, isWeighted: Bool) -> Double {
      switch reduction {
      case .sum, .none: 1
      case .sumOverBatchSize, .mean: counted == 0 ? 0 : 1 / Double(counted)
      case .meanWithSampleWeight:
        isWeighted ? (weights == 0 ? 0 : 1 / weights) : counted == 0 ? 0 : 1 / Double(samples)
      }
    }
  }

  /// The number of samples, or an error where an array does not fit.
  private func requireShapes(_ batch: Batch, _ gradientCount: Int, _ valueCount: Int?) throws(ElmanError) -> Int {
    let (count, samples) = (try elementCount(batch.shape), try elementCount(Array(batch.shape.dropLast())))
    guard batch.outputs.count == count, gradientCount == count, valueCount == nil || valueCount == samples else {
      throw ElmanError(
        .shapeMismatch,
        "The outputs of a loss have shape \(Shape(batch.shape)). Received: \(batch.outputs.count) outputs")
    }
    let targets = type(of: function).takesClasses ? samples : count
    guard batch.targets.count == targets else {
      throw ElmanError(
        .shapeMismatch,
        "The loss '\(name)' of outputs of shape \(Shape(batch.shape)) expects \(targets) targets. "
          + "Received: \(batch.targets.count)"
      )
    }
    if let weights = batch.weights, weights.count != samples, weights.count != batch.shape.first {
      throw ElmanError(
        .shapeMismatch,
        "Sample weights are one for each of the \(samples) samples of outputs of shape \(Shape(batch.shape)), "
          + "or one for each of the batch. Received: \(weights.count)")
    }
    if let mask = batch.mask, mask.count != samples {
      throw ElmanError(
        .shapeMismatch,
        "The mask of outputs of shape \(Shape(batch.shape)) has \(samples) places. Received: \(mask.count)")
    }
    return samples
  }
}

extension ConfigReader {
  fileprivate mutating func reduction() throws(ElmanError) -> Loss.Reduction {
    guard let name = try string("reduction") else { return has("reduction") ? .none : .sumOverBatchSize }
    // Keras 2's, where nothing is distributed.
    if name == "auto" { return .sumOverBatchSize }
    guard let reduction = Loss.Reduction(rawValue: name) else {
      let names = Loss.Reduction.allCases.map { "'\($0.rawValue)'" }.joined(separator: ", ")
      throw ElmanError(
        .invalidArgument,
        "Invalid value for argument `reduction`. Expected one of \(names). Received: reduction=\(name)")
    }
    return reduction
  }
}
