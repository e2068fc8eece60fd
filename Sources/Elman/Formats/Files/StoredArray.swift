import HDF5

/// An array of a model file.
struct StoredArray {
  /// Its path in the file.
  let name: String
  let dataset: Dataset
  var shape: [Int] { dataset.shape }

  init(name: String, dataset: Dataset) {
    (self.name, self.dataset) = (name, dataset)
  }

  /// The elements as they are stored.
  func values() throws(ElmanError) -> FloatBuffer {
    let buffer = try FloatBuffer(count: dataset.count)
    try dataset.read(into: UnsafeMutableBufferPointer(start: buffer.base, count: buffer.count))
    return buffer
  }

  /// An error that says why it is no value of a weight.
  func mismatch(_ weight: LayerWeight) -> ElmanError {
    ElmanError(
      .shapeMismatch,
      "Weight '\(weight.path)' has shape \(Shape(weight.weight.shape)), which '\(name)' of the file, of shape "
        + "\(Shape(shape)), "
        + "does not fit.")
  }
}

/// New values for weights, found one after the other and set all at once.
struct NewWeights {
  private(set) var values: [(place: LayerWeight, values: FloatBuffer)] = []
  /// Bytes that the values may take: a packed file may claim many times its size.
  private var budget: Budget
  /// Whether weights that do not fit are left as they are.
  private let skipsMismatch: Bool

  init(_ limits: Limits, skipsMismatch: Bool = false) {
    budget = Budget(limits.bytes, "bytes of weights")
    self.skipsMismatch = skipsMismatch
  }

  /// Runs `body`, which adds weights of one layer; where it throws, those may be left out.
  mutating func adding(_ body: (inout NewWeights) throws(ElmanError) -> Void) throws(ElmanError) {
    let count = values.count
    do throws(ElmanError) {
      try body(&self)
    } catch {
      guard skipsMismatch, error.code == .shapeMismatch else { throw error }
      values.removeLast(values.count - count)
    }
  }

  /// A weight that the file has as it is.
  mutating func add(_ place: LayerWeight, _ array: StoredArray) throws(ElmanError) {
    guard array.shape == place.weight.shape else { throw array.mismatch(place) }
    try spend(place.weight.count)
    values.append((place, try array.values()))
  }

  /// A weight that is made of what the file has.
  mutating func add(_ place: LayerWeight, _ buffer: FloatBuffer) { values.append((place, buffer)) }

  /// An error where so many floats more are beyond the limit. To be called before they are read.
  mutating func spend(_ count: Int) throws(ElmanError) { try budget.spend(count.times(MemoryLayout<Float>.stride)) }
}
