extension Sequential {
  /// The config as Keras's `get_config()` gives it: the name and the layers, an InputLayer first where there is one.
  func ownConfig() -> JSON {
    let first = inputLayerForConfig.map { [$0.serialized()] } ?? []
    return ["name": .string(name), "layers": .array(first + layers.map { $0.serialized() })]
  }

  /// A model from what `get_config()` or `to_json()` of a Sequential gives, of Keras 1, 2 or 3.
  public convenience init(config: JSON) throws(ElmanError) {
    try self.init(config: config, keras: KerasVersion(ofModel: config))
  }

  convenience init(config: JSON, keras given: KerasVersion?) throws(ElmanError) {
    let object = SerializedObject(config)
    if let object, object.className != "Sequential" {
      throw ElmanError(.unsupported, "The config is of a '\(object.className)', and no Sequential.")
    }
    var keras = given
    var inner = object?.config ?? config
    if case .array = inner {
      keras = keras ?? .lastOfBareLists
      inner = ["layers": inner]
    }
    var reader = try ConfigReader(inner, of: "Sequential", keras: keras)
    let name = try reader.string("name")
    let layers = reader.value("layers")
    let buildShape = try reader.shape("build_input_shape")
    reader.ignore("trainable", "dtype")
    try reader.finish()
    guard case .array(let list)? = layers else {
      throw ElmanError(
        .wrongType, "A Sequential's config needs 'layers', a list. Received: \(layers?.typeName ?? "nothing")")
    }
    self.init(name: name)
    for layer in list { try add(LayerRegistry.make(layer, keras: keras)) }
    if let buildShape, !isBuilt, !list.isEmpty { try build(for: buildShape) }
  }

  /// The model as `to_json()` gives it, which Keras 2 and Keras 3 both read, with the input shape in an InputLayer, the
  /// one place where both look for it.
  ///
  /// A `hard_sigmoid` is a function of one of them: then this is the form that only that Keras reads.
  func wholeConfig() -> JSON {
    let layers = JSON.array(ownConfig()["layers"]?.elements.withInputLayer ?? [])
    switch (layers.hasActivation("hard_sigmoid"), layers.hasActivation("hard_sigmoid_keras2")) {
    case (false, true): return wrapped(layers.ofKeras2) + ["keras_version": "2.15.0", "backend": "tensorflow"]
    case (true, false): return ["module": "keras"] + wrapped(layers.ofKeras3) + ["registered_name": "Sequential"]
    default: return ["module": "keras"] + wrapped(layers) + ["registered_name": "Sequential"]
    }
  }

  private func wrapped(_ layers: JSON) -> JSON {
    ["class_name": "Sequential", "config": ["name": .string(name), "layers": layers]]
  }
}

extension JSON {
  fileprivate static func + (first: JSON, second: JSON) -> JSON { .object(first.members + second.members) }

  var members: [Member] {
    if case .object(let members) = self { return members }
    return []
  }

  fileprivate var elements: [JSON] {
    if case .array(let elements) = self { return elements }
    return []
  }

  /// Whether an object in it has a function of this name as an activation.
  fileprivate func hasActivation(_ name: String) -> Bool {
    elements.contains { $0.hasActivation(name) }
      || members.contains { $0.isActivation && $0.value == .string(name) || $0.value.hasActivation(name) }
  }

  /// The value with each member of every object in it changed, or left out where `change` returns nil; innermost first.
  fileprivate func mapped(_ change: (Member) -> Member?) -> JSON {
    switch self {
    case .array(let elements): .array(elements.map { $0.mapped(change) })
    case .object(let members):
      .object(members.compactMap { change(Member($0.key, $0.value.mapped(change))) })
    default: self
    }
  }

  /// As Keras 2 writes it, without the modules that Keras 3 needs.
  fileprivate var ofKeras2: JSON {
    mapped { $0.key == "module" || $0.key == "registered_name" ? nil : $0 }.withActivationsOfKeras2
  }

  /// With the names that Keras 2 has for its functions.
  var withActivationsOfKeras2: JSON {
    mapped { member in
      let isRenamed = member.isActivation && member.value == "hard_sigmoid_keras2"
      return isRenamed ? Member(member.key, "hard_sigmoid") : member
    }
  }

  /// A list of layers as Keras 3 writes it, with policies as dtypes, which Keras 2 refuses.
  fileprivate var ofKeras3: JSON {
    let policy = SerializedObject.json(module: "keras", className: "DTypePolicy", config: ["name": "float32"])
    return .array(
      elements.map { layer in
        if layer["class_name"] == .string(InputLayer.className) { return layer }
        return layer.mapped { $0.key == "dtype" && $0.value == "float32" ? Member("dtype", policy) : $0 }
      })
  }
}

extension JSON.Member {
  fileprivate var isActivation: Bool { key == "activation" || key == "recurrent_activation" }
}

extension [JSON] {
  /// Serialized layers, the first an InputLayer if any tells the shape of its input.
  fileprivate var withInputLayer: [JSON] {
    guard let first, let config = first["config"] else { return self }
    if first["class_name"] == .string(InputLayer.className) { return [first] + dropFirst().map(\.withoutInput) }
    guard let shape = config["batch_input_shape"], case .string(let name)? = config["name"] else {
      return map(\.withoutInput)
    }
    let input = SerializedObject.json(
      module: "keras.layers", className: InputLayer.className,
      config: ["name": .string(name + "_input"), "dtype": config["dtype"] ?? "float32", "batch_input_shape": shape])
    return [input] + map(\.withoutInput)
  }
}

extension JSON {
  /// A serialized layer without the shape and the dtype of its input.
  var withoutInput: JSON {
    .object(
      members.map { member in
        guard member.key == "config" else { return member }
        let arguments = member.value.members.filter { $0.key != "batch_input_shape" }
        return Member("config", .object(arguments.map { $0.key == "dtype" ? Member("dtype", "float32") : $0 }))
      })
  }
}
