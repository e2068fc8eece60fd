import KernelInterface

/// Keras's `GRU`, with gates z, r and a candidate h~: `h_t = z h_(t-1) + (1 - z) h~`.
///
/// Input (batch, timesteps, features); output (batch, units), or (batch, timesteps, units) with return_sequences.
public final class GRU: RecurrentLayer, ListedLayer, @unchecked Sendable {
  public override class var className: String { "GRU" }

  static let arguments = Arguments(
    .count("units"), .gated(gates: .gates(hardIn: \.hasFirstRecurrentDefaults), .activityRegularizer), .givenSeed,
    .sequence(), .resetAfter, .useCuDNN, ignoring: ["implementation"], configOrder: RecurrentOptions.names,
    configEnd: ["seed"])

  /// Those that CuDNNGRU has.
  static let cuDNNArguments = Arguments(
    .count("units"), .kernel, .recurrentKernel, .weight("bias", "zeros"), .activityRegularizer,
    .sequence(byName: ["unroll", "zero_output_for_mask"]))

  init(_ reader: inout ConfigReader) throws(ElmanError) {
    let (units, gated, _, options, resetAfter, _) = try Self.arguments.values(&reader)
    try super.init(GatedRunner(GRUArithmetic(units, gated, resetAfter: resetAfter)), options, &reader)
  }

  /// CuDNNGRU never had another function of the gates than sigmoid, and always reset_after.
  convenience init(cuDNN reader: inout ConfigReader) throws(ElmanError) {
    reader.keras = nil
    try self.init(&reader)
  }

  /// One timestep of one row as plain loops: the readable truth that the kernels are compared with. F features, U
  /// units.
  ///
  /// Takes x (F) and the hidden state h (U); returns the next h. Weights: W (F, 3 U), R (U, 3 U), whose columns are U
  /// of each gate: z, r, h~; b (3 U), or (2, 3 U) with `resetAfter`: the input's bias and the recurrent one.
  public static func plainStep(_ x: [Double], h: [Double], _ weights: PlainWeights, resetAfter: Bool) -> [Double] {
    let (units, columns) = (h.count, 3 * h.count)
    let (gates, candidate) = (0..<2 * units, 2 * units..<columns)
    var input = Array(weights.bias.prefix(columns))
    var recurrent = resetAfter ? Array(weights.bias.suffix(columns)) : [Double](repeating: 0, count: columns)
    PlainWeights.add(x, times: weights.kernel, width: columns, columns: 0..<columns, to: &input)
    PlainWeights.add(h, times: weights.recurrentKernel, width: columns, columns: gates, to: &recurrent)
    let z = weights.recurrentActivation((0..<units).map { input[$0] + recurrent[$0] })
    let r = weights.recurrentActivation((units..<2 * units).map { input[$0] + recurrent[$0] })
    // The reset gate acts on the product of the hidden state, or on the hidden state before it is multiplied.
    let multiplied = resetAfter ? h : (0..<units).map { r[$0] * h[$0] }
    PlainWeights.add(multiplied, times: weights.recurrentKernel, width: columns, columns: candidate, to: &recurrent)
    let new = weights.activation(candidate.map { input[$0] + (resetAfter ? r[$0 - 2 * units] : 1) * recurrent[$0] })
    return (0..<units).map { z[$0] * h[$0] + (1 - z[$0]) * new[$0] }
  }
}

/// Keras's `GRUCell`: (batch, features) and a state (batch, units) to the next state.
public final class GRUCell: CellLayer, ListedLayer, @unchecked Sendable {
  public override class var className: String { "GRUCell" }

  static let arguments = Arguments(
    .count("units"), .gated(gates: .gates(hardIn: \.hasFirstRecurrentDefaults)), .resetAfter, .givenSeed,
    ignoring: ["implementation", "use_cudnn", "activity_regularizer"])

  init(_ reader: inout ConfigReader) throws(ElmanError) {
    let (units, gated, resetAfter, _) = try Self.arguments.values(&reader)
    super.init(GatedRunner(GRUArithmetic(units, gated, resetAfter: resetAfter)), try LayerSettings(&reader))
  }
}

extension Argument<Bool> {
  /// The first Kerases did not have it, and reset before.
  fileprivate static var resetAfter: Argument {
    Argument("reset_after", "flag", true, json: JSON.bool) { (reader, name) throws(ElmanError) in
      try reader.bool(name, default: reader.keras?.hasFirstRecurrentDefaults != true)
    }
  }
}

