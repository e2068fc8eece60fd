import KernelInterface

/// The arithmetic of SimpleRNN, LSTM or GRU, which the layers and the cells of these names share: their arguments, their
/// weights and the kernels that step them.
final class FusedCell: Sendable {
  enum Kind { case simpleRNN, lstm, gru }

  let kind: Kind
  let units: Int
  let kernels: KernelSet
  /// The sizes of the states: h, and c of an LSTM.
  let stateSizes: [Int]
  let activation: Activation
  /// The function of the gates, where there are any.
  let recurrentActivation: Activation
  let usesBias: Bool
  /// GRU: whether the reset gate acts on the recurrent product rather than on the state.
  let resetAfter: Bool
  private let unitForgetBias: Bool
  private let kernelInitializer: Initializer
  private let recurrentInitializer: Initializer
  private let biasInitializer: Initializer
  private let dropout: Double
  private let recurrentDropout: Double
  private let seed: Int?
  private let trainingArguments: [JSON.Member]

  init(_ kind: Kind, _ reader: inout ConfigReader) throws(ElmanError) {
    self.kind = kind
    units = try reader.units()
    kernels = .fitting(units: units)
    stateSizes = kind == .lstm ? [units, units] : [units]
    activation = try reader.activation("activation", default: "tanh")
    let isOld = reader.keras?.hasFirstRecurrentDefaults == true
    recurrentActivation =
      kind == .simpleRNN ? .linear : try reader.activation("recurrent_activation", default: isOld ? "hard_sigmoid" : "sigmoid")
    usesBias = try reader.bool("use_bias", default: true)
    kernelInitializer = try reader.initializer("kernel_initializer", default: "glorot_uniform")
    recurrentInitializer = try reader.initializer("recurrent_initializer", default: "orthogonal")
    biasInitializer = try reader.initializer("bias_initializer", default: "zeros")
    unitForgetBias = kind == .lstm ? try reader.bool("unit_forget_bias", default: true) : false
    resetAfter = kind == .gru ? try reader.bool("reset_after", default: !isOld) : false
    trainingArguments = try reader.trainingArguments(
      "kernel_regularizer", "recurrent_regularizer", "bias_regularizer", "activity_regularizer", "kernel_constraint",
      "recurrent_constraint", "bias_constraint")
    dropout = try reader.fraction("dropout", default: 0)
    recurrentDropout = try reader.fraction("recurrent_dropout", default: 0)
    seed = try reader.integer("seed")
    reader.ignore("implementation", "use_cudnn")
  }

  /// The arguments in Keras's order; a cell has no activity regularizer.
  func config(ofCell: Bool) -> [JSON.Member] {
    var members = [JSON.Member("units", .int(units)), JSON.Member("activation", activation.json)]
    if kind != .simpleRNN { members.append(JSON.Member("recurrent_activation", recurrentActivation.json)) }
    members += [
      JSON.Member("use_bias", .bool(usesBias)), JSON.Member("kernel_initializer", kernelInitializer.json),
      JSON.Member("recurrent_initializer", recurrentInitializer.json),
      JSON.Member("bias_initializer", biasInitializer.json),
    ]
    if kind == .lstm { members.append(JSON.Member("unit_forget_bias", .bool(unitForgetBias))) }
    members += trainingArguments.filter { !ofCell || $0.key != "activity_regularizer" }
    members += [JSON.Member("dropout", .double(dropout)), JSON.Member("recurrent_dropout", .double(recurrentDropout))]
    if kind == .gru { members.append(JSON.Member("reset_after", .bool(resetAfter))) }
    return members + (seed.map { [JSON.Member("seed", .int($0))] } ?? [])
  }

  var gates: Int {
    switch kind {
    case .simpleRNN: 1
    case .gru: 3
    case .lstm: 4
    }
  }

  /// Whether the kernels compute the whole step: not where a function looks at whole rows, as softmax does.
  var isFused: Bool { activation.elementwise != nil && recurrentActivation.elementwise != nil }

  /// Whether a kernel can also multiply the inputs, step by step.
  var canMultiplyInputs: Bool { isFused && (kind != .gru || resetAfter) }

  /// Whether that is faster than one product for the inputs of many timesteps, since the input products then never go to
  /// memory: it is where there are enough rows to be worth reading the weights at each timestep, or few weights.
  func multipliesInputs(rows: Int, features: Int) -> Bool {
    canMultiplyInputs && (rows >= rowsWorthReading || hasFewWeights(features: features))
  }

