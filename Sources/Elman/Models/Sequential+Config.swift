extension Sequential {
  /// The config as Keras's `get_config()` gives it: the name and the layers, an InputLayer first where there is one.
  public func config() -> JSON {
    let first = inputLayerForConfig.map { [$0.serialized()] } ?? []
    return ["name": .string(name), "layers": .array(first + layers.map { $0.serialized() })]
  }

  /// A model from what `get_config()` or `to_json()` of a Sequential gives, of Keras 2 or 3.
  public convenience init(config: JSON) throws(ElmanError) {
    let object = SerializedObject(config)
    if let object, object.className != "Sequential" {
      throw ElmanError(.unsupported, "The config is of a '\(object.className)'; elman has Sequential models.")
    }
    var reader = try ConfigReader(object?.config ?? config, of: "Sequential")
    let name = try reader.string("name")
    let layers = reader.value("layers")
    let buildShape = try reader.shape("build_input_shape")
    reader.ignore("trainable", "dtype")
    try reader.finish()
    guard case .array(let list)? = layers else {
      throw ElmanError(.wrongType, "A Sequential's config needs 'layers', a list. Received: \(layers?.typeName ?? "nothing")")
    }
    self.init(name: name)
    for layer in list { try add(LayerRegistry.make(layer)) }
    if let buildShape, !isBuilt, !list.isEmpty { try build(for: buildShape) }
  }
}
