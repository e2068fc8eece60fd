// Layers that move elements, or only say that they stand otherwise.

/// Keras's `Reshape`: (batch, ...) to (batch, target_shape...), one of whose sizes may be -1.
public final class Reshape: Layer, ListedLayer, @unchecked Sendable {
  public override class var className: String { "Reshape" }

  static let arguments = Arguments(.targetShape)

  private let target: [Int]

  init(_ reader: inout ConfigReader) throws(ElmanError) {
    target = try Self.arguments.values(&reader)
    super.init(try LayerSettings(&reader))
  }

  override var isIdentity: Bool { true }

  override func outputShapes(for input: Shape) throws(ElmanError) -> [Shape] {
    try requireRank(atLeast: 1, input)
    let known = try elementCount(target.filter { $0 > 0 })
    guard let sizes = Shape(Array(input.dimensions.dropFirst())).concrete else {
      return [Shape([input[0]] + target.map { $0 > 0 ? $0 : nil })]
    }
    let count = try elementCount(sizes)
    let fits = target.contains(-1) ? count % known == 0 : count == known
    guard fits else {
      throw ElmanError(
        .shapeMismatch,
        "The total size of the array must be unchanged. Received: input_shape=\(Shape(sizes)), "
          + "target_shape=\(Shape(target))"
      )
    }
    return [Shape([input[0]] + target.map { $0 > 0 ? $0 : count / known })]
  }

  override func streamStates(for input: [Int], isMasked: Bool) throws(ElmanError) -> [[Int]] {
    if input.count > 2 { throw cannotStream("it reshapes whole sequences") }
    return []
  }
}

extension Argument<[Int]> {
  /// Sizes, one of which may be -1 or null.
  fileprivate static var targetShape: Argument {
    Argument("target_shape", "integers", nil, json: JSON.integers) { (reader, name) throws(ElmanError) in
      guard case .array(let list)? = reader.value(name) else { throw reader.missing(name, "a list of integers") }
      let target = list.map { $0 == .null ? -1 : ConfigReader.integer($0) ?? 0 }
      let unknown = target.count { $0 == -1 }
      guard target.allSatisfy({ $0 > 0 || $0 == -1 }), target.count < Shape.maximumRank, unknown < 2 else {
        throw ElmanError(
          .invalidArgument,
          "The `target_shape` of Reshape must be positive integers, one of which may be -1. "
            + "Received: \(JSON.array(list).text)")
      }
      return target
    }
  }
}

/// Keras's `Permute`: the axes past the batch in another order; `dims` count from 1.
public final class Permute: Layer, ListedLayer, @unchecked Sendable {
  public override class var className: String { "Permute" }

  static let arguments = Arguments(.dims)

  private let dims: [Int]
  /// Of all axes.
  private let order: Dimensions

  init(_ reader: inout ConfigReader) throws(ElmanError) {
    dims = try Self.arguments.values(&reader)
    order = try Dimensions([0] + dims)
    super.init(try LayerSettings(&reader))
  }

  override func outputShapes(for input: Shape) throws(ElmanError) -> [Shape] {
    try requireRank(dims.count + 1, input)
    return [Shape([input[0]] + dims.map { input[$0] })]
  }

  override func forward(_ call: LayerCall) {
    let (input, output) = (call.input, call.outputs[0])
    StridedView(call.inputShape, order: order).forEach { result, array in output[result] = input[array] }
  }

  override func backward(_ call: BackwardCall) { call.moveGradient(StridedView(call.forward.inputShape, order: order)) }

  override func streamStates(for input: [Int], isMasked: Bool) throws(ElmanError) -> [[Int]] {
    if input.count > 2, dims[0] != 1 { throw cannotStream("it moves the axis of time") }
    return []
  }
}

extension Argument<[Int]> {
  /// A permutation that counts from 1.
  fileprivate static var dims: Argument {
    Argument("dims", "integers", nil, json: JSON.integers) { (reader, name) throws(ElmanError) in
      let dims = try reader.axes(name, default: [])
      guard !dims.isEmpty, dims.sorted() == Array(1...dims.count) else {
        throw ElmanError(
          .invalidArgument,
          "Invalid permutation argument `dims` for Permute Layer. The set of indices in `dims` must be consecutive and "
            + "start from 1. Received dims=\(dims)")
      }
      return dims
    }
  }
}

/// Keras's `RepeatVector`: (batch, features) to (batch, n, features).
public final class RepeatVector: Layer, ListedLayer, @unchecked Sendable {
  public override class var className: String { "RepeatVector" }

  static let arguments = Arguments(.count("n"))

  private let n: Int

  init(_ reader: inout ConfigReader) throws(ElmanError) {
    n = try Self.arguments.values(&reader)
    super.init(try LayerSettings(&reader))
  }

  override func outputShapes(for input: Shape) throws(ElmanError) -> [Shape] {
    try requireRank(2, input)
    return [[input[0], n, input[1]]]
  }

  override func forward(_ call: LayerCall) {
    let features = call.inputShape[1]
    for row in 0..<call.inputShape[0] {
      for step in 0..<n {
        (call.outputs[0] + (row * n + step) * features).update(from: call.input + row * features, count: features)
      }
    }
  }

  override func backward(_ call: BackwardCall) {
    guard let gradient = call.outputGradient, let sums = call.inputGradient else { return }
    let features = call.forward.inputShape[1]
    for row in 0..<call.forward.inputShape[0] {
      let (first, sum) = (gradient + row * n * features, sums + row * features)
      sum.update(from: first, count: features)
      for step in 1..<n {
        for index in 0..<features { sum[index] += first[step * features + index] }
      }
    }
  }

  override func streamStates(for input: [Int], isMasked: Bool) throws(ElmanError) -> [[Int]] {
    throw cannotStream("it makes a sequence of a vector")
  }
}

extension BackwardCall {
  /// Puts the gradients of elements that a view moved back to their places.
  func moveGradient(_ view: StridedView) {
    guard let gradient = outputGradient, let inputGradient else { return }
    view.forEach { result, array in inputGradient[array] = gradient[result] }
  }
}
