import KernelInterface

/// The arguments that Keras's convolutions along time have in common.
public class Convolution1D: Layer, @unchecked Sendable {
  let window: TimeWindow
  let activation: Activation
  let usesBias: Bool
  let biasInitializer: Initializer
  private let arguments: [JSON.Member]

  init(_ reader: inout ConfigReader, paddings: [String], trainingArguments: [JSON.Member]) throws(ElmanError) {
    window = TimeWindow(
      size: try reader.extent("kernel_size"), stride: try reader.extent("strides", default: 1),
      dilation: try reader.extent("dilation_rate", default: 1), padding: try reader.choice("padding", of: paddings))
    if window.stride > 1, window.dilation > 1 {
      throw ElmanError(
        .invalidArgument,
        "`strides > 1` not supported in conjunction with `dilation_rate > 1`. "
          + "Received: strides=\(window.stride) and dilation_rate=\(window.dilation)")
    }
    try reader.requireChannelsLast()
    activation = try reader.activation("activation", default: "linear")
    usesBias = try reader.bool("use_bias", default: true)
    biasInitializer = try reader.initializer("bias_initializer", default: "zeros")
    arguments = try trainingArguments + reader.trainingArguments("bias_regularizer", "activity_regularizer", "bias_constraint")
    reader.ignore("lora_rank", "lora_alpha", "quantization_config")
    super.init(try LayerSettings(&reader))
  }

  /// The class's own arguments, which stand around the common ones.
  var sizeConfig: [JSON.Member] { [] }
  var weightConfig: [JSON.Member] { [] }

  final override func ownConfig() -> [JSON.Member] {
    sizeConfig + [
      JSON.Member("kernel_size", .integers([window.size])), JSON.Member("strides", .integers([window.stride])),
      JSON.Member("padding", .string(window.padding)), JSON.Member("data_format", "channels_last"),
      JSON.Member("dilation_rate", .integers([window.dilation])),
    ] + weightConfig + [
      JSON.Member("activation", activation.json), JSON.Member("use_bias", .bool(usesBias)),
      JSON.Member("bias_initializer", biasInitializer.json),
    ] + arguments
  }

  func bias(_ count: Int) throws(ElmanError) -> [Weight] {
    usesBias ? [try Weight("bias", shape: [count], initializer: biasInitializer)] : []
  }

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
