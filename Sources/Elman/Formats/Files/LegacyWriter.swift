import HDF5

/// Writes an HDF5 file as Keras 2 does and Keras 3 still can: weights layer by layer, with lists of their names.
struct LegacyWriter {
  private let version: String

  /// A whole model.
  static func write(_ model: Model, _ form: SavedForm) throws(ElmanError) -> Bytes {
    let root = NewGroup()
    root.setAttribute("model_config", .string(form.config.text))
    let writer = LegacyWriter(version: form.version)
    writer.setOrigin(of: root)
    try writer.write(model.layers, to: root.group("model_weights"))
    return try FileWriter.write(root)
  }

  /// Weights alone.
  static func writeWeights(_ model: Model, _ form: SavedForm) throws(ElmanError) -> Bytes {
    let root = NewGroup()
    try LegacyWriter(version: form.version).write(model.layers, to: root)
    return try FileWriter.write(root)
  }

  private func setOrigin(of group: NewGroup) {
    group.setAttribute("keras_version", .string(version))
    group.setAttribute("backend", .string("tensorflow"))
  }

  private func write(_ layers: [Layer], to group: NewGroup) throws(ElmanError) {
    setOrigin(of: group)
    try group.setNames("layer_names", layers.map(\.name))
    for layer in layers {
      let inner = try group.group(layer.name)
      var names: [String] = []
      for place in LegacyLayer.order(layer.weights) {
        let name = unique(place.path, among: names) + ":0"
        names.append(name)
        try inner.dataset(name, NewDataset(place.weight))
      }
      try inner.setNames("weight_names", names)
    }
  }

  /// Cells above each other may have one name.
  private func unique(_ path: String, among names: [String]) -> String {
    var name = path
    var number = 0
    while names.contains(name + ":0") {
      number += 1
      name = "\(path)_\(number)"
    }
    return name
  }
}

extension NewDataset {
  /// The values of a weight.
  convenience init(_ weight: Weight) throws(ElmanError) {
    let values = try weight.values
    try self.init(shape: weight.shape) { _ = $0.update(fromContentsOf: values.values) }
  }
}
