/// A regularizer or a constraint of Keras: its class and its arguments, as they act in training.
struct TrainingArgument: Sendable {
  /// A class with its short names, and its arguments with their defaults in Keras's order.
  struct Kind: Sendable {
    let className: String
    let aliases: [String]
    let arguments: [(key: String, standard: JSON)]
  }

  static let regularizers = [
    Kind(className: "L1", aliases: ["l1"], arguments: [("l1", 0.01)]),
    Kind(className: "L2", aliases: ["l2"], arguments: [("l2", 0.01)]),
    Kind(className: "L1L2", aliases: ["l1_l2", "L1_L2"], arguments: [("l1", 0.0), ("l2", 0.0)]),
    Kind(
      className: "OrthogonalRegularizer", aliases: ["orthogonal_regularizer"], arguments: [("factor", 0.01), ("mode", "rows")]),
  ]

  static let constraints = [
    Kind(className: "MaxNorm", aliases: ["max_norm"], arguments: [("max_value", 2), ("axis", 0)]),
    Kind(
      className: "MinMaxNorm", aliases: ["min_max_norm"],
      arguments: [("min_value", 0.0), ("max_value", 1.0), ("rate", 1.0), ("axis", 0)]),
    Kind(className: "NonNeg", aliases: ["non_neg"], arguments: []),
    Kind(className: "UnitNorm", aliases: ["unit_norm"], arguments: [("axis", 0)]),
  ]
}

extension ConfigReader {
  /// Regularizers and constraints, by name or as Keras serializes them; nothing is null.
  mutating func trainingArguments(_ keys: String...) throws(ElmanError) -> [JSON.Member] {
    var members: [JSON.Member] = []
    for key in keys { members.append(JSON.Member(key, try trainingArgument(key) ?? .null)) }
    return members
  }

  private mutating func trainingArgument(_ key: String) throws(ElmanError) -> JSON? {
    guard let value = value(key) else { return nil }
    let isRegularizer = key.hasSuffix("regularizer")
    let what = isRegularizer ? "regularizer" : "constraint"
    let object: SerializedObject
    if case .string(let name) = value {
      object = SerializedObject(className: name, config: .object([]))
    } else if let described = SerializedObject(value) {
      object = described
    } else {
      throw mismatch(key, "the name or the config of a \(what)", value)
    }
    let kinds = isRegularizer ? TrainingArgument.regularizers : TrainingArgument.constraints
    guard let kind = kinds.first(where: { $0.className == object.className || $0.aliases.contains(object.className) }) else {
      let names = kinds.flatMap { [$0.className] + $0.aliases }
      let hint = ConfigReader.nearest(to: object.className, among: names).map { " Did you mean '\($0)'?" } ?? ""
      throw ElmanError(.invalidArgument, "Unknown \(what): '\(object.className)'.\(hint)")
    }
    var reader = try ConfigReader(object.config, of: kind.className)
    var members: [JSON.Member] = []
    for argument in kind.arguments {
      members.append(JSON.Member(argument.key, try reader.trainingValue(argument.key) ?? argument.standard))
    }
    try reader.finish()
    return SerializedObject.json(module: "keras.\(what)s", className: kind.className, config: .object(members))
  }

  /// A number, a mode or axes; what it means is for training to say.
  private mutating func trainingValue(_ key: String) throws(ElmanError) -> JSON? {
    switch value(key) {
    case nil: return nil
    case .some(let value) where key == "axis":
      _ = try axes(key)
      return value
    case .some(let value) where key == "mode":
      _ = try choice(key, of: ["rows", "columns"])
      return value
    case .some(let value):
      guard try number(key, default: 0) >= 0 else {
        throw ElmanError(.invalidArgument, "Argument '\(key)' of \(owner) must be a number >= 0. Received: \(key)=\(value.text)")
      }
      return value
    }
  }
}
