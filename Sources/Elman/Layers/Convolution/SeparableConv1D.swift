import KernelInterface

/// Keras's `SeparableConv1D`: each feature convolved by itself, then all of them mixed at each timestep.
public final class SeparableConv1D: Convolution1D, @unchecked Sendable {
  public override class var className: String { "SeparableConv1D" }

  private let filters: Int
  private let multiplier: Int
  private let depthwiseInitializer: Initializer
  private let pointwiseInitializer: Initializer
  private var packed: (kernel: PackedWeights, bias: FloatBuffer)?

  init(_ reader: inout ConfigReader) throws(ElmanError) {
    filters = try reader.units("filters")
    multiplier = try reader.extent("depth_multiplier", default: 1)
    depthwiseInitializer = try reader.initializer("depthwise_initializer", default: "glorot_uniform")
    pointwiseInitializer = try reader.initializer("pointwise_initializer", default: "glorot_uniform")
    reader.ignore("groups", "kernel_initializer", "kernel_regularizer", "kernel_constraint")
    try super.init(
      &reader, paddings: ["valid", "same", "causal"],
      trainingArguments: reader.trainingArguments(
        "depthwise_regularizer", "pointwise_regularizer", "depthwise_constraint", "pointwise_constraint"))
  }

  override var sizeConfig: [JSON.Member] { [JSON.Member("filters", .int(filters))] }
  override var weightConfig: [JSON.Member] {
    [
      JSON.Member("depth_multiplier", .int(multiplier)), JSON.Member("depthwise_initializer", depthwiseInitializer.json),
      JSON.Member("pointwise_initializer", pointwiseInitializer.json),
    ]
  }

  override func outputFeatures(_ features: Int) -> Int { filters }

  override func makeWeights(for input: Shape) throws(ElmanError) -> [Weight] {
    let features = input.last ?? 0
    let columns = try elementCount([features, multiplier])
    return try [
      Weight("depthwise_kernel", shape: [window.size, features, multiplier], initializer: depthwiseInitializer),
      Weight("pointwise_kernel", shape: [1, columns, filters], initializer: pointwiseInitializer),
    ] + bias(filters)
  }

  override func prepare(builtFor input: Shape) throws(ElmanError) {
    packed = (
      try PackedWeights(ownWeights[1].values.base, depth: ownWeights[1].shape[1], units: filters),
      try PackedWeights.row(usesBias ? ownWeights[2].values.base : nil, units: filters)
    )
  }

  override var packedBytes: Int { packed.map { $0.kernel.bytes + $0.bias.byteCount } ?? 0 }

  override func scratchCount(for input: [Int], threads: Int) throws(ElmanError) -> Int {
    try elementCount([input[0], window.outputSteps(input[1]), input[2], multiplier])
  }

  override func forward(_ call: LayerCall) throws(ElmanError) {
    guard let packed else { return }
    let rows = call.inputShape[0] * window.outputSteps(call.inputShape[1])
    let columns = call.inputShape[2] * multiplier
    DepthwiseConvolution(window: window, multiplier: multiplier, kernel: try ownWeights[0].values.base)
      .run(source(call), batch: call.inputShape[0], to: call.scratch)
    call.kernels.product(
      Product(
        rows: rows, input: InputRows(base: call.scratch, rowStride: columns), weights: packed.kernel.matrix,
        bias: packed.bias.base, output: OutputRows(base: call.outputs[0], rowStride: filters), padded: false))
    activate(call, call.outputs[0], rows: rows, columns: filters, bias: nil)
    keepPast(call)
  }
}
