/// A weight where it stands in a layer or model.
public struct LayerWeight: Sendable {
  let layer: Layer
  let index: Int
  public let path: String
  public let weight: Weight
  public let isTrainable: Bool
}

extension [LayerWeight] {
  public var parameterCount: Int { reduce(0) { $0 + $1.weight.count } }
  public var trainableParameterCount: Int { reduce(0) { $0 + ($1.isTrainable ? $1.weight.count : 0) } }

  /// The position of a weight by its path, with or without Keras 2's `:0`.
  public func index(named path: String) throws(ElmanError) -> Int {
    let wanted = path.hasSuffix(":0") ? String(path.dropLast(2)) : path
    if let index = firstIndex(where: { $0.path == wanted }) { return index }
    let hint = ConfigReader.nearest(to: wanted, among: map(\.path)).map { " Did you mean '\($0)'?" } ?? ""
    throw ElmanError(.notFound, "No such weight: '\(path)'.\(hint)")
  }

  /// The weight of an index, or an error.
  public func at(_ index: Int, of title: String) throws(ElmanError) -> LayerWeight {
    guard indices.contains(index) else { throw Self.noWeight(index, of: title, count) }
    return self[index]
  }

  public static func noWeight(_ index: Int, of title: String, _ count: Int) -> ElmanError {
    ElmanError(.notFound, "No such weight: index \(UInt(bitPattern: index)); \(title) has \(count).")
  }

  /// An error unless a list of new values has one for each weight.
  public func requireCount(_ given: Int, of owner: String) throws(ElmanError) {
    guard given == count else {
      throw ElmanError(
        .shapeMismatch,
        "You called `set_weights(weights)` on \(owner) with a weight list of length \(given), but it was expecting "
          + "\(count) weights."
      )
    }
  }

  /// Sets all weights, or none where one does not fit; those of one layer all at once.
  public func set(_ values: [WeightValue], of owner: String) throws(ElmanError) {
    try requireCount(values.count, of: owner)
    var new: [(layer: Layer, weights: [(index: Int, values: Layer.StoredValues)])] = []
    for (slot, value) in zip(self, values) {
      if new.last?.layer !== slot.layer { new.append((slot.layer, [])) }
      new[new.count - 1].weights.append((slot.index, try slot.stored(value)))
    }
    for (layer, weights) in new { try layer.replaceWeights(weights) }
    WeightChanges.shared.add()
  }

  /// Sets some weights, those of one layer all at once.
  static func set(_ values: [(place: LayerWeight, values: FloatBuffer)]) throws(ElmanError) {
    var new: [(layer: Layer, weights: [(index: Int, values: Layer.StoredValues)])] = []
    var places: [ObjectIdentifier: Int] = [:]
    for (place, values) in values {
      let index = places[ObjectIdentifier(place.layer)] ?? new.count
      if index == new.count { new.append((place.layer, [])) }
      places[ObjectIdentifier(place.layer)] = index
      new[index].weights.append((place.index, try place.layer.stored(values, at: place.index)))
    }
    for (layer, weights) in new { try layer.replaceWeights(weights) }
    WeightChanges.shared.add()
  }

  /// Sets one weight.
  public func set(_ index: Int, _ value: WeightValue) throws(ElmanError) {
    try self[index].set(value)
  }
}

extension [Layer] {
  /// The weights of all layers in order, each once.
  var weights: [LayerWeight] { LayerTree(self).weights() }
}

extension LayerWeight {
  /// Sets this weight.
  public func set(_ value: WeightValue) throws(ElmanError) {
    try layer.replaceWeights([(index, stored(value))])
    WeightChanges.shared.add()
  }

  /// An error unless `count` values of a shape may take the weight's place.
  func requireShape(_ shape: Dimensions, count: Int) throws(ElmanError) {
    guard shape == weight.shape, count == weight.count else {
      throw ElmanError(
        .shapeMismatch,
        "Weight '\(path)' has shape \(Shape(weight.shape)), which the provided weight of shape \(Shape(shape)) does "
          + "not fit."
      )
    }
  }

  fileprivate func stored(_ value: WeightValue) throws(ElmanError) -> Layer.StoredValues {
    try requireShape(value.shape, count: value.values.count)
    return try layer.stored(try FloatBuffer(copying: value.values), at: index)
  }
}

extension Shape {
  /// As Keras writes it: `[null, 2, 10]`.
  var json: JSON { .array(dimensions.map { $0.map(JSON.int) ?? .null }) }
}
