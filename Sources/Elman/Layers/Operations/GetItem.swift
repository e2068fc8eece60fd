/// Keras's `GetItem`: `x[:, -1]` and its like. `key` has an entry for each axis: an integer, `{"start", "stop",
/// "step"}`, null for a new axis or "..." for all that is not named.
public final class GetItem: Layer, ListedLayer, @unchecked Sendable {
  public override class var className: String { "GetItem" }

  static let arguments = Arguments(.key)

  enum Entry: Sendable {
    case index(Int)
    case slice(start: Int?, stop: Int?, step: Int)
    case newAxis
    case ellipsis
  }

  let key: [Entry]

  init(_ reader: inout ConfigReader) throws(ElmanError) {
    key = try Self.arguments.values(&reader)
    super.init(try LayerSettings(&reader))
  }

  /// What is read along an axis of the input.
  private struct Axis {
    var start = 0
    var step = 1
    /// nil: not known.
    let count: Int?
    /// The axis of the input; nil for a new one.
    let input: Int?
    /// Whether the output has it.
    var isKept = true
  }

  private func axes(of shape: Shape) throws(ElmanError) -> [Axis] {
    var axes: [Axis] = []
    try forEachAxis(rank: shape.rank, { shape[$0] }) { axes.append($0) }
    return axes
  }

  /// Calls `body` with each axis of the key, and those behind it; allocates nothing.
  private func forEachAxis(rank: Int, _ size: (Int) -> Int?, _ body: (Axis) -> Void) throws(ElmanError) {
    let named = key.reduce(0) { count, entry in
      switch entry {
      case .index, .slice: count + 1
      case .newAxis, .ellipsis: count
      }
    }
    guard named <= rank else {
      throw incompatible("too many indices: \(named) for an input of \(rank) dimensions")
    }
    var next = 0
    for entry in key {
      switch entry {
      case .newAxis: body(Axis(count: 1, input: nil))
      case .ellipsis:
        for axis in next..<next + rank - named { body(Axis(count: size(axis), input: axis)) }
        next += rank - named
      case .index(let index):
        body(try axis(index, size(next), next))
        next += 1
      case .slice(let start, let stop, let step):
        body(slice(start, stop, step, size(next), next))
        next += 1
      }
    }
    for axis in min(next, rank)..<rank { body(Axis(count: size(axis), input: axis)) }
  }

  private func axis(_ index: Int, _ size: Int?, _ axis: Int) throws(ElmanError) -> Axis {
    guard let size else { return Axis(start: max(index, 0), count: 1, input: axis, isKept: false) }
    guard (-size..<size).contains(index) else {
      throw incompatible("index \(index) is out of range for axis \(axis), which has \(size) elements")
    }
    return Axis(start: index < 0 ? index + size : index, count: 1, input: axis, isKept: false)
  }

  private func slice(_ start: Int?, _ stop: Int?, _ step: Int, _ size: Int?, _ axis: Int) -> Axis {
    guard let size else { return Axis(step: step, count: nil, input: axis) }
    func place(_ index: Int?, _ standard: Int) -> Int {
      guard let index else { return standard }
      let lowest = step < 0 ? -1 : 0
      return min(max(index < 0 ? index + size : index, lowest), step < 0 ? size - 1 : size)
    }
    let first = place(start, step < 0 ? size - 1 : 0)
    let last = place(stop, step < 0 ? -1 : size)
    let length = step < 0 ? first - last : last - first
    return Axis(
      start: first, step: step, count: max(0, (length + step.magnitudeAsInt - 1) / step.magnitudeAsInt), input: axis)
  }

  override func outputShapes(for input: Shape) throws(ElmanError) -> [Shape] {
    let kept = try axes(of: input).filter(\.isKept).map(\.count)
    guard kept.count <= Shape.maximumRank else { throw incompatible("the output would have \(kept.count) dimensions") }
    return [Shape(kept)]
  }

  override func streamStates(for input: [Int], isMasked: Bool) throws(ElmanError) -> [[Int]] {
    throw cannotStream("it picks timesteps of a sequence")
  }

  override func forward(_ call: LayerCall) throws(ElmanError) {
    let shape = call.inputShape
    var dense = shape.mapAxes { _ in 1 }
    for axis in shape.indices.dropLast().reversed() { dense[axis] = dense[axis + 1] * shape[axis + 1] }
    var first = 0
    var strides = call.outputShape
    var next = 0
    try forEachAxis(rank: shape.count, { shape[$0] }) { axis in
      let stride = axis.input.map { dense[$0] } ?? 0
      first += axis.start * stride
      guard axis.isKept else { return }
      strides[next] = stride * axis.step
      next += 1
    }
    let (source, target) = (call.input + first, call.outputs[0])
    if call.outputShape.isEmpty { target[0] = source[0] }
    StridedView(sizes: call.outputShape, strides: strides).forEach { target[$0] = source[$1] }
  }
}

extension Int {
  fileprivate var magnitudeAsInt: Int { self == Int.min ? Int.max : abs(self) }
}

extension Argument<[GetItem.Entry]> {
  fileprivate static var key: Argument {
    Argument("key", "key", nil, json: { .array($0.map(\.json)) }) { (reader, name) throws(ElmanError) in
      guard case .array(let list)? = reader.value(name), list.count <= 2 * Shape.maximumRank else {
        throw ElmanError(.wrongType, "\(reader.owner) needs the argument 'key', a list with an entry for each axis.")
      }
      var entries: [GetItem.Entry] = []
      for element in list {
        guard let entry = GetItem.Entry(element) else {
          throw reader.mismatch(name, "a list of integers, slices, null and \"...\"", element)
        }
        entries.append(entry)
      }
      guard entries.count(where: \.isEllipsis) <= 1 else {
        throw reader.mismatch(name, "a list with a single \"...\"", .array(list))
      }
      return entries
    }
  }
}

extension GetItem.Entry {
  private static let largest = 1 << 32

  fileprivate var isEllipsis: Bool { if case .ellipsis = self { true } else { false } }

  fileprivate init?(_ json: JSON) {
    switch json {
    case .null: self = .newAxis
    case .string("..."): self = .ellipsis
    case .object:
      let parts = ["start", "stop", "step"].map { json[$0] ?? .null }
      let numbers = parts.map { ConfigReader.integer($0) }
      for (part, number) in zip(parts, numbers) {
        if part == .null { continue }
        guard let number, number.magnitude <= Self.largest else { return nil }
      }
      guard numbers[2] != 0 else { return nil }
      self = .slice(start: numbers[0], stop: numbers[1], step: numbers[2] ?? 1)
    default:
      guard let index = ConfigReader.integer(json), index.magnitude <= Self.largest else { return nil }
      self = .index(index)
    }
  }

  var json: JSON {
    switch self {
    case .newAxis: .null
    case .ellipsis: "..."
    case .index(let index): .int(index)
    case .slice(let start, let stop, let step):
      [
        "start": start.map(JSON.int) ?? .null, "stop": stop.map(JSON.int) ?? .null,
        "step": step == 1 ? .null : .int(step),
      ]
    }
  }
}
