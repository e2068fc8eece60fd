import KernelInterface

/// What ConvLSTM1D and ConvLSTM2D share: an LSTM whose products are convolutions.
///
/// Input (batch, timesteps, space..., channels); output (batch, new space..., filters), or (batch, timesteps, new
/// space..., filters) with return_sequences; states h and c, (batch, new space..., filters) each.
public class ConvLSTM: RecurrentLayer, @unchecked Sendable {
  typealias ArgumentTypes = Arguments<Int, WindowArguments, GatedArguments, Int?, RecurrentOptions>

  static func list(_ rank: Int) -> ArgumentTypes {
    Arguments(
      .count("filters"), .windows(rank, ["valid", "same"]),
      .gated(gates: .gates(hardIn: \.hasFirstHardSigmoid), forgetBias: .unitForgetBias, .activityRegularizer),
      .givenSeed,
      .sequence(byName: ["unroll", "zero_output_for_mask"]), configOrder: RecurrentOptions.names)
  }

  private let convolution: ConvLSTMRunner

  init(_ arguments: ArgumentTypes, _ reader: inout ConfigReader) throws(ElmanError) {
    let (filters, windows, gated, _, options) = try arguments.values(&reader)
    convolution = ConvLSTMRunner(filters, windows, gated)
    try super.init(convolution, options, &reader)
  }

  final override var stateShapes: [[Int]] {
    let state = convolution.pictures.state
    let shape = (convolution.format.rank == 1 ? [] : [state.rows]) + [state.columns, state.channels]
    return [shape, shape]
  }

  final override func outputShapes(for input: Shape) throws(ElmanError) -> [Shape] {
    try requireRank(convolution.format.rank + 3, input)
    try requireSequence(input)
    if let built = builtInputShape, built.picture.dimensions.dropFirst() != input.picture.dimensions.dropFirst() {
      throw incompatible("expected shape=\(built), found shape=\(input)")
    }
    let shape = try stateSpace(input) + [convolution.filters]
    let state = Shape([input[0]] + shape)
    let output = options.returnsSequences ? Shape([input[0], input[1]] + shape) : state
    return [output] + (options.returnsState ? [state, state] : [])
  }

  /// The sizes of space of the states, which have a size only where those of the input are known.
  private func stateSpace(_ input: Shape) throws(ElmanError) -> [Int] {
    let picture = input.picture
    if let axis = convolution.format.spaceAxes.first(where: { picture[$0] == nil }) {
      throw incompatible("axis \(axis + 1) must be known, found shape=\(input)")
    }
    let space = try outputSpace(convolution.windows, convolution.format, picture).map { $0 ?? 0 }
    _ = try elementCount(space + [convolution.filters, 16])
    return space
  }

  final override func makeWeights(for input: Shape) throws(ElmanError) -> [Weight] {
    // The lock is held: `stateSpace` would ask for what was built.
    let space = try outputSpace(convolution.windows, convolution.format, input.picture)
    convolution.setSpace(input.picture, space.map { $0 ?? 0 })
    return try super.makeWeights(for: input)
  }
}

extension Shape {
  /// One timestep of a sequence of pictures.
  fileprivate var picture: Shape { Shape([self[0]] + dimensions.dropFirst(2)) }
}

/// Runs an LSTM of convolutions. A whole state is what a step puts out.
private final class ConvLSTMRunner: SequenceRunner {
  let filters: Int
  let windows: [Window]
  let format: DataFormat
  /// Over the hidden state, which keeps its size.
  private let recurrentWindows: [Window]
  private let arguments: GatedArguments
  /// The pictures of a timestep and of a state, without samples, and the sizes of the states, once the layer is built.
  private(set) var pictures = (
    input: Pictures(samples: 0, columns: 0, channels: 0), state: Pictures(samples: 0, columns: 0, channels: 0)
  )
  private(set) var stateSizes = [0, 0]
  private var packed: (kernel: PackedKernel, recurrentKernel: PackedKernel)?

  init(_ filters: Int, _ windows: WindowArguments, _ arguments: GatedArguments) {
    (self.filters, self.arguments) = (filters, arguments)
    (self.windows, format) = (windows.windows, windows.format)
    recurrentWindows = windows.windows.map { Window(size: $0.size, stride: 1, padding: "same") }
  }

  // MARK: Weights

  var units: Int { pictures.state.count }

  /// What the layer is built for.
  func setSpace(_ input: Shape, _ space: [Int]) {
    func pictures(_ space: [Int], _ channels: Int) -> Pictures {
      Pictures(samples: 0, rows: space.count > 1 ? space[0] : 1, columns: space[space.count - 1], channels: channels)
    }
    self.pictures = (pictures(format.spaceAxes.map { input[$0] ?? 0 }, input.last ?? 0), pictures(space, filters))
    stateSizes = [units, units]
  }

