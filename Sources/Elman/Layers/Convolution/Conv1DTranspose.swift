import KernelInterface

/// Keras's `Conv1DTranspose`: each timestep spread over kernel_size timesteps, `strides` apart; kernel (kernel_size,
/// filters, features).
public final class Conv1DTranspose: Convolution, ListedLayer, @unchecked Sendable {
  public override class var className: String { "Conv1DTranspose" }

  static let arguments = Arguments(
    .count("filters"), .windows(1, ["valid", "same"], with: .outputPadding), .activation("activation", "linear"),
    .weight("kernel", "glorot_uniform"), .bias, .activityRegularizer, ignoring: ignored + ["groups"],
    configOrder: configOrder)

  private let filters: Int
  private let outputPadding: Int?
  private let kernel: WeightArgument
  private var packed: PackedWeights?

  init(_ reader: inout ConfigReader) throws(ElmanError) {
    let (window, activation, bias): (WindowArguments, Activation, WeightArgument)
    (filters, (window, outputPadding), activation, kernel, bias, _) = try Self.arguments.values(&reader)
    if let outputPadding, outputPadding >= window.windows.fromLast(0).stride {
      throw ElmanError(
        .invalidArgument,
        "The output_padding argument must be smaller than strides. Received: output_padding=\(outputPadding), "
          + "strides=\(window.windows.fromLast(0).stride)")
    }
    try super.init(window, activation, bias, &reader)
  }

  override func outputFeatures(_ features: Int) -> Int { filters }

  override func space(_ input: Shape) throws(ElmanError) -> [Int?] {
    guard let steps = input[1] else { return [nil] }
    if steps == 0 { throw incompatible("a sequence needs at least one timestep, found shape=\(input)") }
    return [try outputSteps(steps)]
  }

  private func outputSteps(_ steps: Int) throws(ElmanError) -> Int {
    let spread = try elementCount([steps, window.stride])
    if let outputPadding {
      let padding = window.padding == "same" ? window.span / 2 : 0
      let output = spread - window.stride + window.span - 2 * padding + outputPadding
      guard output > 0 else {
        throw ElmanError(.shapeMismatch, "Layer '\(name)' has no output for \(steps) timesteps.")
      }
      return output
    }
    return window.padding == "same" ? spread : spread + max(window.span - window.stride, 0)
  }

  override func makeWeights(for input: Shape) throws(ElmanError) -> [Weight] {
    try kernel.make([window.size, filters, input.last ?? 0]) + bias.make([filters])
  }

  override func prepare(builtFor input: Shape) throws(ElmanError) {
    let kernel = ownWeights[0]
    packed = try PackedWeights(
      kernel.values.base, depth: kernel.shape[2], units: window.size * filters, isTransposed: true)
  }

  override var packedBytes: Int { packed?.bytes ?? 0 }

  override func scratchCount(for input: [Int], threads: Int) throws(ElmanError) -> Int {
    try elementCount([input[0], input[1], window.size, filters])
  }

  override func forward(_ call: LayerCall) throws(ElmanError) {
    guard let packed else { return }
    let (batch, steps, features) = (call.inputShape[0], call.inputShape[1], call.inputShape[2])
    let outputSteps = try outputSteps(steps)
    let width = window.size * filters
    call.kernels.product(
      Product(
        rows: batch * steps, input: InputRows(base: call.input, rowStride: features), weights: packed.matrix, bias: nil,
        output: OutputRows(base: call.scratch, rowStride: width), padded: false))
    let output = call.outputs[0]
    output.update(repeating: 0, count: batch * outputSteps * filters)
    let before = window.padding == "same" ? max((steps - 1) * window.stride + window.span - outputSteps, 0) / 2 : 0
    for row in 0..<batch {
      for step in 0..<steps {
        let spread = call.scratch + (row * steps + step) * width
        for tap in 0..<window.size {
          let target = step * window.stride + tap * window.dilation - before
          guard (0..<outputSteps).contains(target) else { continue }
          let place = output + (row * outputSteps + target) * filters
          for filter in 0..<filters { place[filter] += spread[tap * filters + filter] }
        }
      }
    }
    let bias = bias.isUsed ? UnsafePointer(try ownWeights[1].values.base) : nil
    activate(call, output, rows: batch * outputSteps, columns: filters, bias: bias)
  }

  override var isCausal: Bool { false }
}

extension Argument<Int?> {
  fileprivate static var outputPadding: Argument {
    Argument("output_padding", "extent", .null, json: { $0.map(JSON.int) ?? .null }) {
      (reader, name) throws(ElmanError) in
      try reader.value(name) == nil ? nil : reader.pair(name, default: 0).0
    }
  }
}
