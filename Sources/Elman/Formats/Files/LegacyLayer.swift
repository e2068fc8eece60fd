/// A layer's weights in the order of a legacy file: all that are trained, then the others, those of layers inside it
/// too.
struct LegacyLayer {
  private let layer: Layer
  private let origin: FileOrigin
  private let pieces: [Piece]

  /// Neighbouring weights of one layer.
  private typealias Piece = [LayerWeight]

  init(_ layer: Layer, _ origin: FileOrigin) {
    (self.layer, self.origin) = (layer, origin)
    pieces = LegacyLayer.order(layer.weights).reduce(into: []) { pieces, weight in
      if pieces.last?.last?.layer === weight.layer {
        pieces[pieces.count - 1].append(weight)
      } else {
        pieces.append([weight])
      }
    }
  }

  /// As Keras's `trainable_weights + non_trainable_weights`.
  static func order(_ weights: [LayerWeight]) -> [LayerWeight] {
    weights.filter(\.isTrainable) + weights.filter { !$0.isTrainable }
  }

  func read(_ arrays: [StoredArray], _ new: inout NewWeights) throws(ElmanError) {
    let counts = pieces.map(\.count)
    let firstCounts = pieces.map(FirstGates.count)
    let isFirst = arrays.count != counts.reduce(0, +)
    guard !isFirst || arrays.count == firstCounts.reduce(0, +) else {
      throw ElmanError(
        .shapeMismatch,
        "Layer '\(layer.name)' (\(layer.kerasClassName)) expects \(counts.reduce(0, +)) weights, and the file has "
          + "\(arrays.count) "
          + "for it.")
    }
    var rest = arrays[...]
    for (piece, count) in zip(pieces, isFirst ? firstCounts : counts) {
      let own = Array(rest.prefix(count))
      rest = rest.dropFirst(count)
      if count != piece.count {
        try FirstGates.read(own, into: piece, &new)
      } else {
        try read(own, into: piece, &new)
      }
    }
  }

  private func read(_ arrays: [StoredArray], into piece: Piece, _ new: inout NewWeights) throws(ElmanError) {
    if CuDNNWeights.areThese(arrays, of: piece) { return try CuDNNWeights.read(arrays, into: piece, &new) }
    for (place, array) in zip(piece, arrays) {
      let filters = StoredFilters(array, place)
      if filters.isConverted(isTheanos: origin.isTheanos) {
        try filters.read(isTheanos: origin.isTheanos, &new)
      } else {
        try new.add(place, array)
      }
    }
  }
}
