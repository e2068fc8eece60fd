/// Keras 3's `RMSNormalization`: `x / sqrt(mean(x^2) + epsilon) * scale` over the axes.
public final class RMSNormalization: Layer, ListedLayer, @unchecked Sendable {
  public override class var className: String { "RMSNormalization" }

  static let arguments = Arguments(.axes(), .number("epsilon", 1e-6))

  private let axes: [Int]
  private let epsilon: Double

  init(_ reader: inout ConfigReader) throws(ElmanError) {
    (axes, epsilon) = try Self.arguments.values(&reader)
    super.init(try LayerSettings(&reader))
  }

  override func outputShapes(for input: Shape) throws(ElmanError) -> [Shape] {
    let axes = try input.resolved(axes: axes, of: name)
    _ = try sizes(of: axes, in: input)
    try requireBuiltSizes(of: axes, in: input)
    return [input]
  }

  override func makeWeights(for input: Shape) throws(ElmanError) -> [Weight] {
    let sizes = try sizes(of: input.resolved(axes: axes, of: name), in: input)
    return [try Weight("scale", shape: sizes, initializer: Initializer(named: "ones"))]
  }

  override func scratchCount(for input: [Int], threads: Int) throws(ElmanError) -> Int {
    try RowNormalization(Dimensions(input), axes: axes).scratchCount
  }

  override func forward(_ call: LayerCall) throws(ElmanError) {
    let rows = RowNormalization(call.inputShape, axes: axes)
    let columns = rows.columns
    let scale = try ownWeights[0].values.base
    rows.run(call) { _, row in
      let factor = 1 / (RowSums.meanSquare(row, columns) + epsilon).squareRoot()
      for index in 0..<columns { row[index] = Float(Double(row[index]) * factor * Double(scale[index])) }
    }
  }

  override func streamStates(for input: [Int], isMasked: Bool) throws(ElmanError) -> [[Int]] {
    if input.count > 2, try Shape(input).resolved(axes: axes, of: name).contains(1) {
      throw cannotStream("it normalizes over time")
    }
    return []
  }
}
