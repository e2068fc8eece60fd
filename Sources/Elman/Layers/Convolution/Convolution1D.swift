import KernelInterface

/// What Keras's convolutions along time have in common.
public class Convolution1D: Layer, @unchecked Sendable {
  let window: TimeWindow
  let activation: Activation
  let bias: WeightArgument

  init(
    _ window: TimeWindow, _ activation: Activation, _ bias: WeightArgument, _ reader: inout ConfigReader
  ) throws(ElmanError) {
    self.window = window
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

  /// Output timesteps for an input.
  func steps(_ input: Shape) throws(ElmanError) -> Int? { try outputSteps(window, input) }

  /// Features of the output for features of the input.
  func outputFeatures(_ features: Int) throws(ElmanError) -> Int { features }

  override func outputShapes(for input: Shape) throws(ElmanError) -> [Shape] {
    try requireRank(3, input)
    let features = try requireFeatures(input)
    return [[input[0], try steps(input), try outputFeatures(features)]]
  }

  /// The features before the activation become those after it.
  final func activate(_ call: LayerCall, _ output: UnsafeMutablePointer<Float>, rows: Int, columns: Int, bias: UnsafePointer<Float>?) {
    if let bias {
      for row in 0..<rows {
        for column in 0..<columns { output[row * columns + column] += bias[column] }
      }
    }
    if !activation.isLinear { activation.apply(call.kernels, output, output, rows: rows, columns: columns) }
  }

  // MARK: Streaming

  final override func streamStates(for input: [Int], isMasked: Bool) throws(ElmanError) -> [[Int]] {
    guard isCausal, window.stride == 1, input.count == 3 else {
      throw cannotStream("only a convolution with padding='causal' and strides=1 looks at nothing but the past")
    }
    return [[input[0], window.span - 1, input[2]]]
  }

  /// Whether an output depends on no later input.
  var isCausal: Bool { window.padding == "causal" || window.span == 1 }

  /// What the window sees, in order of time: the input itself, or in a stream what it kept of the past and the input.
  final func source(_ call: LayerCall) -> ConvolutionSource {
    let (steps, features) = (call.inputShape[1], call.inputShape[2])
    return ConvolutionSource(
      input: call.input, steps: steps, features: features, past: call.streamStates.first.map { UnsafePointer($0) },
      pastSteps: window.span - 1)
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

/// The timesteps of an input and, in a stream, those before it.
struct ConvolutionSource {
  let input: UnsafePointer<Float>
  let steps: Int
  let features: Int
  let past: UnsafePointer<Float>?
  let pastSteps: Int

  /// The features of a timestep of a row; nil for zeros.
  func timestep(_ row: Int, _ step: Int) -> UnsafePointer<Float>? {
    if step >= 0 { return step < steps ? input + (row * steps + step) * features : nil }
    guard let past, step >= -pastSteps else { return nil }
    return past + (row * pastSteps + pastSteps + step) * features
  }
}

extension Argument {
  /// A window along time, with what stands behind its padding.
  static func window<Other>(_ paddings: [String], with other: Argument<Other>) -> Argument
  where Value == (TimeWindow, Other) {
    Argument(
      .extent("kernel_size"), .extent("strides", 1), .choice("padding", paddings), other, .channelsLast,
      .extent("dilation_rate", 1)
    ) { (size, stride, padding, other, _, dilation) throws(ElmanError) in
      if stride > 1, dilation > 1 {
        throw ElmanError(
          .invalidArgument,
          "`strides > 1` not supported in conjunction with `dilation_rate > 1`. "
            + "Received: strides=\(stride) and dilation_rate=\(dilation)")
      }
      return (TimeWindow(size: size, stride: stride, dilation: dilation, padding: padding), other)
    }
  }
}

extension Argument<TimeWindow> {
  /// A window along time.
  static func window(_ paddings: [String] = ["valid", "same", "causal"]) -> Argument {
    let window: Argument<(TimeWindow, Void)> = .window(paddings, with: .nothing)
    return Argument(window) { window in window.0 }
  }
}
