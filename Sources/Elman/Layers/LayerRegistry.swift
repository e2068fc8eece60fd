/// The layers that elman knows, by Keras's class names.
public enum LayerRegistry {
  private typealias Maker = @Sendable (inout ConfigReader) throws(ElmanError) -> Layer

  /// A class that configs name: what makes a layer of it, and its list of arguments.
  private struct Entry: Sendable {
    let className: String
    let arguments: any ArgumentList
    let make: Maker

    init(_ className: String, _ arguments: any ArgumentList, _ make: @escaping Maker) {
      self.className = className
      self.arguments = arguments
      self.make = make
    }

    init<Class: ListedLayer>(_ type: Class.Type) {
      self.init(type.className, type.arguments) { (reader) throws(ElmanError) in try type.init(&reader) }
    }
  }

  private static let entries: [Entry] = [
    Entry(InputLayer.self),
    Entry(SimpleRNN.self),
    Entry(LSTM.self),
    Entry(GRU.self),
    // Keras 2's layers for GPUs alone.
    Entry("CuDNNLSTM", LSTM.cuDNNArguments, LSTM.init(cuDNN:)),
    Entry("CuDNNGRU", GRU.cuDNNArguments, GRU.init(cuDNN:)),
    Entry(RNN.self),
    Entry(SimpleRNNCell.self),
    Entry(LSTMCell.self),
    Entry(GRUCell.self),
    Entry(StackedRNNCells.self),
    Entry(ConvLSTM1D.self),
    Entry(ConvLSTM2D.self),
    Entry(Bidirectional.self),
    Entry(Dense.self),
    Entry(ActivationLayer.self),
    Entry(Flatten.self),
    Entry(Dropout.self),
    Entry(Embedding.self),
    Entry(Masking.self),
    Entry(TimeDistributed.self),
    Entry(Rescaling.self),
    Entry(Add.self),
    Entry(Subtract.self),
    Entry(Multiply.self),
    Entry(Average.self),
    Entry(Maximum.self),
    Entry(Minimum.self),
    Entry(Concatenate.self),
    Entry(Dot.self),
    Entry(Attention.self),
    Entry(AdditiveAttention.self),
    Entry(MultiHeadAttention.self),
    Entry(GroupedQueryAttention.self),
    Entry(SpatialDropout1D.self),
    Entry(SpatialDropout2D.self),
    Entry(GaussianNoise.self),
    Entry(GaussianDropout.self),
    Entry(AlphaDropout.self),
    Entry(ActivityRegularization.self),
    Entry(ReLU.self),
    Entry(LeakyReLU.self),
    Entry(PReLU.self),
    Entry(ELU.self),
    Entry(ThresholdedReLU.self),
    Entry(Softmax.self),
    Entry(LayerNormalization.self),
    Entry(BatchNormalization.self),
    Entry(UnitNormalization.self),
    Entry(GroupNormalization.self),
    Entry(RMSNormalization.self),
    Entry(Normalization.self),
    Entry(Conv1D.self),
    Entry(Conv2D.self),
    Entry(SeparableConv1D.self),
    Entry(DepthwiseConv1D.self),
    Entry(Conv1DTranspose.self),
    Entry(MaxPooling1D.self),
    Entry(MaxPooling2D.self),
    Entry(MaxPooling3D.self),
    Entry(AveragePooling1D.self),
    Entry(AveragePooling2D.self),
    Entry(AveragePooling3D.self),
    Entry(GlobalMaxPooling1D.self),
    Entry(GlobalMaxPooling2D.self),
    Entry(GlobalAveragePooling1D.self),
    Entry(GlobalAveragePooling2D.self),
    Entry(Reshape.self),
    Entry(Permute.self),
    Entry(RepeatVector.self),
    Entry(ZeroPadding1D.self),
    Entry(ZeroPadding2D.self),
    Entry(Cropping1D.self),
    Entry(Cropping2D.self),
    Entry(UpSampling1D.self),
    Entry(UpSampling2D.self),
    Entry(Operation.self),
    Entry(GetItem.self),
    Entry(ExpandDims.self),
    Entry(AnyOperation.self),
  ]

  private static let byName = Dictionary(uniqueKeysWithValues: entries.map { ($0.className, $0) })

  public static var classNames: [String] { byName.keys.sorted() }

  /// The arguments of a class beside those of every layer, in the order of Keras's signature.
  public static func arguments(ofClass className: String) throws(ElmanError) -> [ArgumentEntry] {
    try entry(className).arguments.entries
  }

  /// A layer of a class, from its Keras config and around layers that are there already, such as the cell of an RNN. No
  /// name in a config is ever imported or run: only this table counts.
  public static func make(className: String, config: JSON, around inner: [Layer] = []) throws(ElmanError) -> Layer {
    try make(SerializedObject(className: className, config: config), keras: nil, around: inner)
  }

  /// As this Keras meant it.
  static func make(
    _ given: SerializedObject, keras: KerasVersion?, around inner: [Layer] = []
  ) throws(ElmanError) -> Layer {
    let object = keras?.isBefore2 == true ? try given.ofKeras2() : given
    let className = object.className
    if Model.classNames.contains(className) {
      return try Model.make(
        config: SerializedObject.json(module: "keras", className: className, config: object.config), keras: keras
      )
      .asLayer()
    }
    if let (name, make) = CustomClasses.maker(of: object), let layer = try make(name, object.config) { return layer }
    if className == Lambda.className || className == CallbackCell.className {
      throw ElmanError(.unsupported, "A \(className) holds a function, which no config can: make it in your program.")
    }
    let make = try entry(className).make
    var reader = try ConfigReader(object.config, of: className, keras: keras, around: inner)
    let layer = try make(&reader)
    try reader.finish()
    return layer
  }

  /// Names by which Keras exports a class that writes another one into configs.
  private static let otherNames = ["GroupQueryAttention": "GroupedQueryAttention"]

  private static func entry(_ className: String) throws(ElmanError) -> Entry {
    let className = otherNames[className] ?? className
    guard let entry = byName[className] else {
      let hint = ConfigReader.nearest(to: className, among: classNames).map { " Did you mean '\($0)'?" } ?? ""
      throw ElmanError(
        .notFound,
        "Unknown layer: '\(className)'.\(hint) A class of one's own has to be registered. The layers are "
          + "\(classNames.joined(separator: ", "))."
      )
    }
    return entry
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

/// A layer that a config makes, by a list of its arguments.
protocol ListedLayer: Layer {
  associatedtype List: ArgumentList
  static var arguments: List { get }
  init(_ reader: inout ConfigReader) throws(ElmanError)
}
