/// What a config gives by a name or as Keras serializes an object: a regularizer or a constraint.
protocol NamedObject {
  /// As messages call it.
  static var kind: String { get }
  /// The classes with their short names.
  static var names: [String: [String]] { get }

  init(_ className: String, _ reader: inout ConfigReader) throws(ElmanError)
  var json: JSON { get }
}

extension NamedObject {
  /// The object of a class or a short name, with its config.
  init(named name: String, config: JSON = .object([])) throws(ElmanError) {
    guard let className = Self.names.first(where: { $0.key == name || $0.value.contains(name) })?.key else {
      let names = Self.names.flatMap { [$0.key] + $0.value }
      let hint = ConfigReader.nearest(to: name, among: names).map { " Did you mean '\($0)'?" } ?? ""
      throw ElmanError(.invalidArgument, "Unknown \(Self.kind): '\(name)'.\(hint)")
    }
    var reader = try ConfigReader(config, of: className)
    self = try Self(className, &reader)
    try reader.finish()
  }
}

extension NamedObject {
  /// By name or as Keras serializes it.
  init(serialized value: JSON) throws(ElmanError) {
    var reader = try ConfigReader(.object([JSON.Member(Self.kind, value)]), of: "elman")
    guard let object: Self = try reader.named(Self.kind) else {
      throw reader.missing(Self.kind, "its name or its config")
    }
    self = object
  }
}

extension ConfigReader {
  /// A regularizer or a constraint, by name or as Keras serializes it; nil where there is none.
  mutating func named<Object: NamedObject>(_ key: String) throws(ElmanError) -> Object? {
    guard let value = value(key) else { return nil }
    if case .string(let name) = value { return try Object(named: name) }
    guard let object = SerializedObject(value) else {
      throw mismatch(key, "the name or the config of a \(Object.kind)", value)
    }
    return try Object(named: object.className, config: object.config)
  }

  /// A number of at least 0, written as it was given.
  mutating func factor(_ key: String, default standard: JSON) throws(ElmanError) -> Double {
    let value = value(key) ?? standard
    let factor = try number(value, key)
    guard factor >= 0 else {
      throw ElmanError(
        .invalidArgument, "Argument '\(key)' of \(owner) must be a number >= 0. Received: \(key)=\(value.text)")
    }
    write(key, value)
    return factor
  }
}
