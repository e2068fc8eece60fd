/// A convolution's filters as old files have them: Keras 1's Conv1D with an axis of 1 that is gone since, and Theano's
/// filters, which read their window from its other end.
struct StoredFilters {
  private let array: StoredArray
  private let place: LayerWeight
  /// The axes of the window.
  private let window: Int

  init(_ array: StoredArray, _ place: LayerWeight) {
    (self.array, self.place) = (array, place)
    let isFilter = place.weight.name == "kernel" || place.weight.name == "recurrent_kernel"
    let isConvolution = place.layer.kerasClassName.hasPrefix("Conv")
    window = isFilter && isConvolution ? max(0, place.weight.shape.count - 2) : 0
  }

  /// The stored shape, or that of Keras 1 without the axis of 1: (size, 1, in, out) or, older, (out, in, size, 1).
  private var isOfKeras1: Bool { window == 1 && (array.shape == firstShape || array.shape == olderShape) }
  private var firstShape: [Int] { [place.weight.shape[0], 1, place.weight.shape[1], place.weight.shape[2]] }
  private var olderShape: [Int] { [place.weight.shape[2], place.weight.shape[1], place.weight.shape[0], 1] }

  func isConverted(isTheanos: Bool) -> Bool {
    isOfKeras1 || (window > 0 && isTheanos && array.shape == place.weight.shape)
  }

  func read(isTheanos: Bool, _ new: inout NewWeights) throws(ElmanError) {
    try new.spend(array.dataset.count)
    var values = try array.values()
    if isOfKeras1, array.shape != firstShape { values = try transposed(values) }
    if isTheanos { values = try flipped(values) }
    new.add(place, values)
  }

  /// (out, in, size) to (size, in, out).
  private func transposed(_ values: FloatBuffer) throws(ElmanError) -> FloatBuffer {
    let (size, features, filters) = (place.weight.shape[0], place.weight.shape[1], place.weight.shape[2])
    let result = try FloatBuffer(count: values.count)
    for filter in 0..<filters {
      for feature in 0..<features {
        for step in 0..<size {
          result.base[(step * features + feature) * filters + filter] =
            values.base[(filter * features + feature) * size + step]
        }
      }
    }
    return result
  }

  /// All axes of the window reversed, which is the order of its places reversed.
  private func flipped(_ values: FloatBuffer) throws(ElmanError) -> FloatBuffer {
    let places = place.weight.shape.prefix(window).reduce(1, *)
    let result = try FloatBuffer(count: values.count)
    guard places > 0 else { return result }
    let width = values.count / places
    for index in 0..<places {
      (result.base + index * width).update(from: values.base + (places - 1 - index) * width, count: width)
    }
    return result
  }
}
