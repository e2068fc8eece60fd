import KernelInterface

/// Keras's `ConvLSTM1D`: an LSTM whose products are convolutions over a row of features.
///
/// Input (batch, timesteps, rows, channels); output (batch, new rows, filters), or (batch, timesteps, new rows,
/// filters) with return_sequences; states h and c, (batch, new rows, filters) each.
public final class ConvLSTM1D: RecurrentLayer, @unchecked Sendable {
  public override class var className: String { "ConvLSTM1D" }

  private let convolution: ConvLSTMRunner

  init(_ reader: inout ConfigReader) throws(ElmanError) {
    convolution = try ConvLSTMRunner(&reader)
    try super.init(convolution, &reader)
  }

  override var stateShapes: [[Int]] { [[Int]](repeating: [convolution.rows, convolution.filters], count: 2) }

  override func outputShapes(for input: Shape) throws(ElmanError) -> [Shape] {
    try requireRank(4, input)
    try requireSequence(input)
    let (rows, filters) = (try outputRows(input), convolution.filters)
    let output: Shape = options.returnsSequences ? [input[0], input[1], rows, filters] : [input[0], rows, filters]
    return [output] + (options.returnsState ? [Shape](repeating: [input[0], rows, filters], count: 2) : [])
  }

  /// The states have a size only where the rows are known.
  private func outputRows(_ input: Shape) throws(ElmanError) -> Int {
    let window = convolution.window
    guard let rows = input[2] else { throw incompatible("the rows (axis 2) must be known, found shape=\(input)") }
    let output = window.outputSteps(rows)
    guard output > 0 else { throw incompatible("at least \(window.span) rows are needed, found shape=\(input)") }
    if let built = builtInputShape, built[2] != rows {
      throw incompatible("expected shape=\(built), found shape=\(input)")
    }
    _ = try elementCount([output, convolution.filters, 16])
    return output
  }
}

/// Runs an LSTM of convolutions. A whole state is what a step puts out.
private final class ConvLSTMRunner: SequenceRunner {
  let filters: Int
  let window: TimeWindow
  private let arguments: GatedArguments
  private let unitForgetBias: Bool
  /// Rows of the states, and the sizes of these, once the layer is built.
  private(set) var rows = 0
  private(set) var stateSizes = [0, 0]
  private var channels = 0
  private var packed: (kernel: PackedWeights, recurrentKernel: PackedWeights, bias: FloatBuffer)?

  init(_ reader: inout ConfigReader) throws(ElmanError) {
    filters = try reader.units("filters")
    window = TimeWindow(
      size: try reader.extent("kernel_size"), stride: try reader.extent("strides", default: 1),
      dilation: try reader.extent("dilation_rate", default: 1),
      padding: try reader.choice("padding", of: ["valid", "same"]))
    if window.stride > 1, window.dilation > 1 {
      throw ElmanError(
        .invalidArgument,
        "`strides > 1` not supported in conjunction with `dilation_rate > 1`. "
          + "Received: strides=\(window.stride) and dilation_rate=\(window.dilation)")
    }
    try reader.requireChannelsLast()
    let isOld = reader.keras?.hasFirstHardSigmoid == true
    arguments = try GatedArguments(&reader, gateFunction: isOld ? "hard_sigmoid" : "sigmoid")
    unitForgetBias = try reader.bool("unit_forget_bias", default: true)
  }

  func config(ofCell: Bool) -> [JSON.Member] {
    [
      JSON.Member("filters", .int(filters)), JSON.Member("kernel_size", .integers([window.size])),
      JSON.Member("strides", .integers([window.stride])), JSON.Member("padding", .string(window.padding)),
      JSON.Member("data_format", "channels_last"), JSON.Member("dilation_rate", .integers([window.dilation])),
    ] + arguments.config(ofCell: ofCell, afterInitializers: [JSON.Member("unit_forget_bias", .bool(unitForgetBias))])
  }

  // MARK: Weights

  var units: Int { rows * filters }

  func makeWeights(for input: Shape) throws(ElmanError) -> [Weight] {
    rows = window.outputSteps(input[2] ?? 0)
    stateSizes = [units, units]
    channels = input.last ?? 0
    let columns = 4 * filters
    return try arguments.weights(
      kernel: [window.size, channels, columns], recurrentKernel: [window.size, filters, columns], bias: [columns],
      ones: unitForgetBias ? filters..<2 * filters : 0..<0)
  }

  func prepare(_ weights: [Weight], as format: WeightFormat) throws(ElmanError) {
    packed = (
      try PackedWeights(weights[0].values.base, depth: window.size * weights[0].shape[1], units: 4 * filters),
      try PackedWeights(weights[1].values.base, depth: window.size * filters, units: 4 * filters),
      try PackedWeights.row(arguments.usesBias ? weights[2].values.base : nil, units: 4 * filters)
    )
  }

  var packedBytes: Int { packed.map { $0.0.bytes + $0.1.bytes + $0.2.byteCount } ?? 0 }

  // MARK: Running

