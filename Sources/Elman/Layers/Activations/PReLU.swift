/// Keras's `PReLU`: x, or alpha * x below 0, with an alpha for each element of the input but the batch.
public final class PReLU: Layer, ListedLayer, @unchecked Sendable {
  public override class var className: String { "PReLU" }

  static let arguments = Arguments(.weight("alpha", "zeros"), .sharedAxes)

  private let alpha: WeightArgument
  private let sharedAxes: [Int]

  init(_ reader: inout ConfigReader) throws(ElmanError) {
    (alpha, sharedAxes) = try Self.arguments.values(&reader)
    super.init(try LayerSettings(&reader))
  }

  override var maskFlow: MaskFlow { .passes }

  override func outputShapes(for input: Shape) throws(ElmanError) -> [Shape] {
    try requireRank(atLeast: 2, input)
    let alpha = try alphaShape(input)
    if let built = builtInputShape, try alphaShape(built) != alpha {
      throw incompatible("expected shape=\(built), found shape=\(input)")
    }
    return [input]
  }

  /// Every axis but the batch; 1 for shared ones.
  private func alphaShape(_ input: Shape) throws(ElmanError) -> [Int] {
    var shape: [Int] = []
    for axis in 1..<input.rank {
      if sharedAxes.contains(axis) {
        shape.append(1)
      } else if let size = input[axis] {
        shape.append(size)
      } else {
        throw incompatible("axis \(axis) must be known, or be one of `shared_axes`; found shape=\(input)")
      }
    }
    return shape
  }

  override func makeWeights(for input: Shape) throws(ElmanError) -> [Weight] {
    try alpha.make(alphaShape(input))
  }

  override func forward(_ call: LayerCall) throws(ElmanError) {
    let alpha = ownWeights[0]
    let (input, output, slopes) = (call.input, call.outputs[0], try alpha.values.base)
    var strides = call.inputShape.mapAxes { _ in 0 }
    var stride = 1
    for axis in strides.indices.dropFirst().reversed() {
      if alpha.shape[axis - 1] > 1 { strides[axis] = stride }
      stride *= alpha.shape[axis - 1]
    }
    StridedView(sizes: call.inputShape, strides: strides).forEach { element, place in
      let x = input[element]
      output[element] = x < 0 ? x * slopes[place] : x
    }
  }
}

extension Argument<[Int]> {
  /// None or several, always a list.
  fileprivate static var sharedAxes: Argument {
    Argument("shared_axes", "axes", .null, json: { $0.isEmpty ? .null : .integers($0) }) {
      (reader, name) throws(ElmanError) in try reader.axes(name, default: [])
    }
  }
}
