/// One array of a layer's parameters.
public struct Weight: Sendable {
  /// Within its layer: `kernel`, `recurrent_kernel`, `bias`.
  public let name: String
  public let shape: [Int]
  /// False for values that training never changes by gradients, such as moving averages.
  public let isTrainable: Bool
  /// Never written once the layer is built: setting a weight puts another buffer here.
  public fileprivate(set) var values: FloatBuffer

  init(_ name: String, shape: [Int], isTrainable: Bool = true, initializer: Initializer) throws(ElmanError) {
    self.name = name
    self.shape = shape
    self.isTrainable = isTrainable
    values = try initializer.values(shape: shape)
  }

  func replaced(by values: FloatBuffer) -> Weight {
    var weight = self
    weight.values = values
    return weight
  }

  public var count: Int { values.count }
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