  private struct Scratch {
    /// The windows of all rows, one after the other.
    let windows: UnsafeMutablePointer<Float>
    /// Two products of (batch * rows, 4 * filters), and the four gates with the activated cell, plain.
    let products: (input: UnsafeMutablePointer<Float>, recurrent: UnsafeMutablePointer<Float>)
    let gates: UnsafeMutablePointer<Float>
    let states: SteppedStates
  }

  private func scratch(_ space: inout ScratchSpace, _ size: SequenceSize, channels: Int) -> Scratch {
    Scratch(
      windows: space.take(size.batch, rows, window.size, max(channels, filters)),
      products: (space.take(4, size.batch, units), space.take(4, size.batch, units)),
      gates: space.take(5, size.batch, units), states: SteppedStates(&space, batch: size.batch, sizes: stateSizes))
  }

  func scratchCount(_ size: SequenceSize, threads: Int) throws(ElmanError) -> Int {
    var space = ScratchSpace()
    // No fewer than the channels.
    _ = scratch(&space, size, channels: size.features)
    return try space.measured()
  }

  func run(_ call: SequenceCall) {
    var space = ScratchSpace(call.scratch)
    let scratch = scratch(&space, call.size, channels: call.size.features)
    let rows = 0..<call.size.batch
    call.begin(scratch.states, sizes: stateSizes, rows: rows)
    call.run(scratch.states, sizes: stateSizes, rows: rows, units: units) { step in
      multiply(step, call, scratch)
      combine(step, scratch)
      return UnsafePointer(scratch.states.first(after: step + 1))
    }
  }

  /// Both products of a step: of the input's windows, and of the hidden state's with padding on both sides.
  private func multiply(_ step: Int, _ call: SequenceCall, _ scratch: Scratch) {
    guard let packed else { return }
    let batch = call.size.batch
    let inputRows = call.size.features / channels
    let recurrent = TimeWindow(size: window.size, stride: 1, padding: "same")
    let before = window.before(inputRows)
    gather(window, before, batch, channels, scratch.windows) { row, place in
      guard (0..<inputRows).contains(place) else { return nil }
      let first = (row * call.size.timesteps + call.timestep(step)) * call.size.features
      return call.input + first + place * channels
    }
    product(packed.kernel, bias: packed.bias.base, scratch.windows, batch, scratch.products.input)
    let h = scratch.states.first(after: step)
    gather(recurrent, recurrent.before(rows), batch, filters, scratch.windows) { row, place in
      (0..<rows).contains(place) ? UnsafePointer(h + (row * rows + place) * filters) : nil
    }
    product(packed.recurrentKernel, bias: nil, scratch.windows, batch, scratch.products.recurrent)
  }

  /// Copies the windows over the rows of each sample, zeros where they reach out of it.
  private func gather(
    _ window: TimeWindow, _ before: Int, _ batch: Int, _ width: Int, _ windows: UnsafeMutablePointer<Float>,
    _ source: (_ row: Int, _ place: Int) -> UnsafePointer<Float>?
  ) {
    var target = windows
    for row in 0..<batch {
      for output in 0..<rows {
        for tap in 0..<window.size {
          if let place = source(row, output * window.stride + tap * window.dilation - before) {
            target.update(from: place, count: width)
          } else {
            target.update(repeating: 0, count: width)
          }
          target += width
        }
      }
    }
  }

  private func product(
    _ weights: PackedWeights, bias: UnsafePointer<Float>?, _ windows: UnsafePointer<Float>, _ batch: Int,
    _ output: UnsafeMutablePointer<Float>
  ) {
    KernelSet.selected.product(
      Product(
        rows: batch * rows, input: InputRows(base: windows, rowStride: weights.depth), weights: weights.matrix,
        bias: bias,
        output: OutputRows(base: output, rowStride: 4 * filters), padded: false))
  }

  /// The gates i, f, c~, o and the next states.
  private func combine(_ step: Int, _ scratch: Scratch) {
    let (kernels, states) = (KernelSet.selected, scratch.states)
    let count = states.batch * units
    func apply(_ f: Activation, _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>) {
      f.apply(kernels, x, y, rows: count / filters, columns: filters)
    }
    func gate(_ index: Int) -> UnsafeMutablePointer<Float> { scratch.gates + index * count }
    for index in 0..<4 {
      for row in 0..<count / filters {
        let first = row * 4 * filters + index * filters
        for filter in 0..<filters {
          gate(index)[row * filters + filter] =
            scratch.products.input[first + filter] + scratch.products.recurrent[first + filter]
        }
      }
      apply(index == 2 ? arguments.activation : arguments.recurrentActivation, gate(index), gate(index))
    }
    let (c, next) = (
      states.state(1, of: stateSizes, after: step),
      (h: states.first(after: step + 1), c: states.state(1, of: stateSizes, after: step + 1))
    )
    for index in 0..<count { next.c[index] = gate(1)[index] * c[index] + gate(0)[index] * gate(2)[index] }
    apply(arguments.activation, next.c, gate(4))
    for index in 0..<count { next.h[index] = gate(3)[index] * gate(4)[index] }
  }
}
