// What Keras 3 writes into the config of a graph to compute its masks.

/// Keras's `ExpandDims`: a new axis of 1.
public final class ExpandDims: Layer, ListedLayer, @unchecked Sendable {
  public override class var className: String { "ExpandDims" }

  static let arguments = Arguments(.axes("axis", -1))

  private let axis: Int

  init(_ reader: inout ConfigReader) throws(ElmanError) {
    axis = try Self.arguments.values(&reader)[0]
    super.init(try LayerSettings(&reader))
  }

  override func outputShapes(for input: Shape) throws(ElmanError) -> [Shape] {
    let place = axis < 0 ? axis + input.rank + 1 : axis
    guard (0...input.rank).contains(place), input.rank < Shape.maximumRank else {
      throw incompatible("axis \(axis) is out of range for shape=\(input)")
    }
    var dimensions = input.dimensions
    dimensions.insert(1, at: place)
    return [Shape(dimensions)]
  }

  override var isIdentity: Bool { true }
}

/// Keras's `Any`: 1 where any element along some axes is not 0.
public final class AnyOperation: Layer, ListedLayer, @unchecked Sendable {
  public override class var className: String { "Any" }

  static let arguments = Arguments(.axes("axis", -1), .flag("keepdims", false))

  private let axes: [Int]
  private let keepsDimensions: Bool

  init(_ reader: inout ConfigReader) throws(ElmanError) {
    (axes, keepsDimensions) = try Self.arguments.values(&reader)
    super.init(try LayerSettings(&reader))
  }

  override func outputShapes(for input: Shape) throws(ElmanError) -> [Shape] {
    let reduced = try input.resolved(axes: axes, of: "layer '\(name)'")
    var dimensions: [Int?] = []
    for axis in 0..<input.rank {
      if !reduced.contains(axis) { dimensions.append(input[axis]) } else if keepsDimensions { dimensions.append(1) }
    }
    return [Shape(dimensions)]
  }

  override func streamStates(for input: [Int], isMasked: Bool) throws(ElmanError) -> [[Int]] {
    guard !axes.contains(1), !axes.contains(1 - input.count) else {
      throw cannotStream("it looks at several timesteps")
    }
    return []
  }

  override func forward(_ call: LayerCall) {
    let (x, y) = (call.input, call.outputs[0])
    let count = call.outputShape.reduce(1, *)
    let size = call.inputShape.elements(along: axes)
    for index in 0..<count { y[index] = 0 }
    StridedView(call.inputShape, last: axes).forEach { place, element in
      if x[element] != 0 { y[place / max(size, 1)] = 1 }
    }
  }
}
