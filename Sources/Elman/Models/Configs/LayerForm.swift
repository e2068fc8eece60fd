/// What a layer of a functional model's config stands for.
enum LayerForm {
  case layer(SerializedObject)
  /// A function of `keras.ops` or of TensorFlow, which has no arguments of its own: its calls have them.
  case operation(OperationForm)

  init(_ object: SerializedObject, module: JSON?, name: String) throws(ElmanError) {
    if let operation = try OperationForm(object, module: module, name: name) {
      self = .operation(operation)
    } else {
      self = .layer(object.withName(name))
    }
  }
}

extension SerializedObject {
  /// With the name that the model gives it, where its own config has none.
  fileprivate func withName(_ name: String) -> SerializedObject {
    guard case .object(let members) = config, config["name"] == nil, className != "Functional", className != "Model"
    else {
      return self
    }
    var named = SerializedObject(className: className, config: .object([JSON.Member("name", .string(name))] + members))
    named.registeredName = registeredName
    return named
  }
}

/// An operator as Keras 3 (`keras.src.ops`) or tf.keras (`TFOpLambda`, `SlicingOpLambda`) writes it.
struct OperationForm {
  private let name: String
  /// By the name that Keras 3 has for its class.
  private let function: String
  private let config: JSON

  /// nil where the object is a layer: the class alone does not tell, since Keras has layers of the same names.
  init?(_ object: SerializedObject, module: JSON?, name: String) throws(ElmanError) {
    self.name = name
    config = object.config
    if case .string(let module)? = module, module.hasPrefix("keras.src.ops") || module.hasPrefix("keras.ops") {
      function = object.className
    } else if object.className == "TFOpLambda" || object.className == "SlicingOpLambda" {
      guard case .string(let function)? = object.config["function"], let known = Self.tensorFlow[function] else {
        throw ElmanError(
          .unsupported,
          "Layer '\(name)' calls a function of TensorFlow that elman does not have: "
            + "\(object.config["function"]?.text ?? "none").")
      }
      self.function = known
    } else {
      return nil
    }
  }

  /// TensorFlow's functions by the class that Keras 3 has for each.
  static let tensorFlow = [
    "__operators__.add": "Add", "math.add": "Add", "math.subtract": "Subtract", "math.multiply": "Multiply",
    "math.truediv": "TrueDivide", "math.divide": "TrueDivide", "math.pow": "Power", "math.negative": "Negative",
    "math.abs": "Absolute", "abs": "Absolute", "math.square": "Square", "math.sqrt": "Sqrt", "math.exp": "Exp",
    "math.log": "Log", "math.maximum": "Maximum", "math.minimum": "Minimum", "math.equal": "Equal",
    "math.not_equal": "NotEqual", "math.greater": "Greater", "math.greater_equal": "GreaterEqual", "math.less": "Less",
    "math.less_equal": "LessEqual", "math.logical_and": "LogicalAnd", "math.logical_or": "LogicalOr",
    "math.logical_not": "LogicalNot", "__operators__.getitem": "GetItem", "expand_dims": "ExpandDims",
  ]

  /// Keras 3's classes by the function of elman's `Operation`.
  static let classes: [(keras: String, function: Operation.Function)] = [
    ("Add", .add), ("Subtract", .subtract), ("Multiply", .multiply), ("TrueDivide", .divide), ("Divide", .divide),
    ("Power", .power), ("Maximum", .maximum), ("Minimum", .minimum), ("Equal", .equal), ("NotEqual", .notEqual),
    ("Greater", .greater), ("GreaterEqual", .greaterEqual), ("Less", .less), ("LessEqual", .lessEqual),
    ("LogicalAnd", .logicalAnd), ("LogicalOr", .logicalOr), ("Negative", .negative), ("Absolute", .absolute),
    ("Abs", .absolute), ("Square", .square), ("Sqrt", .sqrt), ("Exp", .exp), ("Log", .log), ("LogicalNot", .logicalNot),
    ("ZerosLike", .zerosLike), ("OnesLike", .onesLike), ("ConvertToTensor", .identity), ("Cast", .identity),
  ]

