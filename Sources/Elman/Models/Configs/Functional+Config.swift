extension Functional {
  /// The config in the form of the Keras whose rules the model follows.
  func ownConfig() -> JSON {
    let writer = GraphWriter(self)
    return [
      "name": .string(name), "trainable": true, "layers": .array(layers.map(writer.entry)),
      "input_layers": writer.ends(inputStructure, inputs, isOutput: false),
      "output_layers": writer.ends(outputStructure, outputs, isOutput: true),
    ]
  }

  func wholeConfig() -> JSON {
    if isOfKeras2 {
      let config = ownConfig().withActivationsOfKeras2
      return ["class_name": "Functional", "config": config, "keras_version": "2.15.0", "backend": "tensorflow"]
    }
    return [
      "module": "keras.src.models.functional", "class_name": "Functional", "config": ownConfig(),
      "registered_name": "Functional",
    ]
  }
}

/// Writes the layers and the calls of a functional model as Keras 3 does or, for a model of its rules, as Keras 2.
private struct GraphWriter {
  private let model: Functional
  private let isOfKeras2: Bool
  /// Calls by layer, as they were made, and the place of each among those of its layer.
  private var calls: [ObjectIdentifier: [Node]] = [:]
  private var places: [ObjectIdentifier: Int] = [:]

  init(_ model: Functional) {
    self.model = model
    isOfKeras2 = model.isOfKeras2
    for node in model.nodes {
      let layer = ObjectIdentifier(node.layer)
      places[node.identity] = calls[layer]?.count ?? 0
      calls[layer, default: []].append(node)
    }
  }

  // MARK: References

  /// `["x", 0, 0]`. Keras 2 counts the calls of models from 1, and Keras 3 those of functional ones among the outputs.
  private func reference(_ tensor: SymbolicTensor, isOutput: Bool = false) -> [JSON] {
    let place = places[tensor.node.identity] ?? 0
    let isModel = (tensor.layer as? ModelLayer).map { isOfKeras2 || (isOutput && $0.model is Functional) } ?? false
    return [.string(tensor.layer.name), .int(place + (isModel ? 1 : 0)), .int(tensor.index)]
  }

  func ends(_ structure: JSON, _ tensors: [SymbolicTensor], isOutput: Bool) -> JSON {
    let whole = ends(structure, tensors, isOutput)
    // Keras 2 has no form for one tensor without a list.
    if isOfKeras2, case .int = structure { return [whole] }
    return whole
  }

  private func ends(_ structure: JSON, _ tensors: [SymbolicTensor], _ isOutput: Bool) -> JSON {
    switch structure {
    case .array(let elements): .array(elements.map { ends($0, tensors, isOutput) })
    case .object(let members): .object(members.map { JSON.Member($0.key, ends($0.value, tensors, isOutput)) })
    default: .array(ConfigReader.integer(structure).map { reference(tensors[$0], isOutput: isOutput) } ?? [])
    }
  }

  // MARK: Layers

  func entry(_ layer: Layer) -> JSON {
    let serialized = layer.serialized().withoutInput
    let nodes = (calls[ObjectIdentifier(layer)] ?? []).map(form)
    let end: [JSON.Member] = [JSON.Member("name", .string(layer.name)), JSON.Member("inbound_nodes", .array(nodes))]
    if layer is InputLayer { return .object(layer.serialized().members + end) }
    guard let operation = OperationName(layer) else { return .object(serialized.members + end) }
    let object = isOfKeras2 ? operation.ofKeras2(layer) : operation.ofKeras3(layer)
    return .object(object.members + end)
  }

  private func form(_ node: Node) -> JSON { isOfKeras2 ? formOfKeras2(node) : formOfKeras3(node) }

  // MARK: Keras 3

  private func tensor(_ tensor: SymbolicTensor) -> JSON {
    [
      "class_name": "__keras_tensor__",
      "config": [
        "shape": tensor.shape.json, "dtype": .string(tensor.dtype), "keras_history": .array(reference(tensor)),
      ],
    ]
  }

  private func formOfKeras3(_ node: Node) -> JSON {
    let arguments = node.arguments
    let tensors = arguments.inputs.map(tensor)
    var keywords: [JSON.Member] = []
    if !arguments.states.isEmpty { keywords.append(JSON.Member("initial_state", .array(arguments.states.map(tensor)))) }
    if !arguments.masks.isEmpty {
      let masks = arguments.masks.map { $0.map(tensor) ?? .null }
      keywords.append(JSON.Member("mask", masks.count == 1 ? masks[0] : .array(masks)))
    }
    keywords += flags(arguments)
    if node.layer.takesInputsOneByOne, tensors.count > 3 { keywords.append(JSON.Member("attention_mask", tensors[3])) }
    return ["args": .array(positional(node.layer, tensors)), "kwargs": .object(keywords)]
  }

  private func flags(_ arguments: CallArguments) -> [JSON.Member] {
    (arguments.usesCausalMask ? [JSON.Member("use_causal_mask", true)] : [])
      + (arguments.returnsAttentionScores ? [JSON.Member("return_attention_scores", true)] : [])
  }

  /// The positional arguments of a call.
  private func positional(_ layer: Layer, _ tensors: [JSON]) -> [JSON] {
    if let operation = OperationName(layer) { return operation.arguments(layer, tensors) }
    if let model = (layer as? ModelLayer)?.model as? Functional { return [model.inputStructure.filled(with: tensors)] }
    if layer.takesInputsOneByOne { return Array(tensors.prefix(3)) }
    return tensors.count == 1 ? tensors : [.array(tensors)]
  }

