import HDF5

/// Weights as HDF5 files of Keras 1 and 2 have them: a list of layers' names, and for each of them a list of arrays'
/// names.
struct LegacyWeights {
  /// The layers that have weights, in the file's order.
  let layers: [(name: String, arrays: [StoredArray])]
  let origin: FileOrigin

  static func isOne(_ group: Group) throws(ElmanError) -> Bool {
    try group.storedNames("layer_names") != nil
  }

  init(_ group: Group, _ origin: FileOrigin) throws(ElmanError) {
    self.origin = origin
    guard let names = try group.storedNames("layer_names") else {
      throw ElmanError(.unsupported, "The HDF5 file is no model of Keras: its weights have no attribute layer_names.")
    }
    var layers: [(name: String, arrays: [StoredArray])] = []
    for name in names {
      let layer = try group.group(name)
      var arrays: [StoredArray] = []
      for weight in try layer.storedNames("weight_names") ?? [] {
        arrays.append(StoredArray(name: "\(name)/\(weight)", dataset: try layer.dataset(weight)))
      }
      if !arrays.isEmpty { layers.append((name, arrays)) }
    }
    self.layers = layers
  }

  /// In the order of the layers, whatever they are called.
  func read(into model: Model, _ new: NewWeights) throws(ElmanError) -> NewWeights {
    var new = new
    for (layer, stored) in try pairs(model) {
      try new.adding { (new) throws(ElmanError) in try LegacyLayer(layer, origin).read(stored.arrays, &new) }
    }
    return new
  }

  private typealias Stored = (name: String, arrays: [StoredArray])

  /// By name where both have the same names, otherwise by order.
  private func pairs(_ model: Model) throws(ElmanError) -> [(layer: Layer, stored: Stored)] {
    let weighted = model.layers.filter { $0.weightCount > 0 }
    guard weighted.count == layers.count else {
      throw ElmanError(
        .shapeMismatch,
        "You are trying to load a weight file containing \(layers.count) layers with weights into \(model.title), "
          + "which has "
          + "\(weighted.count).")
    }
    let byName = Dictionary(layers.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    let named = weighted.compactMap { layer in byName[layer.name].map { (layer: layer, stored: $0) } }
    return named.count == weighted.count ? named : zip(weighted, layers).map { (layer: $0, stored: $1) }
  }

  /// Into the layers that have the names of the file, and no others.
  func readByName(into model: Model, _ new: NewWeights) throws(ElmanError) -> NewWeights {
    var new = new
    for stored in layers {
      for layer in model.layers where layer.name == stored.name {
        try new.adding { (new) throws(ElmanError) in try LegacyLayer(layer, origin).read(stored.arrays, &new) }
      }
    }
    return new
  }
}

extension Group {
  /// A list of names, in one attribute or in several: `name0`, `name1`, ... Keras splits what is longer than 64 KiB.
  fileprivate func storedNames(_ name: String) throws(ElmanError) -> [String]? {
    if let whole = try attribute(name) { return try whole.strings() }
    var names: [String]?
    var number = 0
    while let part = try attribute("\(name)\(number)") {
      names = try (names ?? []) + part.strings()
      number += 1
    }
    return names
  }
}
