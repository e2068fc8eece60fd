/// Keras's `BatchNormalization` at inference: `(x - moving_mean) / sqrt(moving_variance + epsilon) * gamma + beta`.
public final class BatchNormalization: Layer, @unchecked Sendable {
  public override class var className: String { "BatchNormalization" }

  private let axes: [Int]
  private let momentum: Double
  private let epsilon: Double
  private let affine: ScaleAndCenter
  private let meanInitializer: Initializer
  private let varianceInitializer: Initializer
  private var map: ChannelMap?

  init(_ reader: inout ConfigReader) throws(ElmanError) {
    let axes = try reader.axes()
    guard axes.count == 1 else {
      throw ElmanError(.unsupported, "BatchNormalization takes one axis. Received: axis=\(axes)")
    }
    self.axes = axes
    momentum = try reader.number("momentum", default: 0.99)
    epsilon = try reader.number("epsilon", default: 1e-3)
    affine = try ScaleAndCenter(&reader)
    meanInitializer = try reader.initializer("moving_mean_initializer", default: "zeros")
    varianceInitializer = try reader.initializer("moving_variance_initializer", default: "ones")
    reader.ignore("renorm", "renorm_clipping", "renorm_momentum", "fused", "virtual_batch_size", "synchronized", "adjustment")
    super.init(try LayerSettings(&reader))
  }

  override func ownConfig() -> [JSON.Member] {
    [JSON.Member("axis", .int(axes[0])), JSON.Member("momentum", .double(momentum)), JSON.Member("epsilon", .double(epsilon))]
      + affine.flags + affine.initializers
      + [
        JSON.Member("moving_mean_initializer", meanInitializer.json),
        JSON.Member("moving_variance_initializer", varianceInitializer.json),
      ] + affine.trainingArguments
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
    if input.count > 2, try Shape(input).resolved(axes: axes, of: name) == [1] { throw cannotStream("its axis is time") }
    return []
  }
}