  /// The layer for one call, and the tensors that it reads.
  func layer(for form: CallForm, call: Int) throws(ElmanError) -> (layer: Layer, tensors: [CallForm.Reference]) {
    let name = call == 0 ? name : "\(name)_call_\(call)"
    var operands = form.arguments
    for key in ["x", "x1", "y", "x2", "key", "slice_spec"] {
      if let given = form.keywords.first(where: { $0.key == key }), !given.value.isNull { operands.append(given.value) }
    }
    switch function {
    case "GetItem": return try getItem(operands, name)
    case "ExpandDims", "Any":
      return (try make(function, axisMembers(form), name), Array(operands.flatMap(\.references).prefix(1)))
    case "Concatenate": return (try make("Concatenate", axisMembers(form), name), operands.flatMap(\.references))
    default: return try elementwise(operands, name)
    }
  }

  private func make(_ className: String, _ members: [JSON.Member], _ name: String) throws(ElmanError) -> Layer {
    try LayerRegistry.make(className: className, config: .object([JSON.Member("name", .string(name))] + members))
  }

  /// `axis` and `keepdims`, which Keras 3 keeps in the config and TensorFlow in the call.
  private func axisMembers(_ form: CallForm) -> [JSON.Member] {
    ["axis", "keepdims"].compactMap { key in
      if let value = config[key] { return JSON.Member(key, value) }
      if case .value(let value)? = form.keywords.first(where: { $0.key == key })?.value {
        return JSON.Member(key, value)
      }
      return nil
    }
  }

  private func elementwise(
    _ operands: [CallForm.Argument], _ name: String
  ) throws(ElmanError) -> (layer: Layer, tensors: [CallForm.Reference]) {
    guard let known = Self.classes.first(where: { $0.keras == function }) else {
      throw ElmanError(.unsupported, "Layer '\(name)' is an operation that elman does not have: '\(function)'.")
    }
    var members = [JSON.Member("function", .string(known.function.rawValue))]
    for (index, operand) in operands.prefix(2).enumerated() {
      guard case .value(let value) = operand, known.function.operandCount == 2 else { continue }
      members.append(JSON.Member("constant", value))
      members.append(JSON.Member("constant_first", .bool(index == 0)))
    }
    return (
      try make(Operation.className, members, name), operands.prefix(known.function.operandCount).flatMap(\.references)
    )
  }

  private func getItem(
    _ operands: [CallForm.Argument], _ name: String
  ) throws(ElmanError) -> (layer: Layer, tensors: [CallForm.Reference]) {
    guard operands.count > 1 else {
      throw ElmanError(.wrongType, "Layer '\(name)', a slice, needs a tensor and a key.")
    }
    let entries: [CallForm.Argument] = if case .list(let list) = operands[1] { list } else { [operands[1]] }
    var key: [JSON] = []
    for entry in entries { key.append(try entry.keyEntry(of: name)) }
    return (try make(GetItem.className, [JSON.Member("key", .array(key))], name), operands[0].references)
  }
}

extension CallForm.Argument {
  /// An index, a slice, a new axis or an ellipsis, as GetItem has it.
  fileprivate func keyEntry(of name: String) throws(ElmanError) -> JSON {
    switch self {
    case .value(let value):
      switch value["class_name"] {
      case "__slice__"?: return value["config"] ?? .null
      case "__ellipsis__"?: return "..."
      default: return value
      }
    // tf.keras writes a slice as an object.
    case .dict(let members):
      return .object(
        members.compactMap { member in
          if case .value(let value) = member.value { return JSON.Member(member.key, value) }
          return nil
        })
    case .tensor, .list:
      throw ElmanError(.unsupported, "Layer '\(name)' is a slice by a tensor or a list, which elman does not have.")
    }
  }
}
