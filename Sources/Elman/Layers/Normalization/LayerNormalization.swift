/// Keras's `LayerNormalization`: `(x - mean) / sqrt(variance + epsilon) * gamma + beta` over the axes.
public final class LayerNormalization: Layer, ListedLayer, @unchecked Sendable {
  public override class var className: String { "LayerNormalization" }

  static let arguments = Arguments(.axes(), .number("epsilon", 1e-3), .scaleAndCenter, .rmsScaling)

  private let axes: [Int]
  private let epsilon: Double
  private let affine: ScaleAndCenter

  init(_ reader: inout ConfigReader) throws(ElmanError) {
    (axes, epsilon, affine, _) = try Self.arguments.values(&reader)
    super.init(try LayerSettings(&reader))
  }

  override var maskFlow: MaskFlow { .passes }

  override func outputShapes(for input: Shape) throws(ElmanError) -> [Shape] {
    let axes = try input.resolved(axes: axes, of: name)
    _ = try sizes(of: axes, in: input)
    try requireBuiltSizes(of: axes, in: input)
    return [input]
  }

  override func makeWeights(for input: Shape) throws(ElmanError) -> [Weight] {
    try affine.weights(sizes(of: input.resolved(axes: axes, of: name), in: input))
  }

  override func scratchCount(for input: [Int], threads: Int) throws(ElmanError) -> Int {
    try RowNormalization(Dimensions(input), axes: axes).scratchCount
  }

  override func forward(_ call: LayerCall) throws(ElmanError) {
    let rows = RowNormalization(call.inputShape, axes: axes)
    let columns = rows.columns
    let (gamma, beta) = (try affine.gamma(ownWeights), try affine.beta(ownWeights))
    rows.run(call) { _, row in
      let mean = RowSums.mean(row, columns)
      let factor = 1 / (RowSums.meanSquare(row, columns, above: mean) + epsilon).squareRoot()
      for index in 0..<columns {
        let scale = factor * Double(gamma?[index] ?? 1)
        row[index] = Float((Double(row[index]) - mean) * scale + Double(beta?[index] ?? 0))
      }
    }
  }

  override func streamStates(for input: [Int], isMasked: Bool) throws(ElmanError) -> [[Int]] {
    if input.count > 2, try Shape(input).resolved(axes: axes, of: name).contains(1) { throw cannotStream("it normalizes over time") }
    return []
  }
}

extension Argument<Void> {
  /// Keras 3's `rms_scaling`, which is refused, and not written.
  fileprivate static var rmsScaling: Argument {
    Argument("rms_scaling", "flag", false, json: { nil }) { (reader, name) throws(ElmanError) in
      if try reader.bool(name, default: false) {
        throw ElmanError(.unsupported, "LayerNormalization: rms_scaling=True is RMSNormalization.")
      }
    }.byName
  }
}