  func makeWeights(for input: Shape) throws(ElmanError) -> [Weight] {
    let (taps, columns) = (windows.map(\.size), 4 * filters)
    return try arguments.weights(
      units: filters, kernel: taps + [input.last ?? 0, columns], recurrentKernel: taps + [filters, columns],
      bias: [columns])
  }

  func prepare(_ weights: [Weight], as format: WeightFormat) throws(ElmanError) {
    packed = nil
    packed = (
      try PackedKernel(weights[0], bias: arguments.bias.isUsed ? weights[2] : nil, windows: windows),
      try PackedKernel(weights[1], bias: nil, windows: recurrentWindows)
    )
  }

  var packedBytes: Int { packed.map { $0.kernel.bytes + $0.recurrentKernel.bytes } ?? 0 }

  // MARK: Running

  private struct Scratch {
    /// Both convolutions of a step, and what they work in by turns.
    let plans: (input: ConvolutionPlan, recurrent: ConvolutionPlan)
    let convolutions: UnsafeMutablePointer<Float>
    /// Two products of (batch, space..., 4 * filters), and the four gates with the activated cell, plain.
    let products: (input: UnsafeMutablePointer<Float>, recurrent: UnsafeMutablePointer<Float>)
    let gates: UnsafeMutablePointer<Float>
    let states: SteppedStates
  }

  private func scratch(_ space: inout ScratchSpace, batch: Int, threads: Int) -> Scratch {
    let plans = (plan(windows, pictures.input, batch, threads), plan(recurrentWindows, pictures.state, batch, threads))
    var (first, second) = (ScratchSpace(), ScratchSpace())
    _ = (plans.0.scratch(&first), plans.1.scratch(&second))
    let isBeyondMemory = first.overflows || second.overflows
    return Scratch(
      plans: plans, convolutions: isBeyondMemory ? space.take(Int.max, 2) : space.take(max(first.count, second.count)),
      products: (space.take(4, batch, units), space.take(4, batch, units)), gates: space.take(5, batch, units),
      states: SteppedStates(&space, batch: batch, sizes: stateSizes))
  }

  private func plan(_ windows: [Window], _ input: Pictures, _ batch: Int, _ threads: Int) -> ConvolutionPlan {
    let state = pictures.state
    return ConvolutionPlan(
      (windows.fromLast(1), windows.fromLast(0)),
      Pictures(samples: batch, rows: input.rows, columns: input.columns, channels: input.channels),
      Pictures(samples: batch, rows: state.rows, columns: state.columns, channels: 4 * filters), threads: threads)
  }

  func scratchCount(_ size: SequenceSize, threads: Int) throws(ElmanError) -> Int {
    _ = try elementCount([size.batch, units, 16])
    var space = ScratchSpace()
    _ = scratch(&space, batch: size.batch, threads: threads)
    return try space.measured()
  }

  func run(_ call: SequenceCall) {
    var space = ScratchSpace(call.scratch)
    let scratch = scratch(&space, batch: call.size.batch, threads: call.threads)
    let rows = 0..<call.size.batch
    call.begin(scratch.states, sizes: stateSizes, rows: rows)
    call.run(scratch.states, sizes: stateSizes, rows: rows, units: units) { step in
      convolve(step, call, scratch)
      combine(step, scratch)
      return UnsafePointer(scratch.states.first(after: step + 1))
    }
  }

  /// Both convolutions of a step: of the input, and of the hidden state with padding on all sides.
  private func convolve(_ step: Int, _ call: SequenceCall, _ scratch: Scratch) {
    guard let packed else { return }
    let features = call.size.features
    ConvolutionRun(
      kernel: packed.kernel, plan: scratch.plans.input,
      source: ConvolutionSource(
        input: call.input + call.timestep(step) * features, stride: call.size.timesteps * features),
      output: scratch.products.input, scratch: scratch.convolutions
    ).run()
    ConvolutionRun(
      kernel: packed.recurrentKernel, plan: scratch.plans.recurrent,
      source: ConvolutionSource(input: UnsafePointer(scratch.states.first(after: step)), stride: units),
      output: scratch.products.recurrent, scratch: scratch.convolutions
    ).run()
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

/// Keras's `ConvLSTM1D`, over rows of features: input (batch, timesteps, rows, channels).
public final class ConvLSTM1D: ConvLSTM, ListedLayer, @unchecked Sendable {
  public override class var className: String { "ConvLSTM1D" }
  static let arguments = list(1)
  init(_ reader: inout ConfigReader) throws(ElmanError) { try super.init(Self.arguments, &reader) }
}

/// Keras's `ConvLSTM2D`, over pictures: input (batch, timesteps, rows, columns, channels).
public final class ConvLSTM2D: ConvLSTM, ListedLayer, @unchecked Sendable {
  public override class var className: String { "ConvLSTM2D" }
  static let arguments = list(2)
  init(_ reader: inout ConfigReader) throws(ElmanError) { try super.init(Self.arguments, &reader) }
}