/// One state, the hidden state h (U), which is also the output.
///
/// Weights, whose columns are U of each gate in the order z (update), r (reset), h~ (candidate): kernel W (F, 3 U),
/// recurrent_kernel R (U, 3 U), bias b (3 U); with reset_after (2, 3 U): the input's bias and the recurrent one, b'.
///
///     z, r = recurrent_activation(x_t W + h_(t-1) R + b + b')
///     h~   = activation(x_t W + b + r (h_(t-1) R + b'))             with reset_after
///     h~   = activation(x_t W + b + (r h_(t-1)) R)                  without
///     h_t  = z h_(t-1) + (1 - z) h~
final class GRUArithmetic: GatedCell, @unchecked Sendable {
  /// Whether the reset gate acts on the recurrent product rather than on the state.
  private let resetAfter: Bool

  init(_ units: Int, _ arguments: GatedArguments, resetAfter: Bool) {
    self.resetAfter = resetAfter
    super.init(units, arguments, gates: 3) { resetAfter ? $0.gruResetAfter : $0.gruResetBefore }
  }

  override var biasShape: [Int] { resetAfter ? [2, 3 * units] : [3 * units] }

  // MARK: Forward

  override var canMultiplyInputs: Bool { isElementwise && resetAfter }

  override func pack(_ weights: [Weight], as format: WeightFormat) throws(ElmanError) -> PackedCell {
    let kernel = try matrix(weights[0], as: format)
    if resetAfter {
      return try PackedCell(
        cell: self, kernel: kernel, recurrentKernel: matrix(weights[1], as: format), bias: bias(weights),
        recurrentBias: bias(weights, row: 1))
    }
    return try PackedCell(
      cell: self, kernel: kernel, recurrentKernel: matrix(weights[1], gates: 0..<2, as: format),
      candidateKernel: matrix(weights[1], gates: 2..<3, as: format), bias: bias(weights))
  }

  override func run(_ step: WholeRowStep) {
    step.multiplyHidden()
    let (z, r, candidate) = (step.gate(0), step.gate(1), step.gate(2))
    for index in 0..<2 {
      step.sum(index)
      step.apply(arguments.recurrentActivation, step.gate(index), to: step.gate(index))
    }
    if let weights = step.call.candidateWeights {
      let reset = step.gate(3)
      step.forEach { index, row, unit in reset[index] = r[index] * step.hidden(row, unit) }
      step.multiply(reset, rowStride: units, by: weights)
      step.forEach { index, row, unit in
        candidate[index] = step.input(row, 2, unit) + step.product(row, 0, unit, gates: 1)
      }
    } else {
      step.forEach { index, row, unit in
        candidate[index] = step.input(row, 2, unit) + r[index] * step.product(row, 2, unit, gates: 3)
      }
    }
    step.apply(arguments.activation, candidate, to: candidate)
    step.forEach { index, row, unit in
      step.output[index] = z[index] * step.hidden(row, unit) + (1 - z[index]) * candidate[index]
    }
  }

  // MARK: Backward

  override var hasRecurrentSums: Bool { resetAfter }
  override var hasCandidateProduct: Bool { !resetAfter }

  override func transpose(_ weights: [Weight]) throws(ElmanError) -> TransposedCell {
    if resetAfter { return try super.transpose(weights) }
    return TransposedCell(
      kernel: try transposed(weights[0]), recurrentKernel: try transposed(weights[1], gates: 0..<2),
      candidateKernel: try transposed(weights[1], gates: 2..<3))
  }

  /// With the sums of the gates, dn of those of the candidate, and h' the state before:
  ///
  ///     dn = dh (1 - z) h~'          dz = dh (h' - h~) z'         dh' = dh z + ...
  ///     dr = dn (h' R + b') r'       with reset_after, where the recurrent product's own gradient is dn r
  ///     dr = (dn R^T) h' r'          without; dh' gets (dn R^T) r
  override func runBackward(_ step: BackwardStep) {
    if resetAfter { return kernels.training.gru(step.gradient) }
    guard let direct = step.gradient.direct else { return }
    kernels.training.gruCandidate(step.gradient)
    step.multiplyCandidate(into: direct)
    kernels.training.gruGates(step.gradient)
  }
}
