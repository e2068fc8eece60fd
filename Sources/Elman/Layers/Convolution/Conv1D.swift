import KernelInterface

/// Keras's `Conv1D`: (batch, timesteps, features) to (batch, new timesteps, filters), as a product of the windows with the
/// kernel (kernel_size, features / groups, filters).
public final class Conv1D: Convolution1D, ListedLayer, @unchecked Sendable {
  public override class var className: String { "Conv1D" }

  static let arguments = Arguments(
    .count("filters"), .window(), .extent("groups", 1, isListed: false), .activation("activation", "linear"),
    .weight("kernel", "glorot_uniform"), .bias, .activityRegularizer, ignoring: ignored, configOrder: configOrder)

  private let filters: Int
  private let groups: Int
  private let kernel: WeightArgument
  /// One for each group, with its bias.
  private var packed: [(kernel: PackedWeights, bias: FloatBuffer)] = []

  init(_ reader: inout ConfigReader) throws(ElmanError) {
    let (window, activation, bias): (TimeWindow, Activation, WeightArgument)
    (filters, window, groups, activation, kernel, bias, _) = try Self.arguments.values(&reader)
    guard filters % groups == 0 else {
      throw ElmanError(
        .invalidArgument,
        "The number of filters must be evenly divisible by the number of groups. Received: groups=\(groups), filters=\(filters)")
    }
    try super.init(window, activation, bias, &reader)
  }

  override func outputFeatures(_ features: Int) -> Int { filters }

  override func makeWeights(for input: Shape) throws(ElmanError) -> [Weight] {
    let features = input.last ?? 0
    guard features % groups == 0 else {
      throw ElmanError(
        .invalidArgument,
        "The number of input channels must be evenly divisible by the number of groups. Received: groups=\(groups), channels=\(features)")
    }
    return try kernel.make([window.size, features / groups, filters]) + bias.make([filters])
  }

  override func prepare(builtFor input: Shape) throws(ElmanError) {
    let kernel = ownWeights[0]
    let width = filters / groups
    packed = []
    for group in 0..<groups {
      packed.append(
        (
          try PackedWeights(
            kernel.values.base + group * width, depth: kernel.shape[0] * kernel.shape[1], units: width, rowStride: filters),
          try PackedWeights.row(bias.isUsed ? ownWeights[1].values.base + group * width : nil, units: width)
        ))
    }
  }

  override var packedBytes: Int { packed.reduce(0) { $0 + $1.kernel.bytes + $1.bias.byteCount } }

  /// Whether the windows lie in the input as the product reads them.
  private func isDirect(_ steps: Int) -> Bool {
    window.dilation == 1 && groups == 1 && window.before(steps) == 0
      && (window.outputSteps(steps) - 1) * window.stride + window.size <= steps
  }

  override func scratchCount(for input: [Int], threads: Int) throws(ElmanError) -> Int {
    isDirect(input[1]) ? 0 : try elementCount([input[0], window.outputSteps(input[1]), window.size, input[2] / groups])
  }

  override func forward(_ call: LayerCall) {
    let (batch, steps, features) = (call.inputShape[0], call.inputShape[1], call.inputShape[2])
    let outputSteps = window.outputSteps(steps)
    for group in 0..<groups {
      let depth = window.size * features / groups
      let direct = isDirect(steps)
      if !direct { gather(source(call), call, group) }
      let output = call.outputs[0] + group * (filters / groups)
      call.kernels.product(
        Product(
          groups: batch, rows: outputSteps,
          input: direct
            ? InputRows(base: call.input, groupStride: steps * features, rowStride: window.stride * features)
            : InputRows(base: call.scratch, groupStride: outputSteps * depth, rowStride: depth),
          weights: packed[group].kernel.matrix, bias: packed[group].bias.base,
          output: OutputRows(base: output, groupStride: outputSteps * filters, rowStride: filters), padded: false,
          activation: activation.elementwise ?? .linear))
    }
    if activation.elementwise == nil {
      activation.apply(call.kernels, call.outputs[0], call.outputs[0], rows: batch * outputSteps, columns: filters)
    }
    keepPast(call)
  }

  /// Copies the windows of a group one after the other, zeros where they reach out of the sequence.
  private func gather(_ source: ConvolutionSource, _ call: LayerCall, _ group: Int) {
    let width = source.features / groups
    let before = window.before(source.steps)
    var target = call.scratch
    for row in 0..<call.inputShape[0] {
      for step in 0..<window.outputSteps(source.steps) {
        for tap in 0..<window.size {
          if let place = source.timestep(row, step * window.stride + tap * window.dilation - before) {
            target.update(from: place + group * width, count: width)
          } else {
            target.update(repeating: 0, count: width)
          }
          target += width
        }
      }
    }
  }
}
