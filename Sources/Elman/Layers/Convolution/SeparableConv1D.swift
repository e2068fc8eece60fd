import KernelInterface

/// Keras's `SeparableConv1D`: each feature convolved by itself, then all of them mixed at each timestep.
public final class SeparableConv1D: Convolution, ListedLayer, @unchecked Sendable {
  public override class var className: String { "SeparableConv1D" }

  static let arguments = Arguments(
    .count("filters"), .windows(), .extent("depth_multiplier", 1, isListed: false), .activation("activation", "linear"),
    .weight("depthwise_kernel", key: "depthwise", "glorot_uniform"),
    .weight("pointwise_kernel", key: "pointwise", "glorot_uniform"), .bias, .activityRegularizer,
    ignoring: ignoredOfDepthwise, configOrder: configOrder)

  private let filters: Int
  private let multiplier: Int
  private let depthwise: WeightArgument
  private let pointwise: WeightArgument
  private var packed: (kernel: PackedWeights, bias: FloatBuffer)?

  init(_ reader: inout ConfigReader) throws(ElmanError) {
    let (window, activation, bias): (WindowArguments, Activation, WeightArgument)
    (filters, window, multiplier, activation, depthwise, pointwise, bias, _) = try Self.arguments.values(&reader)
    try super.init(window, activation, bias, &reader)
  }

  override func outputFeatures(_ features: Int) -> Int { filters }

  override func makeWeights(for input: Shape) throws(ElmanError) -> [Weight] {
    let features = input.last ?? 0
    let columns = try elementCount([features, multiplier])
    return try depthwise.make([window.size, features, multiplier]) + pointwise.make([1, columns, filters])
      + bias.make([filters])
  }

  override func prepare(builtFor input: Shape) throws(ElmanError) {
    packed = (
      try PackedWeights(ownWeights[1].values.base, depth: ownWeights[1].shape[1], units: filters),
      try PackedWeights.row(bias.isUsed ? ownWeights[2].values.base : nil, units: filters)
    )
  }

  override var packedBytes: Int { packed.map { $0.kernel.bytes + $0.bias.byteCount } ?? 0 }

  override func scratchCount(for input: [Int], threads: Int) throws(ElmanError) -> Int {
    try elementCount([input[0], window.outputSize(input[1]), input[2], multiplier])
  }

  override func forward(_ call: LayerCall) throws(ElmanError) {
    guard let packed else { return }
    let rows = call.inputShape[0] * window.outputSize(call.inputShape[1])
    let columns = call.inputShape[2] * multiplier
    DepthwiseConvolution(window: window, multiplier: multiplier, kernel: try ownWeights[0].values.base)
      .run(source(call), shape: call.inputShape, to: call.scratch)
    call.kernels.product(
      Product(
        rows: rows, input: InputRows(base: call.scratch, rowStride: columns), weights: packed.kernel.matrix,
        bias: packed.bias.base, output: OutputRows(base: call.outputs[0], rowStride: filters), padded: false))
    activate(call, call.outputs[0], rows: rows, columns: filters, bias: nil)
    keepPast(call)
  }
}
