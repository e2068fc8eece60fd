import KernelInterface

// Weights of fewer bits. A number is rounded once, when a layer is quantized; its rounded value stands in the layer's
// weights from then on, and is exact in the packed format, so that weights which are kept and set again give the same
// bits.

extension WeightFormat {
  /// The names of Keras's dtypes.
  var name: String {
    switch self {
    case .float32: "float32"
    case .float16: "float16"
    case .bfloat16: "bfloat16"
    case .int8: "int8"
    }
  }

  init(named name: String) throws(ElmanError) {
    guard let format = Self.allCases.first(where: { $0.name == name }) else {
      throw ElmanError(
        .invalidArgument,
        "Invalid quantization mode. Expected one of ('float32', 'float16', 'bfloat16', 'int8'). Received: mode=\(name)")
    }
    self = format
  }

  /// The nearest value of a format that has no scale. Those of float16 end at 65504 and, but for zero, begin at 2^-14:
  /// the smaller ones slow arithmetic down.
  func rounded(_ value: Float) -> Float {
    switch self {
    case .float32, .int8: return value
    case .bfloat16:
      let bits = min(max(value, -0x1.fep127), 0x1.fep127).bitPattern
      return Float(bitPattern: (bits + 0x7FFF + (bits >> 16 & 1)) & 0xFFFF_0000)
    case .float16:
      if value.magnitude < 0x1p-14 { return value.magnitude > 0x1p-15 ? Float(signOf: value, magnitudeOf: 0x1p-14) : 0 }
      return Float(Float16(min(max(value, -65504), 65504)))
    }
  }
}

/// One column's scale of int8: its largest value becomes 127.
///
/// It has 16 significant bits, so that its products with -127 to 127 are exact, and are rounded to themselves again.
struct ColumnScale {
  let value: Float

  init(largest: Float) {
    // Rounded up it must not be too large for float32 when it is multiplied by 127 again.
    value = Float(bitPattern: ((min(largest, 0x1.fep127) / 127).bitPattern + 0xFF) & ~0xFF)
  }

  /// -127 to 127.
  func code(_ weight: Float) -> Float {
    value == 0 ? 0 : min(max((weight / value).rounded(.toNearestOrEven), -127), 127)
  }
}

/// A (rows, columns) matrix of weights, its rows `stride` apart.
struct WeightMatrix {
  let base: UnsafePointer<Float>
  let rows: Int
  let columns: Int
  let stride: Int

  func requireFinite(for format: WeightFormat) throws(ElmanError) {
    for row in 0..<rows {
      for column in 0..<columns where !(base[row * stride + column].magnitude < .infinity) {
        throw ElmanError(
          .invalidArgument,
          "Weights must be finite to be stored as \(format.name). Received: \(base[row * stride + column])")
      }
    }
  }

  /// The scales of int8, one a column.
  func scales() -> [ColumnScale] {
    var largest = [Float](repeating: 0, count: columns)
    for row in 0..<rows {
      for column in 0..<columns { largest[column] = max(largest[column], base[row * stride + column].magnitude) }
    }
    return largest.map(ColumnScale.init)
  }

  /// A function of each value and its column, dense.
  @inline(__always)
  func mapped(_ function: (Float, Int) -> Float) throws(ElmanError) -> FloatBuffer {
    let result = try FloatBuffer(count: try elementCount([rows, columns]))
    for row in 0..<rows {
      for column in 0..<columns { result.base[row * columns + column] = function(base[row * stride + column], column) }
    }
    return result
  }

  /// The values rounded to a format, dense.
  func rounded(to format: WeightFormat) throws(ElmanError) -> FloatBuffer {
    try requireFinite(for: format)
    if format != .int8 { return try mapped { weight, _ in format.rounded(weight) } }
    let scales = scales()
    return try mapped { weight, column in scales[column].code(weight) * scales[column].value }
  }
}

/// How far rounding moved some weights.
public struct QuantizationError {
  private var squares = 0.0
  private var errors = 0.0

  mutating func add(_ weights: UnsafeBufferPointer<Float>, rounded: UnsafePointer<Float>) {
    for (index, weight) in weights.enumerated() {
      let error = Double(weight) - Double(rounded[index])
      squares += Double(weight) * Double(weight)
      errors += error * error
    }
  }

  /// The root of the mean squared error over that of the mean squared weight; 0 where nothing was rounded.
  public var relative: Double { squares > 0 ? (errors / squares).squareRoot() : 0 }
}

extension Weight {
  /// Values of the weight rounded to a format; the last axis has the columns.
  func rounded(_ values: FloatBuffer, to format: WeightFormat) throws(ElmanError) -> FloatBuffer {
    if format == .float32 { return values }
    let columns = shape.last ?? 1
    let matrix = WeightMatrix(base: values.base, rows: count / max(columns, 1), columns: columns, stride: columns)
    return try matrix.rounded(to: format)
  }

  /// The weight with its initial values rounded to a format.
  func startingRounded(to format: WeightFormat) -> Weight {
    changingInitialValues { [self] (values) throws(ElmanError) in try rounded(values, to: format) }
  }
}

extension Layer {
  /// Stores the weights of this layer's products, and of the layers in it, in fewer bits: for inference, where reading
  /// them is what takes time. Biases and activations stay float32. `mode` is the name of a format.
  public func quantize(_ mode: String) throws(ElmanError) -> QuantizationError {
    _ = try requireBuiltShape()
    return try [self].quantize(to: WeightFormat(named: mode))
  }
}

extension [Layer] {
  /// Rounds the weights of all layers, and only then puts them in their places: all, or none where one cannot be
  /// rounded.
  fileprivate func quantize(to format: WeightFormat) throws(ElmanError) -> QuantizationError {
    let layers = LayerTree(self).layers.filter { !$0.quantizableWeights.isEmpty }
    // Those inside a layer of the caller's may not be built yet.
    for layer in layers { _ = try layer.requireBuiltShape() }
    var rounded: [[Layer.RoundedWeight]] = []
    for layer in layers { rounded.append(try layer.roundedWeights(to: format)) }
    var error = QuantizationError()
    for (layer, weights) in zip(layers, rounded) { try layer.quantizeOwnWeights(to: format, weights, &error) }
    WeightChanges.shared.add()
    return error
  }
}

extension Model {
  /// Quantizes all layers that have products; see `Layer.quantize`. No call of this model runs with some of them.
  public func quantize(_ mode: String) throws(ElmanError) -> QuantizationError {
    _ = try requireBuiltShape()
    let format = try WeightFormat(named: mode)
    let layers = layers
    return try whileIdle { () throws(ElmanError) in try layers.quantize(to: format) }
  }
}
