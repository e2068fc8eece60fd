/// An object as Keras writes it: `{"class_name": ..., "config": {...}}`, beside which Keras 3 puts `module`,
/// `registered_name` and `build_config`. These are read and ignored: nothing named in a config is ever imported.
struct SerializedObject {
  let className: String
  let config: JSON

  init(className: String, config: JSON) {
    self.className = className
    self.config = config
  }

  /// What `value` describes, or nil where it has not this form.
  init?(_ value: JSON) {
    guard case .string(let className)? = value["class_name"] else { return nil }
    self.className = className
    config = value["config"] ?? .object([])
  }

  /// The form that Keras 2 and Keras 3 both read.
  static func json(module: String, className: String, config: JSON) -> JSON {
    ["module": .string(module), "class_name": .string(className), "config": config, "registered_name": nil]
  }
}
