/// Numbers that a config gives: one, or nested lists as long as each other, as NumPy's `tolist()` gives them.
struct NumberArray: Equatable, Sendable {
  let shape: [Int]
  /// In row-major order.
  let values: [Double]

  init(_ value: Double) { self.init(shape: [], values: [value]) }

  private init(shape: [Int], values: [Double]) {
    self.shape = shape
    self.values = values
  }

  /// nil if the lists differ in length, are empty, or hold something else.
  init?(_ json: JSON) {
    switch json {
    case .int(let value): self.init(Double(value))
    case .double(let value): self.init(value)
    case .array(let list) where !list.isEmpty:
      var parts: [NumberArray] = []
      for element in list {
        guard let part = NumberArray(element), part.shape == parts.first?.shape ?? part.shape else { return nil }
        parts.append(part)
      }
      self.init(shape: [list.count] + (parts.first?.shape ?? []), values: parts.flatMap(\.values))
    case .object:
      // As Keras 3 serializes NumPy's.
      guard let object = SerializedObject(json), object.className == "__numpy__", let value = object.config["value"]
      else { return nil }
      self.init(value)
    default: return nil
    }
  }

  var json: JSON { json(values[...], shape[...]) }

  private func json(_ values: ArraySlice<Double>, _ shape: ArraySlice<Int>) -> JSON {
    guard let count = shape.first else { return .double(values[values.startIndex]) }
    let size = values.count / count
    return .array(
      (0..<count).map { index in
        let start = values.startIndex + index * size
        return json(values[start..<start + size], shape.dropFirst())
      })
  }

  /// Whether NumPy would broadcast it to a shape.
  func broadcasts(to target: [Int]) -> Bool {
    shape.count <= target.count && zip(shape.reversed(), target.reversed()).allSatisfy { $0 == 1 || $0 == $1 }
  }

  /// The number that stands at each place of a shape to which it broadcasts.
  func broadcast(to target: [Int], _ body: (_ place: Int, _ value: Double) -> Void) {
    let sizes = [Int](repeating: 1, count: target.count - shape.count) + shape
    var strides = [Int](repeating: 0, count: target.count)
    var stride = 1
    for axis in sizes.indices.reversed() {
      strides[axis] = sizes[axis] == 1 ? 0 : stride
      stride *= sizes[axis]
    }
    for place in 0..<target.reduce(1, *) {
      var rest = place
      var index = 0
      for axis in target.indices.reversed() {
        index += rest % target[axis] * strides[axis]
        rest /= target[axis]
      }
      body(place, values[index])
    }
  }
}

extension ConfigReader {
  /// A number, or an array of them.
  mutating func numbers(_ key: String, default standard: Double) throws(ElmanError) -> NumberArray {
    guard let value = value(key) else { return NumberArray(standard) }
    guard let numbers = NumberArray(value) else { throw mismatch(key, "a number or an array of numbers", value) }
    return numbers
  }
}