  func hasFewWeights(features: Int) -> Bool { (features + units) * kernels.gateWidth(units, gates) <= Self.fewWeights }

  /// With vectors of 8 or 4 the tiles of gates have three rows, and so few read the weights too often.
  private var rowsWorthReading: Int { kernels.vectorWidth > 8 ? 4 : 6 }
  /// A quarter of the smallest L1 caches.
  private static let fewWeights = 2048

  // MARK: Weights

  /// kernel (features, gates * units), recurrent_kernel (units, gates * units) and, with a bias, bias (gates * units,), or
  /// (2, gates * units) for a GRU with reset_after.
  func weights(features: Int) throws(ElmanError) -> [Weight] {
    let columns = try elementCount([gates, units])
    var weights = [
      try Weight("kernel", shape: [features, columns], initializer: kernelInitializer),
      try Weight("recurrent_kernel", shape: [units, columns], initializer: recurrentInitializer),
    ]
    guard usesBias else { return weights }
    let bias = try Weight("bias", shape: resetAfter ? [2, columns] : [columns], initializer: biasInitializer)
    weights.append(unitForgetBias ? bias.startingWithOnes(at: units..<2 * units) : bias)
    return weights
  }

  /// The weights as the kernels read them.
  func pack(_ weights: [Weight], as format: WeightFormat) throws(ElmanError) -> PackedRecurrence {
    let kernel = try weights[0].values.base
    let recurrent = try weights[1].values.base
    let bias = usesBias ? try weights[2].values.base : nil
    let splits = kind == .gru && !resetAfter
    return PackedRecurrence(
      cell: self,
      kernel: try PackedWeights(kernel, depth: weights[0].shape[0], units: units, gates: gates, as: format, kernels: kernels),
      recurrentKernel: try PackedWeights(
        recurrent, depth: units, units: units, gates: splits ? 2 : gates, rowStride: gates * units, as: format, kernels: kernels),
      candidateKernel: splits
        ? try PackedWeights(recurrent + 2 * units, depth: units, units: units, rowStride: 3 * units, as: format, kernels: kernels) : nil,
      bias: try PackedWeights.row(bias, units: units, gates: gates, kernels: kernels),
      recurrentBias: resetAfter ? try PackedWeights.row(bias.map { $0 + 3 * units }, units: units, gates: 3, kernels: kernels) : nil)
  }

  /// Floats that one call of the kernel works in, so many that the next one's begin on a line of the cache.
  func kernelScratch(rows: Int) -> Int { (kernels.recurrenceScratch(rows, units, gates) + 15) / 16 * 16 }

  /// The kernel that runs this cell.
  var kernel: RecurrenceKernel {
    switch kind {
    case .simpleRNN: kernels.simpleRNN
    case .lstm: kernels.lstm
    case .gru: resetAfter ? kernels.gruResetAfter : kernels.gruResetBefore
    }
  }
}

/// A cell with its weights as the kernels read them.
final class PackedRecurrence: Sendable {
  let cell: FusedCell
  let kernel: PackedWeights
  /// All gates; of a GRU without reset_after z and r.
  let recurrentKernel: PackedWeights
  /// GRU without reset_after only: h.
  let candidateKernel: PackedWeights?
  /// In gate layout.
  let bias: FloatBuffer
  /// In gate layout; GRU with reset_after only.
  let recurrentBias: FloatBuffer?
  /// Of runs whose units may be worth sharing, by the number of rows.
  let paces = SharedPaces(count: FusedCell.mostRowsOfUnitParts)

  init(
    cell: FusedCell, kernel: PackedWeights, recurrentKernel: PackedWeights, candidateKernel: PackedWeights?, bias: FloatBuffer,
    recurrentBias: FloatBuffer?
  ) {
    self.cell = cell
    self.kernel = kernel
    self.recurrentKernel = recurrentKernel
    self.candidateKernel = candidateKernel
    self.bias = bias
    self.recurrentBias = recurrentBias
  }

  var bytes: Int {
    let matrices = [kernel, recurrentKernel, candidateKernel].compactMap { $0?.bytes }
    return matrices.reduce(bias.byteCount + (recurrentBias?.byteCount ?? 0), +)
  }
}
