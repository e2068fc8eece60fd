/// Keras's `SimpleRNN`, the Elman network: `h_t = f(x_t W + h_(t-1) R + b)`.
///
/// Input (batch, timesteps, features); output (batch, units), or (batch, timesteps, units) with return_sequences.
public final class SimpleRNN: RecurrentLayer, ListedLayer, @unchecked Sendable {
  public override class var className: String { "SimpleRNN" }

  static let arguments = Arguments(
    .count("units"), .gated(.activityRegularizer), .sequence(), .givenSeed, ignoring: ["implementation", "use_cudnn"],
    configOrder: RecurrentOptions.names)

  init(_ reader: inout ConfigReader) throws(ElmanError) {
    let (units, gated, options, _) = try Self.arguments.values(&reader)
    try super.init(GatedRunner(SimpleRNNArithmetic(units, gated)), options, &reader)
  }

  /// One timestep of one row as plain loops: the readable truth that the kernels are compared with. F features, U
  /// units.
  ///
  /// Takes x (F) and the hidden state h (U); returns the next h. Weights: W (F, U), R (U, U), b (U).
  public static func plainStep(_ x: [Double], h: [Double], _ weights: PlainWeights) -> [Double] {
    let units = h.count
    var z = weights.bias
    PlainWeights.add(x, times: weights.kernel, width: units, columns: 0..<units, to: &z)
    PlainWeights.add(h, times: weights.recurrentKernel, width: units, columns: 0..<units, to: &z)
    return weights.activation(z)
  }
}

/// Keras's `SimpleRNNCell`: (batch, features) and a state (batch, units) to the next state.
public final class SimpleRNNCell: CellLayer, ListedLayer, @unchecked Sendable {
  public override class var className: String { "SimpleRNNCell" }

  static let arguments = Arguments(
    .count("units"), .gated(), .givenSeed, ignoring: ["implementation", "use_cudnn", "activity_regularizer"])

  init(_ reader: inout ConfigReader) throws(ElmanError) {
    let (units, gated, _) = try Self.arguments.values(&reader)
    super.init(GatedRunner(SimpleRNNArithmetic(units, gated)), try LayerSettings(&reader))
  }
}

/// One state, the hidden state h (U), which is also the output. No gates, only the candidate.
///
/// Weights: kernel W (F, U), recurrent_kernel R (U, U), bias b (U).
final class SimpleRNNArithmetic: GatedCell, @unchecked Sendable {
  init(_ units: Int, _ arguments: GatedArguments) { super.init(units, arguments, gates: 1) { $0.simpleRNN } }

  // MARK: Forward

  override func run(_ step: WholeRowStep) {
    step.multiplyHidden()
    step.sum(0)
    step.apply(arguments.activation, step.gate(0), to: step.output)
  }

  // MARK: Backward

  /// With `z = x W + h R + b`: `dz = dh f'(z)`.
  override func runBackward(_ step: BackwardStep) { kernels.training.simpleRNN(step.gradient) }
}
