/// Finds a model's weights in the groups of `.weights.h5`: `layers/lstm_1/cell/vars/0`. A name is that of a class,
/// counted among the layers of the class, whatever the layers are called.
struct PathWeights {
  private var new: NewWeights
  /// A layer that stands in several places is saved in the first.
  private var seen: Set<ObjectIdentifier> = []

  static func read(_ root: SavedGroup, into model: Model, _ new: NewWeights) throws(ElmanError) -> NewWeights {
    var reader = PathWeights(new: new)
    try reader.read(model.layers, root.first(SavedGroup.layers), of: model.title)
    return reader.new
  }

  private init(new: NewWeights) { self.new = new }

  /// Layers in a list.
  private mutating func read(_ layers: [Layer], _ group: SavedGroup?, of owner: String) throws(ElmanError) {
    var byClass: [String: [(number: Int, layer: Layer)]] = [:]
    var order: [String] = []
    var counts: [String: Int] = [:]
    for layer in layers {
      let name = NameCounter.snakeCase(layer.kerasClassName)
      defer { counts[name, default: 0] += 1 }
      if layer.weightCount == 0 { continue }
      if byClass[name] == nil { order.append(name) }
      byClass[name, default: []].append((counts[name] ?? 0, layer))
    }
    for name in order {
      guard let layers = byClass[name] else { continue }
      for (layer, group) in try PathWeights.places(of: layers, called: name, in: group, of: owner) {
        try read(layer, group)
      }
    }
  }

  /// The group of each layer of a class: by its number or, in files of tf_keras up to 2.13, which skip numbers, by the
  /// order.
  private static func places(
    of layers: [(number: Int, layer: Layer)], called name: String, in group: SavedGroup?, of owner: String
  ) throws(ElmanError) -> [(layer: Layer, group: SavedGroup)] {
    var found: [Int: SavedGroup] = [:]
    for (key, inner) in group?.groups ?? [:] where inner.hasWeights {
      if let number = key.number(after: name) { found[number] = inner }
    }
    let numbered = layers.compactMap { layer in found[layer.number].map { (layer: layer.layer, group: $0) } }
    if numbered.count == layers.count { return numbered }
    guard found.count == layers.count else {
      throw ElmanError(
        .shapeMismatch,
        "The \(owner) has \(layers.count) layers of class \(layers[0].layer.kerasClassName) with weights, and the "
          + "file \(found.count) "
          + "(groups named '\(name)').")
    }
    return zip(layers, found.sorted { $0.key < $1.key }).map { ($0.layer, $1.value) }
  }

  private mutating func read(_ layer: Layer, _ group: SavedGroup) throws(ElmanError) {
    guard seen.insert(ObjectIdentifier(layer)).inserted else { return }
    try new.adding { (new) throws(ElmanError) in try PathWeights.readOwn(layer, group, &new) }
    if layer is ModelLayer {
      return try read(layer.children, group.first(SavedGroup.layers), of: "layer \"\(layer.name)\"")
    }
    if layer is StackedRNNCells {
      return try read(layer.children, group.groups["cells"], of: "layer \"\(layer.name)\"")
    }
    for (role, child) in layer.namedChildren where child.weightCount > 0 {
      guard let inner = group.groups[role] else { throw PathWeights.missing(child, in: layer) }
      try read(child, inner)
    }
  }

  private static func readOwn(_ layer: Layer, _ group: SavedGroup, _ new: inout NewWeights) throws(ElmanError) {
    let own = layer.ownPlaces
    for (part, range) in layer.savedParts(of: own) {
      let holder = part.isEmpty ? group : group.first([part, "_\(part)"])
      let arrays = holder?.variables() ?? []
      guard arrays.count >= range.count else {
        throw ElmanError(
          .shapeMismatch,
          "Layer '\(layer.name)' (\(layer.kerasClassName)) expects \(range.count) weights, and the file has "
            + "\(arrays.count) for it."
        )
      }
      for (place, array) in zip(own[range], arrays) { try new.add(place, array) }
    }
  }

  private static func missing(_ child: Layer, in layer: Layer) -> ElmanError {
    ElmanError(.shapeMismatch, "The file has no weights of '\(child.name)' in layer '\(layer.name)'.")
  }
}

extension Layer {
  /// The layer's own weights, without those of layers inside it.
  var ownPlaces: [LayerWeight] { Array(weights.prefix(ownWeightCount)) }

  /// The attributes of Keras's layer that hold its own weights; "" is the layer itself.
  func savedParts(of own: [LayerWeight]) -> [(part: String, weights: Range<Int>)] {
    if own.isEmpty { return [] }
    if self is RecurrentLayer { return [("cell", own.indices)] }
    // Those of attention with projections are called `query/kernel`.
    var parts: [(part: String, weights: Range<Int>)] = []
    for (index, place) in own.enumerated() {
      let words = place.weight.name.split(separator: "/")
      let part = words.count < 2 ? "" : words[0] == "attention_output" ? "output_dense" : "\(words[0])_dense"
      if parts.last?.part == part {
        parts[parts.count - 1].weights = parts[parts.count - 1].weights.lowerBound..<index + 1
      } else {
        parts.append((part, index..<index + 1))
      }
    }
    return parts
  }
}

extension String {
  /// The number in `name_2`, 0 for the name itself; nil for another name.
  fileprivate func number(after name: String) -> Int? {
    if self == name { return 0 }
    guard hasPrefix(name + "_"), let number = Int(dropFirst(name.utf8.count + 1)), number > 0 else { return nil }
    return number
  }
}
