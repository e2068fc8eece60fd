import HDF5
import Zip

/// A model file in memory: a config, weights, or both.
struct ModelFile {
  /// nil in a file of weights alone.
  let config: JSON?
  /// The Keras that wrote it; nil where a config alone does not tell.
  let keras: KerasVersion?
  /// nil in a file of a config alone.
  let weights: StoredWeights?

  init(_ bytes: Bytes, limits: Limits) throws(ElmanError) {
    switch FileKind(bytes) {
    case .zip: try self.init(archive: bytes, limits)
    case .hdf5: try self.init(hdf5: bytes, limits)
    case .json:
      let config = try JSON.parse(bytes.text)
      self.init(config: config, keras: try KerasVersion(ofModel: config), weights: nil)
    case .foreign(let what): throw FileKind.refused(what)
    }
  }

  private init(config: JSON?, keras: KerasVersion?, weights: StoredWeights?) {
    (self.config, self.keras, self.weights) = (config, keras, weights)
  }

  // MARK: .keras

  /// A zip archive of Keras 3 or of tf_keras from 2.12 on.
  private init(archive bytes: Bytes, _ limits: Limits) throws(ElmanError) {
    let archive = try Archive(bytes, limits: limits)
    guard archive.member("config.json") != nil else { throw FileKind.refused(ModelFile.foreign(archive)) }
    var keras: KerasVersion?
    if archive.member("metadata.json") != nil,
      case .string(let text)? = try JSON.parse(archive.read("metadata.json").text)["keras_version"]
    {
      keras = KerasVersion(text)
    }
    let file = try File(archive.read("model.weights.h5"), limits: limits)
    self.init(
      config: try JSON.parse(archive.read("config.json").text), keras: keras,
      weights: .paths(try SavedGroup(file.root, limits)))
  }

  private static func foreign(_ archive: Archive) -> String {
    let names = archive.members.map(\.name)
    if names.contains(where: { $0.hasSuffix("data.pkl") }) { return "a PyTorch file" }
    if names.contains(where: { $0.hasSuffix(".npy") }) { return "a NumPy .npz file" }
    if names.contains(where: { $0.hasSuffix("saved_model.pb") }) {
      return "a zip of a SavedModel of TensorFlow: save the model as .keras or .h5"
    }
    return "a zip archive without a config.json"
  }

  // MARK: HDF5

  private init(hdf5 bytes: Bytes, _ limits: Limits) throws(ElmanError) {
    let root = try File(bytes, limits: limits).root
    let config = try root.attribute("model_config")?.string()
    let hasGroup = try root.has("model_weights")
    let isLegacy = try LegacyWeights.isOne(root)
    if hasGroup || config != nil || isLegacy {
      let group = hasGroup ? try root.group("model_weights") : root
      let origin = try FileOrigin(root, group)
      self.init(
        config: try config.map { (text) throws(ElmanError) in try JSON.parse(text) }, keras: origin.keras,
        weights: .legacy(try LegacyWeights(group, origin)))
    } else {
      let paths = try SavedGroup(root, limits)
      guard paths.hasLayers else {
        throw ElmanError(
          .unsupported,
          "The HDF5 file is no model of Keras: it has neither the attributes model_config or layer_names nor a group "
            + "'layers'."
        )
      }
      self.init(config: nil, keras: nil, weights: .paths(paths))
    }
  }
}

/// Weights as a file has them.
enum StoredWeights {
  /// Lists of names, layer by layer: HDF5 files of Keras 1 and 2, and .h5 models of Keras 3.
  case legacy(LegacyWeights)
  /// Groups by class and attribute: `.weights.h5` and the inside of `.keras`.
  case paths(SavedGroup)
}

/// Which Keras wrote an HDF5 file, and on what.
struct FileOrigin {
  /// Files of Keras 1 may tell none.
  let keras: KerasVersion
  let isTheanos: Bool

  init(_ root: Group, _ weights: Group) throws(ElmanError) {
    func text(_ name: String) throws(ElmanError) -> String? {
      if let own = try root.attribute(name) { return try own.string() }
      return try weights.attribute(name)?.string()
    }
    keras = try text("keras_version").flatMap(KerasVersion.init(_:)) ?? .first
    isTheanos = try text("backend") == "theano"
  }
}
