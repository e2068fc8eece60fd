/// One array of a layer's parameters.
public struct Weight: Sendable {
  /// Within its layer: `kernel`, `recurrent_kernel`, `bias`.
  public let name: String
  public let shape: [Int]
  /// False for values that training never changes by gradients, such as moving averages.
  public let isTrainable: Bool
  public let count: Int
  private var source: Source

  private enum Source {
    case values(FloatBuffer)
    case initial(InitialValues)
  }

  /// A weight with the initial values of an initializer, which are made when they are first read.
  init(_ name: String, shape: [Int], isTrainable: Bool = true, initializer: Initializer) throws(ElmanError) {
    self.name = name
    self.shape = shape
    self.isTrainable = isTrainable
    count = try elementCount(shape)
    source = .initial(try InitialValues.of(initializer, shape: shape))
  }

  /// Never written once they are made: setting a weight puts another buffer here.
  public var values: FloatBuffer {
    get throws(ElmanError) {
      switch source {
      case .values(let values): values
      case .initial(let initial): try initial.values()
      }
    }
  }

  func replaced(by values: FloatBuffer) -> Weight {
    var weight = self
    weight.source = .values(values)
    return weight
  }

  /// The weight with its initial values, if it has them, changed by a function when they are made.
  func changingInitialValues(_ change: @escaping InitialValues.Change) -> Weight {
    guard case .initial(let initial) = source else { return self }
    var weight = self
    weight.source = .initial(initial.changed(by: change))
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
    if case .initial(let initial) = source, !initial.areMade { return 0 }
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
