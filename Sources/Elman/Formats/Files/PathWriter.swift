import HDF5

/// Writes weights as `.weights.h5` and the inside of `.keras` have them: in groups named by the classes of layers.
struct PathWriter {
  private let form: SavedForm
  private var seen: Set<ObjectIdentifier> = []

  static func write(_ model: Model, _ form: SavedForm) throws(ElmanError) -> Bytes {
    var writer = PathWriter(form: form)
    let root = NewGroup()
    // tf_keras looks for it.
    try root.group("vars")
    try writer.write(model.layers, to: root, under: "layers")
    return try FileWriter.write(root)
  }

  private init(form: SavedForm) { self.form = form }

  private mutating func write(_ layers: [Layer], to group: NewGroup, under path: String) throws(ElmanError) {
    var counts: [String: Int] = [:]
    for layer in layers {
      let name = NameCounter.snakeCase(layer.kerasClassName)
      let number = counts[name, default: 0]
      counts[name] = number + 1
      try write(layer, to: group.group("\(path)/\(number == 0 ? name : "\(name)_\(number)")"))
    }
  }

  private mutating func write(_ layer: Layer, to group: NewGroup) throws(ElmanError) {
    guard seen.insert(ObjectIdentifier(layer)).inserted else { return }
    try group.group("vars")
    let own = layer.ownPlaces
    for (part, range) in layer.savedParts(of: own) {
      for (index, place) in own[range].enumerated() {
        let path = part.isEmpty ? "vars/\(index)" : "\(form.attribute(part))/vars/\(index)"
        try group.dataset(path, NewDataset(place.weight))
      }
    }
    if layer is ModelLayer { return try write(layer.children, to: group, under: "layers") }
    if layer is StackedRNNCells { return try write(layer.children, to: group, under: "cells") }
    for (role, child) in layer.namedChildren { try write(child, to: group.group(role)) }
  }
}
