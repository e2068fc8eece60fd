import KernelInterface

/// Each feature convolved by itself with `multiplier` kernels; kernel (kernel_size, features, multiplier).
struct DepthwiseConvolution {
  let window: TimeWindow
  let multiplier: Int
  let kernel: UnsafePointer<Float>

  /// Writes (batch, output timesteps, features * multiplier).
  func run(_ source: ConvolutionSource, batch: Int, to output: UnsafeMutablePointer<Float>) {
    let features = source.features
    let columns = features * multiplier
    let before = window.before(source.steps)
    var target = output
    for row in 0..<batch {
      for step in 0..<window.outputSteps(source.steps) {
        target.update(repeating: 0, count: columns)
        for tap in 0..<window.size {
          guard let place = source.timestep(row, step * window.stride + tap * window.dilation - before) else { continue }
          let weights = kernel + tap * columns
          for column in 0..<columns { target[column] += place[column / multiplier] * weights[column] }
        }
        target += columns
      }
    }
  }
}

/// Keras's `DepthwiseConv1D`: (batch, timesteps, features) to (batch, new timesteps, features * depth_multiplier).
public final class DepthwiseConv1D: Convolution1D, @unchecked Sendable {
  public override class var className: String { "DepthwiseConv1D" }

  private let multiplier: Int
  private let initializer: Initializer

  init(_ reader: inout ConfigReader) throws(ElmanError) {
    multiplier = try reader.extent("depth_multiplier", default: 1)
    initializer = try reader.initializer("depthwise_initializer", default: "glorot_uniform")
    reader.ignore("groups", "kernel_initializer", "kernel_regularizer", "kernel_constraint")
    try super.init(
      &reader, paddings: ["valid", "same", "causal"],
      trainingArguments: reader.trainingArguments("depthwise_regularizer", "depthwise_constraint"))
  }

  override var weightConfig: [JSON.Member] {
    [JSON.Member("depth_multiplier", .int(multiplier)), JSON.Member("depthwise_initializer", initializer.json)]
  }

  override func outputFeatures(_ features: Int) throws(ElmanError) -> Int { try elementCount([features, multiplier]) }

  override func makeWeights(for input: Shape) throws(ElmanError) -> [Weight] {
    let features = input.last ?? 0
    let kernel = try Weight("depthwise_kernel", shape: [window.size, features, multiplier], initializer: initializer)
    return try [kernel] + bias(elementCount([features, multiplier]))
  }

  override func forward(_ call: LayerCall) throws(ElmanError) {
    let columns = call.inputShape[2] * multiplier
    DepthwiseConvolution(window: window, multiplier: multiplier, kernel: try ownWeights[0].values.base)
      .run(source(call), batch: call.inputShape[0], to: call.outputs[0])
    let rows = call.inputShape[0] * window.outputSteps(call.inputShape[1])
    activate(call, call.outputs[0], rows: rows, columns: columns, bias: usesBias ? UnsafePointer(try ownWeights[1].values.base) : nil)
    keepPast(call)
  }
}
