/// The layers that elman knows, by Keras's class names.
public enum LayerRegistry {
  private typealias Maker = @Sendable (inout ConfigReader) throws(ElmanError) -> Layer

  private static let makers: [String: Maker] = [
    InputLayer.className: { (reader) throws(ElmanError) in try InputLayer(&reader) },
    SimpleRNN.className: { (reader) throws(ElmanError) in try SimpleRNN(&reader) },
    LSTM.className: { (reader) throws(ElmanError) in try LSTM(&reader) },
    GRU.className: { (reader) throws(ElmanError) in try GRU(&reader) },
    // Keras 2's layers for GPUs alone: what their configs leave out is what LSTM and GRU begin with.
    "CuDNNLSTM": { (reader) throws(ElmanError) in try LSTM(&reader) },
    "CuDNNGRU": { (reader) throws(ElmanError) in try GRU(&reader) },
    RNN.className: { (reader) throws(ElmanError) in try RNN(&reader) },
    SimpleRNNCell.className: { (reader) throws(ElmanError) in try SimpleRNNCell(&reader) },
    LSTMCell.className: { (reader) throws(ElmanError) in try LSTMCell(&reader) },
    GRUCell.className: { (reader) throws(ElmanError) in try GRUCell(&reader) },
    StackedRNNCells.className: { (reader) throws(ElmanError) in try StackedRNNCells(&reader) },
    ConvLSTM1D.className: { (reader) throws(ElmanError) in try ConvLSTM1D(&reader) },
    Bidirectional.className: { (reader) throws(ElmanError) in try Bidirectional(&reader) },
    Dense.className: { (reader) throws(ElmanError) in try Dense(&reader) },
    ActivationLayer.className: { (reader) throws(ElmanError) in try ActivationLayer(&reader) },
    Flatten.className: { (reader) throws(ElmanError) in try Flatten(&reader) },
    Dropout.className: { (reader) throws(ElmanError) in try Dropout(&reader) },
    Embedding.className: { (reader) throws(ElmanError) in try Embedding(&reader) },
    Masking.className: { (reader) throws(ElmanError) in try Masking(&reader) },
    TimeDistributed.className: { (reader) throws(ElmanError) in try TimeDistributed(&reader) },
    Rescaling.className: { (reader) throws(ElmanError) in try Rescaling(&reader) },
    SpatialDropout1D.className: { (reader) throws(ElmanError) in try SpatialDropout1D(&reader) },
    GaussianNoise.className: { (reader) throws(ElmanError) in try GaussianNoise(&reader) },
    GaussianDropout.className: { (reader) throws(ElmanError) in try GaussianDropout(&reader) },
    AlphaDropout.className: { (reader) throws(ElmanError) in try AlphaDropout(&reader) },
    ActivityRegularization.className: { (reader) throws(ElmanError) in try ActivityRegularization(&reader) },
    ReLU.className: { (reader) throws(ElmanError) in try ReLU(&reader) },
    LeakyReLU.className: { (reader) throws(ElmanError) in try LeakyReLU(&reader) },
    PReLU.className: { (reader) throws(ElmanError) in try PReLU(&reader) },
    ELU.className: { (reader) throws(ElmanError) in try ELU(&reader) },
    ThresholdedReLU.className: { (reader) throws(ElmanError) in try ThresholdedReLU(&reader) },
    Softmax.className: { (reader) throws(ElmanError) in try Softmax(&reader) },
    LayerNormalization.className: { (reader) throws(ElmanError) in try LayerNormalization(&reader) },
    BatchNormalization.className: { (reader) throws(ElmanError) in try BatchNormalization(&reader) },
    UnitNormalization.className: { (reader) throws(ElmanError) in try UnitNormalization(&reader) },
    GroupNormalization.className: { (reader) throws(ElmanError) in try GroupNormalization(&reader) },
    RMSNormalization.className: { (reader) throws(ElmanError) in try RMSNormalization(&reader) },
    Normalization.className: { (reader) throws(ElmanError) in try Normalization(&reader) },
    Conv1D.className: { (reader) throws(ElmanError) in try Conv1D(&reader) },
    SeparableConv1D.className: { (reader) throws(ElmanError) in try SeparableConv1D(&reader) },
    DepthwiseConv1D.className: { (reader) throws(ElmanError) in try DepthwiseConv1D(&reader) },
    Conv1DTranspose.className: { (reader) throws(ElmanError) in try Conv1DTranspose(&reader) },
    MaxPooling1D.className: { (reader) throws(ElmanError) in try MaxPooling1D(&reader) },
    AveragePooling1D.className: { (reader) throws(ElmanError) in try AveragePooling1D(&reader) },
    GlobalMaxPooling1D.className: { (reader) throws(ElmanError) in try GlobalMaxPooling1D(&reader) },
    GlobalAveragePooling1D.className: { (reader) throws(ElmanError) in try GlobalAveragePooling1D(&reader) },
    Reshape.className: { (reader) throws(ElmanError) in try Reshape(&reader) },
    Permute.className: { (reader) throws(ElmanError) in try Permute(&reader) },
    RepeatVector.className: { (reader) throws(ElmanError) in try RepeatVector(&reader) },
    ZeroPadding1D.className: { (reader) throws(ElmanError) in try ZeroPadding1D(&reader) },
    Cropping1D.className: { (reader) throws(ElmanError) in try Cropping1D(&reader) },
    UpSampling1D.className: { (reader) throws(ElmanError) in try UpSampling1D(&reader) },
  ]

