/// LSTM and GRU as Keras 1 stored them: three arrays for each gate.
enum FirstGates {
  /// The columns of each stored gate, in the order in which Keras 1 has them: i, c, f, o of an LSTM, which today are i,
  /// f, c, o; z, r, h of a GRU.
  private static let columns = ["LSTM": [0, 2, 1, 3], "GRU": [0, 1, 2]]

  /// How many arrays Keras 1 has for these weights.
  static func count(_ piece: [LayerWeight]) -> Int {
    guard piece.count == 3, let columns = columns[piece[0].layer.kerasClassName] else { return piece.count }
    return 3 * columns.count
  }

  static func read(
    _ arrays: [StoredArray], into piece: [LayerWeight], _ new: inout NewWeights
  ) throws(ElmanError) {
    guard let columns = columns[piece[0].layer.kerasClassName] else { return }
    for (part, place) in piece.enumerated() {
      let weight = place.weight
      guard let width = weight.shape.last.map({ $0 / columns.count }), weight.shape.count == (part == 2 ? 1 : 2) else {
        throw arrays[part].mismatch(place)
      }
      try new.spend(weight.count)
      let whole = try FloatBuffer(count: weight.count)
      for (gate, column) in columns.enumerated() {
        let array = arrays[3 * gate + part]
        guard array.shape == (part == 2 ? [width] : [weight.shape[0], width]) else { throw array.mismatch(place) }
        whole.setColumns(column * width, width, of: columns.count * width, to: try array.values())
      }
      new.add(place, whole)
    }
  }
}

extension FloatBuffer {
  /// Puts a matrix of `width` columns into columns of this one, which has `total`.
  func setColumns(_ first: Int, _ width: Int, of total: Int, to values: FloatBuffer) {
    guard width > 0 else { return }
    for row in 0..<values.count / width {
      (base + row * total + first).update(from: values.base + row * width, count: width)
    }
  }
}
