/// An object as Keras writes it: `{"class_name": ..., "config": {...}}`, beside which Keras 3 puts `module`,
/// `registered_name` and `build_config`. Nothing named in a config is ever imported: `registered_name` finds classes
/// that the program has registered itself, and the others are ignored.
struct SerializedObject {
  let className: String
  var registeredName: String?
  let config: JSON

  init(className: String, config: JSON) {
    self.className = className
    self.config = config
  }

  /// What `value` describes, or nil where it has not this form.
  init?(_ value: JSON) {
    guard case .string(let className)? = value["class_name"] else { return nil }
    self.className = className
    if case .string(let name)? = value["registered_name"] { registeredName = name }
    config = value["config"] ?? .object([])
  }

  /// The form that Keras 2 and Keras 3 both read.
  static func json(module: String?, className: String, config: JSON, registeredName: String? = nil) -> JSON {
    [
      "module": module.map(JSON.string) ?? .null, "class_name": .string(className), "config": config,
      "registered_name": registeredName.map(JSON.string) ?? .null,
    ]
  }
}
