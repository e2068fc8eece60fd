extension Model {
  /// The classes of models that configs name.
  static let classNames: Set = ["Sequential", "Functional", "Model"]

  /// A model from what `get_config()` or `to_json()` gives, of Keras 1, 2 or 3.
  public static func make(config: JSON) throws(ElmanError) -> Model {
    try make(config: config, keras: KerasVersion(ofModel: config))
  }

  static func make(config: JSON, keras: KerasVersion?) throws(ElmanError) -> Model {
    let object = SerializedObject(config)
    let inner = object?.config ?? config
    switch object?.className {
    case "Functional", "Model": break
    case nil where inner["input_layers"] != nil: break
    case nil, "Sequential": return try Sequential(config: config, keras: keras)
    case .some(let className):
      throw ElmanError(
        .unsupported,
        "The config is of a '\(className)': elman has Sequential and functional models, and no model whose class a "
          + "program defined."
      )
    }
    var reader = try GraphReader(inner, keras: keras)
    return try reader.model()
  }
}
