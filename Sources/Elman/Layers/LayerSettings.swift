import KernelInterface

/// The arguments that every layer of Keras takes.
struct LayerSettings {
  /// What `input_dim` means to a layer.
  enum InputDimension {
    /// A vector: input_shape = (input_dim,).
    case features
    /// A sequence: input_shape = (input_length, input_dim).
    case sequence
  }

  let name: String
  let trainable: Bool
  /// `quantization`, which is elman's own.
  let weightFormat: WeightFormat
  /// float32, or the dtype of inputs where the layer takes any.
  let dtype: String
  /// `supports_masking`, an attribute of Keras's layers; nil where it was not set.
  let supportsMasking: Bool?
  /// The input shape the user fixed, batch first; nil where it follows from the layer before.
  var inputShape: Shape?
  /// The class's own arguments as they are written.
  let arguments: [JSON.Member]

  init(
    _ reader: inout ConfigReader, inputDimension: InputDimension = .features, readsInputDimension: Bool = true,
    inputTypes: [String] = []
  ) throws(ElmanError) {
    arguments = reader.written
    let givenName = try reader.string("name")
    if let givenName, givenName.isEmpty || givenName.utf8.count > 1024 || givenName.utf8.contains(0) {
      throw ElmanError(.invalidArgument, "The name of a layer must have 1 to 1024 bytes, none of them zero.")
    }
    trainable = try reader.bool("trainable", default: true)
    weightFormat =
      try reader.string("quantization").map { (name) throws(ElmanError) in try WeightFormat(named: name) } ?? .float32
    supportsMasking = reader.has("supports_masking") ? try reader.bool("supports_masking", default: false) : nil
    dtype = try LayerSettings.dtype(&reader, or: inputTypes)
    inputShape = try LayerSettings.inputShape(&reader, inputDimension, readsInputDimension)
    reader.ignore("autocast", "build_config")
    name = givenName ?? NameCounter.name(forClass: reader.owner)
  }

  private static func inputShape(
    _ reader: inout ConfigReader, _ inputDimension: InputDimension, _ readsInputDimension: Bool
  ) throws(ElmanError) -> Shape? {
    let batchInputShape = try reader.shape("batch_input_shape")
    let batchShape = try reader.shape("batch_shape")
    let inputShape = try reader.shape("input_shape")
    let batchSize = try positive(reader.integer("batch_size"), "batch_size", reader)
    let length =
      inputDimension == .sequence ? try positive(reader.integer("input_length"), "input_length", reader) : nil
    let dimension = try !readsInputDimension ? nil : positive(reader.integer("input_dim"), "input_dim", reader)
    if let whole = batchInputShape ?? batchShape {
      guard whole.rank > 0 else {
        throw ElmanError(
          .invalidArgument, "The batch_input_shape of \(reader.owner) must have at least the batch dimension.")
      }
      return whole
    }
    if let inputShape { return Shape([batchSize] + inputShape.dimensions) }
    guard let dimension else { return nil }
    return inputDimension == .sequence ? [batchSize, length, dimension] : [batchSize, dimension]
  }

  private static func positive(_ value: Int?, _ key: String, _ reader: ConfigReader) throws(ElmanError) -> Int? {
    guard let value, value <= 0 else { return value }
    throw ElmanError(
      .invalidArgument, "Argument '\(key)' of \(reader.owner) must be positive. Received: \(key)=\(value)")
  }

  static let integerTypes = ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"]
  static let floatTypes = ["float16", "bfloat16", "float32", "float64"]

  /// The dtype, by name or as Keras 3's policy object: float32, or one of those that inputs may have.
  private static func dtype(_ reader: inout ConfigReader, or inputTypes: [String]) throws(ElmanError) -> String {
    guard let dtype = reader.value("dtype") else { return "float32" }
    guard case .string(let name) = dtype["config"]?["name"] ?? dtype, name == "float32" || inputTypes.contains(name)
    else {
      throw ElmanError(.unsupported, "\(reader.owner): elman computes in float32. Received: dtype=\(dtype.text)")
    }
    return name
  }
}
