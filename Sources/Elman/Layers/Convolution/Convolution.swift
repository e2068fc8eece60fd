import KernelInterface

/// What Keras's convolutions have in common.
public class Convolution: Layer, @unchecked Sendable {
  let windows: [Window]
  let format: DataFormat
  let activation: Activation
  let bias: WeightArgument

  /// The window along time, or along the last axis of space.
  final var window: Window { windows.fromLast(0) }

  init(
    _ window: WindowArguments, _ activation: Activation, _ bias: WeightArgument, _ reader: inout ConfigReader
  ) throws(ElmanError) {
    (windows, format) = (window.windows, window.format)
    self.activation = activation
    self.bias = bias
    super.init(try LayerSettings(&reader))
  }

  static let ignored = ["lora_rank", "lora_alpha", "quantization_config"]
  static let ignoredOfDepthwise = ignored + ["groups", "kernel_initializer", "kernel_regularizer", "kernel_constraint"]

  /// A class's own arguments stand before the common ones, those of its own kernels before those of the bias.
  static let configOrder = [
    "filters", "kernel_size", "strides", "padding", "data_format", "dilation_rate", "groups", "depth_multiplier",
    "kernel_initializer", "depthwise_initializer", "pointwise_initializer", "output_padding", "activation", "use_bias",
    "bias_initializer", "kernel_regularizer", "depthwise_regularizer", "pointwise_regularizer", "kernel_constraint",
    "depthwise_constraint", "pointwise_constraint",
  ]

  /// The sizes of space of the output for an input.
  func space(_ input: Shape) throws(ElmanError) -> [Int?] { try outputSpace(windows, format, input) }

  /// Features of the output for features of the input.
  func outputFeatures(_ features: Int) throws(ElmanError) -> Int { features }

  override func outputShapes(for input: Shape) throws(ElmanError) -> [Shape] {
    try requireRank(format.rank + 2, input)
    let features = try requireChannels(format, input)
    return [format.shape(input, space: try space(input), channels: try outputFeatures(features))]
  }

  /// The features before the activation become those after it.
  final func activate(
    _ call: LayerCall, _ output: UnsafeMutablePointer<Float>, rows: Int, columns: Int, bias: UnsafePointer<Float>?
  ) {
    if let bias {
      for row in 0..<rows {
        for column in 0..<columns { output[row * columns + column] += bias[column] }
      }
    }
    if !activation.isLinear { activation.apply(call.kernels, output, output, rows: rows, columns: columns) }
  }

  // MARK: Streaming

  final override func streamStates(for input: [Int], isMasked: Bool) throws(ElmanError) -> [[Int]] {
    guard isCausal, window.stride == 1, format.rank == 1, !format.isChannelsFirst, input.count == 3 else {
      throw cannotStream("only a convolution with padding='causal' and strides=1 looks at nothing but the past")
    }
    return [[input[0], window.span - 1, input[2]]]
  }

  /// Whether an output depends on no later input.
  var isCausal: Bool { window.padding == "causal" || window.span == 1 }

  /// What the windows see: the input itself, or in a stream what it kept of the past and the input.
  final func source(_ call: LayerCall) -> ConvolutionSource {
    ConvolutionSource(
      input: call.input, stride: call.inputShape.dropFirst().reduce(1, *),
      past: call.streamStates.first.map { UnsafePointer($0) },
      pastColumns: window.span - 1)
  }

  /// Puts the input behind what a stream keeps of the past.
  final func keepPast(_ call: LayerCall) {
    guard let past = call.streamStates.first else { return }
    let (steps, features, kept) = (call.inputShape[1], call.inputShape[2], window.span - 1)
    let new = min(steps, kept)
    for row in 0..<call.inputShape[0] {
      let first = past + row * kept * features
      first.update(from: first + new * features, count: (kept - new) * features)
      let latest = call.input + ((row + 1) * steps - new) * features
      (first + (kept - new) * features).update(from: latest, count: new * features)
    }
  }
}
