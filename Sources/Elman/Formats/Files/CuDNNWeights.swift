/// LSTM and GRU as Keras 2's layers for GPUs stored them, told by a bias for the input and another for the state: 8
/// units of an LSTM, 6 of a GRU.
///
/// The gates are those of today. A gate's kernel holds a matrix (units, features) in the memory of (features, units),
/// and its recurrent kernel is transposed. An LSTM's two biases are added; a GRU has both.
enum CuDNNWeights {
  static func areThese(_ arrays: [StoredArray], of piece: [LayerWeight]) -> Bool {
    guard piece.count == 3, arrays.count == 3, gates(piece) > 0 else { return false }
    return arrays[2].shape == [2 * columns(piece)]
  }

  /// 0 where the layer never had such weights.
  private static func gates(_ piece: [LayerWeight]) -> Int {
    switch piece[0].layer.kerasClassName {
    case "LSTM": 4
    case "GRU": 3
    default: 0
    }
  }

  private static func columns(_ piece: [LayerWeight]) -> Int { piece[0].weight.shape.last ?? 0 }

  static func read(
    _ arrays: [StoredArray], into piece: [LayerWeight], _ new: inout NewWeights
  ) throws(ElmanError) {
    let (gates, columns) = (gates(piece), columns(piece))
    let units = columns / gates
    for (place, array) in zip(piece.prefix(2), arrays) {
      guard array.shape == place.weight.shape else { throw array.mismatch(place) }
      try new.spend(place.weight.count)
      let stored = try array.values()
      let values = try FloatBuffer(count: stored.count)
      let rows = columns == 0 ? 0 : stored.count / columns
      for gate in 0..<gates {
        for row in 0..<rows {
          for unit in 0..<units {
            // A kernel's element (row, unit) is the one at unit * rows + row of the gate's memory. A recurrent kernel
            // is square: the same is its transposition.
            let source = unit * rows + row
            values.base[row * columns + gate * units + unit] =
              stored.base[source / units * columns + gate * units + source % units]
          }
        }
      }
      new.add(place, values)
    }
    try readBias(arrays[2], into: piece[2], columns, &new)
  }

  private static func readBias(
    _ array: StoredArray, into place: LayerWeight, _ columns: Int, _ new: inout NewWeights
  ) throws(ElmanError) {
    try new.spend(array.dataset.count)
    let both = try array.values()
    if place.weight.shape == [2, columns] { return new.add(place, both) }
    // A GRU that resets before the product has no place for the second bias.
    guard place.weight.shape == [columns], place.layer.kerasClassName == "LSTM" else { throw array.mismatch(place) }
    let sum = try FloatBuffer(count: columns)
    for index in 0..<columns { sum.base[index] = both.base[index] + both.base[columns + index] }
    new.add(place, sum)
  }
}
