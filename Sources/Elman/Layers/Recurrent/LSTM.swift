/// Keras's `LSTM`, with gates i, f, o and a candidate c~: `c_t = f c_(t-1) + i c~`, `h_t = o act(c_t)`.
///
/// Input (batch, timesteps, features); output (batch, units), or (batch, timesteps, units) with return_sequences.
public final class LSTM: RecurrentLayer, ListedLayer, @unchecked Sendable {
  public override class var className: String { "LSTM" }

  static let arguments = Arguments(
    .count("units"),
    .gated(gates: .gates(hardIn: \.hasFirstRecurrentDefaults), forgetBias: .unitForgetBias, .activityRegularizer),
    .givenSeed, .sequence(), .useCuDNN, ignoring: ["implementation"], configOrder: RecurrentOptions.names)

  /// Those that CuDNNLSTM has.
  static let cuDNNArguments = Arguments(
    .count("units"), .kernel, .recurrentKernel, .weight("bias", "zeros"), .unitForgetBias, .activityRegularizer,
    .sequence(byName: ["unroll", "zero_output_for_mask"]))

  init(_ reader: inout ConfigReader) throws(ElmanError) {
    let (units, gated, _, options, _) = try Self.arguments.values(&reader)
    try super.init(GatedRunner(LSTMArithmetic(units, gated)), options, &reader)
  }

  /// CuDNNLSTM never had another function of the gates than sigmoid.
  convenience init(cuDNN reader: inout ConfigReader) throws(ElmanError) {
    reader.keras = nil
    try self.init(&reader)
  }

  /// One timestep of one row as plain loops: the readable truth that the kernels are compared with. F features, U
  /// units.
  ///
  /// Takes x (F), the hidden state h (U) and the cell state c (U); returns the next h and c. Weights: W (F, 4 U), R (U,
  /// 4 U), b (4 U), whose columns are U of each gate: i, f, c~, o.
  public static func plainStep(
    _ x: [Double], h: [Double], c: [Double], _ weights: PlainWeights
  ) -> (h: [Double], c: [Double]) {
    let (units, columns) = (h.count, 4 * h.count)
    var z = weights.bias
    PlainWeights.add(x, times: weights.kernel, width: columns, columns: 0..<columns, to: &z)
    PlainWeights.add(h, times: weights.recurrentKernel, width: columns, columns: 0..<columns, to: &z)
    let i = weights.recurrentActivation(Array(z[0..<units]))
    let f = weights.recurrentActivation(Array(z[units..<2 * units]))
    let candidate = weights.activation(Array(z[2 * units..<3 * units]))
    let o = weights.recurrentActivation(Array(z[3 * units..<4 * units]))
    let next = (0..<units).map { f[$0] * c[$0] + i[$0] * candidate[$0] }
    let activated = weights.activation(next)
    return ((0..<units).map { o[$0] * activated[$0] }, next)
  }
}

/// Keras's `LSTMCell`: (batch, features) and the states h, c to the next ones.
public final class LSTMCell: CellLayer, ListedLayer, @unchecked Sendable {
  public override class var className: String { "LSTMCell" }

  static let arguments = Arguments(
    .count("units"), .gated(gates: .gates(hardIn: \.hasFirstRecurrentDefaults), forgetBias: .unitForgetBias),
    .givenSeed, ignoring: ["implementation", "use_cudnn", "activity_regularizer"])

  init(_ reader: inout ConfigReader) throws(ElmanError) {
    let (units, gated, _) = try Self.arguments.values(&reader)
    super.init(GatedRunner(LSTMArithmetic(units, gated)), try LayerSettings(&reader))
  }
}

/// Two states: the hidden state h (U), which is also the output, and the cell state c (U).
///
/// Weights, whose columns are U of each gate in the order i (input), f (forget), c~ (candidate), o (output): kernel W
/// (F, 4 U), recurrent_kernel R (U, 4 U), bias b (4 U). With unit_forget_bias the bias of f begins with ones, so that
/// an untrained LSTM remembers.
///
///     i, f, o = recurrent_activation(x_t W + h_(t-1) R + b)        c~ = activation(x_t W + h_(t-1) R + b)
///     c_t = f c_(t-1) + i c~                                       h_t = o activation(c_t)
final class LSTMArithmetic: GatedCell, @unchecked Sendable {
  init(_ units: Int, _ arguments: GatedArguments) { super.init(units, arguments, gates: 4, states: 2) { $0.lstm } }

  // MARK: Forward

  override func run(_ step: WholeRowStep) {
    guard let c = step.call.cell else { return }
    step.multiplyHidden()
    for index in 0..<4 {
      step.sum(index)
      step.apply(
        index == 2 ? arguments.activation : arguments.recurrentActivation, step.gate(index), to: step.gate(index))
    }
    let (i, f, candidate, o, activated) = (step.gate(0), step.gate(1), step.gate(2), step.gate(3), step.gate(4))
    for index in 0..<step.count { c[index] = f[index] * c[index] + i[index] * candidate[index] }
    step.apply(arguments.activation, c, to: activated)
    for index in 0..<step.count { step.output[index] = o[index] * activated[index] }
  }

  // MARK: Backward

  /// With the sums z of each gate, and dc what comes from the step behind:
  ///
  ///     dc  += dh o act'(c)          dz_o = dh act(c) o'      dz_i = dc c~ i'
  ///     dc_(t-1) = dc f              dz_f = dc c_(t-1) f'     dz_c = dc i c~'
  override func runBackward(_ step: BackwardStep) { kernels.training.lstm(step.gradient) }
}
