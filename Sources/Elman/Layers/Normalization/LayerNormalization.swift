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

  override func backwardScratchCount(forInputs inputs: [[Int]], threads: Int) throws(ElmanError) -> Int {
    _ = try elementCount([3] + inputs[0])
    return try RowNormalization(Dimensions(inputs[0]), axes: axes).backwardScratchCount
  }

  /// With `n = (x - mean) factor` and g the gradient of n: `dx = factor (g - mean(g) - n mean(g n))`.
  override func backward(_ call: BackwardCall) throws(ElmanError) {
    let rows = RowNormalization(call.forward.inputShape, axes: axes)
    let columns = rows.columns
    let gamma = try affine.gamma(ownWeights)
    let gammaGradient = affine.gamma.isUsed ? call.weightGradient(0) : nil
    let betaGradient = affine.beta.isUsed ? call.weightGradient(affine.gamma.isUsed ? 1 : 0) : nil
    rows.runBackward(call) { x, dy, dx in
      let mean = RowSums.mean(x, columns)
      let factor = 1 / (RowSums.meanSquare(x, columns, above: mean) + epsilon).squareRoot()
      var (sum, product) = (0.0, 0.0)
      for index in 0..<columns {
        let normal = (Double(x[index]) - mean) * factor
        let gradient = Double(dy[index]) * Double(gamma?[index] ?? 1)
        sum += gradient
        product += gradient * normal
        gammaGradient?[index] += Float(Double(dy[index]) * normal)
        betaGradient?[index] += dy[index]
      }
      for index in 0..<columns {
        let normal = (Double(x[index]) - mean) * factor
        let gradient = Double(dy[index]) * Double(gamma?[index] ?? 1)
        dx[index] = Float(factor * (gradient - (sum + normal * product) / Double(columns)))
      }
    }
  }

  override func streamStates(for input: [Int], isMasked: Bool) throws(ElmanError) -> [[Int]] {
    if input.count > 2, try Shape(input).resolved(axes: axes, of: name).contains(1) {
      throw cannotStream("it normalizes over time")
    }
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