  // MARK: Keras 2

  private func formOfKeras2(_ node: Node) -> JSON {
    let arguments = node.arguments
    if let operation = OperationName(node.layer) {
      return operation.callOfKeras2(node.layer, arguments.inputs.map { .array(reference($0)) })
    }
    var keywords = flags(arguments)
    if !arguments.masks.isEmpty {
      let masks = arguments.masks.map { $0.map { JSON.array(reference($0)) } ?? .null }
      keywords.append(JSON.Member("mask", masks.count == 1 ? masks[0] : .array(masks)))
    }
    var tensors = arguments.inputs
    if node.layer.takesInputsOneByOne {
      for (key, tensor) in zip(["value", "key", "attention_mask"], tensors.dropFirst()) {
        keywords.append(JSON.Member(key, .array(reference(tensor))))
      }
      tensors = Array(tensors.prefix(1))
    }
    func entry(_ tensor: SymbolicTensor) -> JSON { .array(reference(tensor) + [.object(keywords)]) }
    if let model = (node.layer as? ModelLayer)?.model as? Functional, case .object = model.inputStructure {
      return model.inputStructure.filled(with: tensors.map(entry))
    }
    return .array((tensors + arguments.states).map(entry))
  }
}

extension Layer {
  /// Whether Keras calls the layer with several arguments rather than with a list.
  fileprivate var takesInputsOneByOne: Bool { ["MultiHeadAttention", "GroupQueryAttention"].contains(kerasClassName) }
}

extension JSON {
  /// A structure with what stands for each of its numbers in its place.
  fileprivate func filled(with values: [JSON]) -> JSON {
    switch self {
    case .array(let elements): .array(elements.map { $0.filled(with: values) })
    case .object(let members): .object(members.map { Member($0.key, $0.value.filled(with: values)) })
    default: ConfigReader.integer(self).flatMap { values.indices.contains($0) ? values[$0] : nil } ?? .null
    }
  }
}

// MARK: - Operations

/// What Keras calls one of elman's operations.
struct OperationName {
  /// Keras 3's class and module.
  let className: String
  private let module: String

  init?(_ layer: Layer) {
    switch layer {
    case let operation as Operation:
      guard let known = OperationForm.classes.first(where: { $0.function == operation.function }) else { return nil }
      className = known.keras
    case is GetItem, is ExpandDims, is AnyOperation: className = layer.kerasClassName
    default: return nil
    }
    module = className == "ConvertToTensor" ? "keras.src.ops.core" : "keras.src.ops.numpy"
  }

  func ofKeras3(_ layer: Layer) -> JSON {
    var config = [JSON.Member("name", .string(layer.name))]
    if layer is ExpandDims || layer is AnyOperation { config += layer.ownConfig() }
    return [
      "module": .string(module), "class_name": .string(className), "config": .object(config),
      "registered_name": .string(className),
    ]
  }

  /// The arguments of a call: the tensors, and the number or the key.
  func arguments(_ layer: Layer, _ tensors: [JSON]) -> [JSON] {
    switch layer {
    case let operation as Operation:
      guard let constant = operation.constant else { return tensors }
      return operation.isConstantFirst ? [.double(constant)] + tensors : tensors + [.double(constant)]
    case let item as GetItem: return tensors + [.array(item.key.map(\.ofKeras3))]
    default: return tensors
    }
  }

  static func classOfKeras2(_ layer: Layer) -> String { layer is GetItem ? "SlicingOpLambda" : "TFOpLambda" }

  func ofKeras2(_ layer: Layer) -> JSON {
    let function = OperationForm.tensorFlow.filter { $0.value == className }.keys.sorted().first ?? className
    return [
      "class_name": .string(Self.classOfKeras2(layer)),
      "config": [
        "name": .string(layer.name), "trainable": true, "dtype": "float32", "function": .string(function),
      ],
    ]
  }

  /// A call, which has one list less than those of layers.
  func callOfKeras2(_ layer: Layer, _ tensors: [JSON]) -> JSON {
    func entry(_ tensor: JSON, _ keywords: [JSON.Member]) -> JSON {
      guard case .array(let reference) = tensor else { return tensor }
      return .array(reference + [.object(keywords)])
    }
    let none = JSON.Member("name", .null)
    switch layer {
    case let operation as Operation:
      if let constant = operation.constant {
        if operation.isConstantFirst {
          return ["_CONSTANT_VALUE", -1, .double(constant), .object([JSON.Member("y", tensors[0]), none])]
        }
        return entry(tensors[0], [JSON.Member("y", .double(constant)), none])
      }
      return entry(tensors[0], tensors.count > 1 ? [JSON.Member("y", tensors[1]), none] : [none])
    case let item as GetItem: return entry(tensors[0], [JSON.Member("slice_spec", .array(item.key.map(\.ofKeras2)))])
    default: return entry(tensors[0], layer.ownConfig() + [none])
    }
  }
}

extension GetItem.Entry {
  fileprivate var ofKeras3: JSON {
    switch self {
    case .slice: ["class_name": "__slice__", "config": json]
    case .ellipsis: ["class_name": "__ellipsis__", "config": [:]]
    case .index, .newAxis: json
    }
  }

  fileprivate var ofKeras2: JSON {
    if case .ellipsis = self { return ["class_name": "__ellipsis__"] }
    return json
  }
}
