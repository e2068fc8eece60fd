/// Keras's `UnitNormalization`: each row along the axes divided by its Euclidean length.
public final class UnitNormalization: Layer, ListedLayer, @unchecked Sendable {
  public override class var className: String { "UnitNormalization" }

  static let arguments = Arguments(.axes())

  private let axes: [Int]

  init(_ reader: inout ConfigReader) throws(ElmanError) {
    axes = try Self.arguments.values(&reader)
    super.init(try LayerSettings(&reader))
  }

  override var maskFlow: MaskFlow { .passes }

  override func outputShapes(for input: Shape) throws(ElmanError) -> [Shape] {
    _ = try input.resolved(axes: axes, of: name)
    return [input]
  }

  override func scratchCount(for input: [Int], threads: Int) throws(ElmanError) -> Int {
    try RowNormalization(Dimensions(input), axes: axes).scratchCount
  }

  override func forward(_ call: LayerCall) {
    let rows = RowNormalization(call.inputShape, axes: axes)
    let columns = rows.columns
    rows.run(call) { _, row in
      let square = RowSums.meanSquare(row, columns) * Double(columns)
      let factor = 1 / (square < 1e-12 ? 1e-12 : square).squareRoot()
      for index in 0..<columns { row[index] = Float(Double(row[index]) * factor) }
    }
  }

  override func streamStates(for input: [Int], isMasked: Bool) throws(ElmanError) -> [[Int]] {
    if input.count > 2, try Shape(input).resolved(axes: axes, of: name).contains(1) {
      throw cannotStream("it normalizes over time")
    }
    return []
  }
}
