/// Keras's `BatchNormalization` at inference: `(x - moving_mean) / sqrt(moving_variance + epsilon) * gamma + beta`.
public final class BatchNormalization: Layer, ListedLayer, @unchecked Sendable {
  public override class var className: String { "BatchNormalization" }

  static let arguments = Arguments(
    .axes(), .number("momentum", 0.99), .number("epsilon", 1e-3), .scaleAndCenter,
    .initializer("moving_mean_initializer", "zeros"), .initializer("moving_variance_initializer", "ones"),
    ignoring: [
      "renorm", "renorm_clipping", "renorm_momentum", "fused", "virtual_batch_size", "synchronized", "adjustment",
    ])

  private let axes: [Int]
  private let momentum: Double
  private let epsilon: Double
  private let affine: ScaleAndCenter
  private let meanInitializer: Initializer
  private let varianceInitializer: Initializer
  private var map: ChannelMap?

  init(_ reader: inout ConfigReader) throws(ElmanError) {
    (axes, momentum, epsilon, affine, meanInitializer, varianceInitializer) = try Self.arguments.values(&reader)
    guard axes.count == 1 else {
      throw ElmanError(.unsupported, "BatchNormalization takes one axis. Received: axis=\(axes)")
    }
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
    let shape = try sizes(of: input.resolved(axes: axes, of: name), in: input)
    return try affine.weights(shape) + [
      Weight("moving_mean", shape: shape, isTrainable: false, initializer: meanInitializer),
      Weight("moving_variance", shape: shape, isTrainable: false, initializer: varianceInitializer),
    ]
  }

  override func prepare(builtFor input: Shape) throws(ElmanError) {
    let mean = try ownWeights[ownWeights.count - 2].values
    let variance = try ownWeights[ownWeights.count - 1].values
    let (gamma, beta) = (try affine.gamma(ownWeights), try affine.beta(ownWeights))
    let factors = (0..<mean.count).map { index in
      Double(gamma?[index] ?? 1) / (Double(variance.base[index]) + epsilon).squareRoot()
    }
    let offsets = factors.enumerated().map { index, factor in
      Double(beta?[index] ?? 0) - Double(mean.base[index]) * factor
    }
    map = ChannelMap(factors: factors.map { Float($0) }, offsets: offsets.map { Float($0) })
  }

  override var packedBytes: Int { map?.byteCount ?? 0 }

  override func forward(_ call: LayerCall) { map?.run(call, axes: axes) }

  override func streamStates(for input: [Int], isMasked: Bool) throws(ElmanError) -> [[Int]] {
    if input.count > 2, try Shape(input).resolved(axes: axes, of: name) == [1] {
      throw cannotStream("its axis is time")
    }
    return []
  }
}