  public static var classNames: [String] { makers.keys.sorted() }

  /// A layer of a class, from its Keras config. No name in a config is ever imported or run: only this table counts.
  public static func make(className: String, config: JSON) throws(ElmanError) -> Layer {
    try make(SerializedObject(className: className, config: config), keras: nil)
  }

  /// As this Keras meant it.
  static func make(_ object: SerializedObject, keras: KerasVersion?) throws(ElmanError) -> Layer {
    let className = object.className
    if className == Lambda.className || className == CallbackCell.className {
      throw ElmanError(.unsupported, "A \(className) holds a function, which no config can: make it in your program.")
    }
    guard let make = makers[className] else {
      let hint = ConfigReader.nearest(to: className, among: classNames).map { " Did you mean '\($0)'?" } ?? ""
      throw ElmanError(
        .notFound, "Unknown layer: '\(className)'.\(hint) The layers are \(classNames.joined(separator: ", ")).")
    }
    var reader = try ConfigReader(object.config, of: className, keras: keras)
    let layer = try make(&reader)
    try reader.finish()
    return layer
  }

  /// A layer around others that are there already, such as the cell of an RNN; the config tells the rest.
  public static func make(className: String, config: JSON, around inner: [Layer]) throws(ElmanError) -> Layer {
    if inner.isEmpty { return try make(className: className, config: config) }
    var reader = try ConfigReader(config, of: className)
    let layer: Layer
    switch className {
    case RNN.className: layer = try RNN(&reader, around: inner)
    case StackedRNNCells.className: layer = try StackedRNNCells(&reader, around: inner)
    case Bidirectional.className: layer = try Bidirectional(&reader, around: inner)
    case TimeDistributed.className: layer = try TimeDistributed(&reader, around: inner)
    default: throw ElmanError(.invalidArgument, "A \(className) is made around no layers. Received: \(inner.count)")
    }
    try reader.finish()
    return layer
  }

  /// A layer from `{"class_name": ..., "config": ...}`.
  public static func make(_ serialized: JSON) throws(ElmanError) -> Layer { try make(serialized, keras: nil) }

  static func make(_ serialized: JSON, keras: KerasVersion?) throws(ElmanError) -> Layer {
    guard let object = SerializedObject(serialized) else {
      throw ElmanError(.wrongType, "A layer's config needs a 'class_name' (a string). Received: \(serialized.typeName)")
    }
    return try make(object, keras: keras)
  }
}
