/// The form in which a model is written: that of Keras 3 or, for a model that Keras 3 would read otherwise than it runs
/// (Keras 2's hard_sigmoid, its joined masks), that of tf_keras.
struct SavedForm {
  /// What `model_config` is.
  let config: JSON
  /// What `config.json` is: with modules, which tf_keras needs there too.
  let archiveConfig: JSON
  /// The Keras whose form it is.
  let version: String
  private let isOfKeras2: Bool

  init(_ model: Model) {
    let whole = model.json()
    if case .string(let version)? = whole["keras_version"] {
      (self.version, isOfKeras2) = (version, true)
    } else {
      (version, isOfKeras2) = ("3.8.0", false)
    }
    config = .object(whole.members.filter { $0.key != "keras_version" && $0.key != "backend" })
    archiveConfig = isOfKeras2 ? SavedForm.tensorFlows(model) : config
  }

  /// As tf_keras writes it into an archive.
  private static func tensorFlows(_ model: Model) -> JSON {
    let className = type(of: model).className
    return [
      "module": model is Sequential ? "keras" : "keras.src.engine.functional", "class_name": .string(className),
      "config": model.config().withActivationsOfKeras2, "registered_name": .string(className),
    ]
  }

  /// An attribute of a layer as the two call it.
  func attribute(_ name: String) -> String {
    isOfKeras2 && name.hasSuffix("_dense") ? "_\(name)" : name
  }

  var metadata: JSON { ["keras_version": .string(version)] }
}
