import KernelInterface

/// Each feature convolved by itself with `multiplier` kernels; kernel (kernel_size, features, multiplier).
struct DepthwiseConvolution {
  let window: Window
  let multiplier: Int
  let kernel: UnsafePointer<Float>

  /// Writes (batch, output timesteps, features * multiplier).
  func run(_ source: ConvolutionSource, shape: Dimensions, to output: UnsafeMutablePointer<Float>) {
    let (steps, features) = (shape[1], shape[2])
    let columns = features * multiplier
    let before = window.before(steps)
    var target = output
    for row in 0..<shape[0] {
      for step in 0..<window.outputSize(steps) {
        target.update(repeating: 0, count: columns)
        for tap in 0..<window.size {
          let seen = step * window.stride + tap * window.dilation - before
          guard let place = source.timestep(row, seen, of: steps, features: features) else { continue }
          let weights = kernel + tap * columns
          for column in 0..<columns { target[column] += place[column / multiplier] * weights[column] }
        }
        target += columns
      }
    }
  }
}

/// Keras's `DepthwiseConv1D`: (batch, timesteps, features) to (batch, new timesteps, features * depth_multiplier).
public final class DepthwiseConv1D: Convolution, ListedLayer, @unchecked Sendable {
  public override class var className: String { "DepthwiseConv1D" }

  static let arguments = Arguments(
    .windows(1, ["valid", "same", "causal"], with: .extent("depth_multiplier", 1, isListed: false)),
    .activation("activation", "linear"), .weight("depthwise_kernel", key: "depthwise", "glorot_uniform"), .bias,
    .activityRegularizer, ignoring: ignoredOfDepthwise, configOrder: configOrder)

  private let multiplier: Int
  private let kernel: WeightArgument

  init(_ reader: inout ConfigReader) throws(ElmanError) {
    let (window, activation, bias): (WindowArguments, Activation, WeightArgument)
    ((window, multiplier), activation, kernel, bias, _) = try Self.arguments.values(&reader)
    try super.init(window, activation, bias, &reader)
  }

  override func outputFeatures(_ features: Int) throws(ElmanError) -> Int { try elementCount([features, multiplier]) }

  override func makeWeights(for input: Shape) throws(ElmanError) -> [Weight] {
    let features = input.last ?? 0
    return try kernel.make([window.size, features, multiplier]) + bias.make([elementCount([features, multiplier])])
  }

  override func forward(_ call: LayerCall) throws(ElmanError) {
    let columns = call.inputShape[2] * multiplier
    DepthwiseConvolution(window: window, multiplier: multiplier, kernel: try ownWeights[0].values.base)
      .run(source(call), shape: call.inputShape, to: call.outputs[0])
    let rows = call.inputShape[0] * window.outputSize(call.inputShape[1])
    let bias = bias.isUsed ? UnsafePointer(try ownWeights[1].values.base) : nil
    activate(call, call.outputs[0], rows: rows, columns: columns, bias: bias)
    keepPast(call)
  }
}
