import KernelInterface

/// What Conv1D and Conv2D share: (batch, space..., channels) to (batch, new space..., filters), as a product of the
/// windows with the kernel (kernel_size..., channels / groups, filters).
public class FilterConvolution: Convolution, @unchecked Sendable {
  typealias ArgumentTypes = Arguments<
    Int, WindowArguments, Int, Activation, WeightArgument, WeightArgument, Regularizer?
  >

  static func list(_ rank: Int, _ paddings: [String]) -> ArgumentTypes {
    Arguments(
      .count("filters"), .windows(rank, paddings, takesChannelsFirst: true), .extent("groups", 1, isListed: false),
      .activation("activation", "linear"), .weight("kernel", "glorot_uniform"), .bias, .activityRegularizer,
      ignoring: ignored,
      configOrder: configOrder)
  }

  private let filters: Int
  private let groups: Int
  private let kernel: WeightArgument
  private var packed: PackedKernel?

  init(_ arguments: ArgumentTypes, _ reader: inout ConfigReader) throws(ElmanError) {
    let (window, activation, bias): (WindowArguments, Activation, WeightArgument)
    (filters, window, groups, activation, kernel, bias, _) = try arguments.values(&reader)
    guard filters % groups == 0 else {
      throw ElmanError(
        .invalidArgument,
        "The number of filters must be evenly divisible by the number of groups. Received: groups=\(groups), "
          + "filters=\(filters)"
      )
    }
    try super.init(window, activation, bias, &reader)
  }

  final override func outputFeatures(_ features: Int) throws(ElmanError) -> Int {
    guard features % groups == 0 else {
      throw ElmanError(
        .invalidArgument,
        "The number of input channels must be evenly divisible by the number of groups. Received groups=\(groups), "
          + "but the input "
          + "has \(features) channels.")
    }
    return filters
  }

  final override func makeWeights(for input: Shape) throws(ElmanError) -> [Weight] {
    let shape = windows.map(\.size) + [(input[format.channelAxis] ?? 0) / groups, filters]
    return try kernel.make(shape) + bias.make([filters])
  }

  final override func prepare(builtFor input: Shape) throws(ElmanError) {
    packed = nil
    packed = try PackedKernel(ownWeights[0], bias: bias.isUsed ? ownWeights[1] : nil, windows: windows, groups: groups)
  }

  final override var packedBytes: Int { packed?.bytes ?? 0 }

  // MARK: Running

  private func plan(_ shape: Dimensions, threads: Int) -> ConvolutionPlan {
    let (rows, columns) = (windows.fromLast(1), windows.fromLast(0))
    let input = Pictures(shape, format)
    let output = Pictures(
      samples: input.samples, rows: rows.outputSize(input.rows), columns: columns.outputSize(input.columns),
      channels: filters,
      isChannelsFirst: format.isChannelsFirst)
    return ConvolutionPlan((rows, columns), input, output, groups: groups, threads: threads)
  }

  final override func scratchCount(for input: [Int], threads: Int) throws(ElmanError) -> Int {
    _ = try elementCount(input)
    var space = ScratchSpace()
    _ = plan(try Dimensions(input), threads: threads).scratch(&space)
    return try space.measured()
  }

  final override func forward(_ call: LayerCall) {
    guard let packed else { return }
    let plan = plan(call.inputShape, threads: call.threads)
    ConvolutionRun(
      kernel: packed, plan: plan, source: source(call), output: call.outputs[0],
      activation: activation.elementwise ?? .linear,
      scratch: call.scratch
    ).run()
    if activation.elementwise == nil, let columns = call.outputShape.last {
      let rows = call.outputShape.dropLast().reduce(1, *)
      activation.apply(call.kernels, call.outputs[0], call.outputs[0], rows: rows, columns: columns)
    }
    keepPast(call)
  }
}

/// Keras's `Conv1D`, along time.
public final class Conv1D: FilterConvolution, ListedLayer, @unchecked Sendable {
  public override class var className: String { "Conv1D" }
  static let arguments = list(1, ["valid", "same", "causal"])
  init(_ reader: inout ConfigReader) throws(ElmanError) { try super.init(Self.arguments, &reader) }
}

/// Keras's `Conv2D`, over pictures.
public final class Conv2D: FilterConvolution, ListedLayer, @unchecked Sendable {
  public override class var className: String { "Conv2D" }
  static let arguments = list(2, ["valid", "same"])
  init(_ reader: inout ConfigReader) throws(ElmanError) { try super.init(Self.arguments, &reader) }
}
