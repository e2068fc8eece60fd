/// The layers that elman knows, by Keras's class names.
public enum LayerRegistry {
  private static let makers: [String: @Sendable (inout ConfigReader) throws(ElmanError) -> Layer] = [
    InputLayer.className: { (reader) throws(ElmanError) in try InputLayer(&reader) },
    SimpleRNN.className: { (reader) throws(ElmanError) in try SimpleRNN(&reader) },
    LSTM.className: { (reader) throws(ElmanError) in try LSTM(&reader) },
    GRU.className: { (reader) throws(ElmanError) in try GRU(&reader) },
    RNN.className: { (reader) throws(ElmanError) in try RNN(&reader) },
    SimpleRNNCell.className: { (reader) throws(ElmanError) in try SimpleRNNCell(&reader) },
    LSTMCell.className: { (reader) throws(ElmanError) in try LSTMCell(&reader) },
    GRUCell.className: { (reader) throws(ElmanError) in try GRUCell(&reader) },
    StackedRNNCells.className: { (reader) throws(ElmanError) in try StackedRNNCells(&reader) },
    Bidirectional.className: { (reader) throws(ElmanError) in try Bidirectional(&reader) },
    Dense.className: { (reader) throws(ElmanError) in try Dense(&reader) },
    ActivationLayer.className: { (reader) throws(ElmanError) in try ActivationLayer(&reader) },
    Flatten.className: { (reader) throws(ElmanError) in try Flatten(&reader) },
    Dropout.className: { (reader) throws(ElmanError) in try Dropout(&reader) },
  ]

  public static var classNames: [String] { makers.keys.sorted() }

  /// A layer of a class, from its Keras config. No name in a config is ever imported or run: only this table counts.
  public static func make(className: String, config: JSON) throws(ElmanError) -> Layer {
    guard let make = makers[className] else {
      let hint = ConfigReader.nearest(to: className, among: classNames).map { " Did you mean '\($0)'?" } ?? ""
      throw ElmanError(
        .notFound, "Unknown layer: '\(className)'.\(hint) The layers are \(classNames.joined(separator: ", ")).")
    }
    var reader = try ConfigReader(config, of: className)
    let layer = try make(&reader)
    try reader.finish()
    return layer
  }

  /// A layer from `{"class_name": ..., "config": ...}`.
  public static func make(_ serialized: JSON) throws(ElmanError) -> Layer {
    guard let object = SerializedObject(serialized) else {
      throw ElmanError(.wrongType, "A layer's config needs a 'class_name' (a string). Received: \(serialized.typeName)")
    }
    return try make(className: object.className, config: object.config)
  }
}
