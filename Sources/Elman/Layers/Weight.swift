/// One array of a layer's parameters.
public struct Weight: Sendable {
  /// Within its layer: `kernel`, `recurrent_kernel`, `bias`.
  public let name: String
  public let shape: [Int]
  /// False for values that training never changes by gradients, such as moving averages.
  public let isTrainable: Bool
  /// What training adds to the loss for it.
  public let regularizer: Regularizer?
  /// What each step of training brings it back to.
  public let constraint: Constraint?
  public let count: Int
  // Two references, one of them nil: those of an enum have marks in them, which leak checkers do not follow.
  private var set: FloatBuffer?
  private var initial: InitialValues?

  /// A weight with the initial values of an initializer, which are made when they are first read.
  init(
    _ name: String, shape: [Int], isTrainable: Bool = true, initializer: Initializer, regularizer: Regularizer? = nil,
    constraint: Constraint? = nil
  ) throws(ElmanError) {
    self.name = name
    self.shape = shape
    self.isTrainable = isTrainable
    self.regularizer = regularizer
    self.constraint = constraint
    count = try elementCount(shape)
    initial = try InitialValues(initializer, shape: shape)
  }

  /// Never written once they are made: setting a weight puts another buffer here.
  public var values: FloatBuffer {
    get throws(ElmanError) {
      if let set { return set }
      guard let initial else { throw ElmanError(.internal, "The weight '\(name)' has no values.") }
      return try initial.values()
    }
  }

  func replaced(by values: FloatBuffer) -> Weight {
    var weight = self
    (weight.set, weight.initial) = (values, nil)
    return weight
  }

  /// The weight with its initial values, if it has them, changed by a function when they are made.
  func changingInitialValues(_ change: @escaping InitialValues.Change) -> Weight {
    var weight = self
    weight.initial = initial?.changed(by: change)
    return weight
  }

  /// The weight with ones in a range of its initial values.
  func startingWithOnes(at range: Range<Int>) -> Weight {
    changingInitialValues { (values) throws(ElmanError) in
      (values.base + range.lowerBound).update(repeating: 1, count: range.count)
      return values
    }
  }

  /// Bytes of the values, 0 while they are not made.
  var bytes: Int {
    if let initial, !initial.areMade { return 0 }
    return count * MemoryLayout<Float>.stride
  }
}

/// New values for a weight: borrowed memory with its shape.
public struct WeightValue {
  public let shape: Dimensions
  public let values: UnsafeBufferPointer<Float>

  public init(shape: Dimensions, values: UnsafeBufferPointer<Float>) {
    self.shape = shape
    self.values = values
  }

  public init(shape: [Int], values: UnsafeBufferPointer<Float>) throws(ElmanError) {
    self.init(shape: try Dimensions(shape), values: values)
  }
}
