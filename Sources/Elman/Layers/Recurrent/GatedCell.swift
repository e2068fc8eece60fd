import KernelInterface

/// The arithmetic of a recurrent cell with gates: its arguments, its weights, and the kernel that steps it. SimpleRNN,
/// LSTM and GRU have one each, in the file of that name; the layer and the cell of that name share it.
class GatedCell: @unchecked Sendable {
  final let units: Int
  /// Gates, the candidate among them: the recurrent product has `gates * units` columns.
  final let gates: Int
  /// The sizes of the states: h, which is the output too, and c of an LSTM.
  final let stateSizes: [Int]
  final let kernels: KernelSet
  /// Floats of a row of all gates in gate layout.
  final let gateWidth: Int
  /// Runs timesteps of the cell, functions included, if `isElementwise`.
  final let kernel: RecurrenceKernel
  final let arguments: GatedArguments
  /// The two functions, if both look at one number at a time, as kernels need it; softmax looks at whole rows.
  final let elementwise: (activation: Elementwise, recurrentActivation: Elementwise)?

  init(
    _ units: Int, _ arguments: GatedArguments, gates: Int, states: Int = 1, kernel: (KernelSet) -> RecurrenceKernel
  ) {
    (self.units, self.gates, self.arguments) = (units, gates, arguments)
    stateSizes = [Int](repeating: units, count: states)
    kernels = .fitting(units: units)
    gateWidth = kernels.gateWidth(units, gates)
    self.kernel = kernel(kernels)
    if let activation = arguments.activation.elementwise, let recurrent = arguments.recurrentActivation.elementwise {
      elementwise = (activation, recurrent)
    } else {
      elementwise = nil
    }
  }

  final var isElementwise: Bool { elementwise != nil }

  // MARK: To be overridden

  /// Whether `kernel` can multiply the inputs too, step by step.
  var canMultiplyInputs: Bool { isElementwise }

  /// The shape of the bias.
  var biasShape: [Int] { [gates * units] }

  /// The weights as the kernels read them.
  func pack(_ weights: [Weight], as format: WeightFormat) throws(ElmanError) -> PackedCell {
    try PackedCell(
      cell: self, kernel: matrix(weights[0], as: format), recurrentKernel: matrix(weights[1], as: format),
      bias: bias(weights))
  }

  /// One timestep whose functions look at whole rows.
  func run(_ step: WholeRowStep) {}

  /// One timestep back: from the gradient of the hidden state to those of the sums.
  func runBackward(_ step: BackwardStep) {}

  /// Whether the gradients of the recurrent sums differ from those of the input's.
  var hasRecurrentSums: Bool { false }

  /// Whether the candidate has a product of its own, of what the reset gate left of the hidden state.
  var hasCandidateProduct: Bool { false }

  /// The weights by which gradients are multiplied.
  func transpose(_ weights: [Weight]) throws(ElmanError) -> TransposedCell {
    TransposedCell(kernel: try transposed(weights[0]), recurrentKernel: try transposed(weights[1]))
  }

  /// Some gates' columns of a weight the other way round; nil for all gates.
  final func transposed(_ weight: Weight, gates: Range<Int>? = nil) throws(ElmanError) -> PackedWeights {
    let gates = gates ?? 0..<self.gates
    return try PackedWeights(
      weight.values.base + gates.lowerBound * units, depth: gates.count * units, units: weight.shape[0],
      rowStride: self.gates * units, isTransposed: true, kernels: kernels)
  }

  // MARK: Weights

  /// kernel (features, gates * units), recurrent_kernel (units, gates * units) and, with a bias, bias.
  final func makeWeights(features: Int) throws(ElmanError) -> [Weight] {
    let columns = try elementCount([gates, units])
    return try arguments.weights(
      units: units, kernel: [features, columns], recurrentKernel: [units, columns], bias: biasShape)
  }

  /// Some gates' columns of a weight, packed; nil for all gates.
  final func matrix(_ weight: Weight, gates: Range<Int>? = nil, as format: WeightFormat) throws(ElmanError)
    -> PackedWeights
  {
    let gates = gates ?? 0..<self.gates
    return try PackedWeights(
      weight.values.base + gates.lowerBound * units, depth: weight.shape[0], units: units, gates: gates.count,
      rowStride: self.gates * units, as: format, kernels: kernels)
  }

  /// A row of the bias in gate layout, zeros without a bias.
  final func bias(_ weights: [Weight], row: Int = 0) throws(ElmanError) -> FloatBuffer {
    let values = arguments.bias.isUsed ? try weights[2].values.base + row * gates * units : nil
    return try PackedWeights.row(values, units: units, gates: gates, kernels: kernels)
  }

  // MARK: How the inputs are multiplied

  /// Whether the kernel had better multiply the inputs too than read one product for many timesteps, since the input
  /// products then never go to memory: with enough rows to be worth reading the weights at each timestep, or with few
  /// weights.
  final func multipliesInputs(rows: Int, features: Int) -> Bool {
    canMultiplyInputs && (rows >= rowsWorthReading || hasFewWeights(features: features))
  }

  final func hasFewWeights(features: Int) -> Bool { (features + units) * gateWidth <= Self.fewWeights }

  /// With vectors of 8 or 4 the tiles of gates have three rows, and so few read the weights too often.
  private var rowsWorthReading: Int { kernels.vectorWidth > 8 ? 4 : 6 }
  /// A quarter of the smallest L1 caches.
  private static let fewWeights = 2048

  /// Floats that one call of the kernel works in, rounded up to whole lines of the cache.
  final func kernelScratch(rows: Int) -> Int { (kernels.recurrenceScratch(rows, units, gates) + 15) / 16 * 16 }
}

/// A cell with its weights as the kernels read them.
final class PackedCell: Sendable {
  let cell: GatedCell
  let kernel: PackedWeights
  /// All gates; of a GRU without reset_after z and r.
  let recurrentKernel: PackedWeights
  /// GRU without reset_after only: the candidate.
  let candidateKernel: PackedWeights?
  /// In gate layout.
  let bias: FloatBuffer
  /// In gate layout; GRU with reset_after only.
  let recurrentBias: FloatBuffer?
  /// How runs whose units may be worth sharing went, by the number of rows.
  let paces = SharedPaces(count: GatedRunner.mostRowsOfUnitParts)

  init(
    cell: GatedCell, kernel: PackedWeights, recurrentKernel: PackedWeights, candidateKernel: PackedWeights? = nil,
    bias: FloatBuffer, recurrentBias: FloatBuffer? = nil
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

/// A gated cell's weights in Double, row-major as Keras lays them out, and its functions of a row: what the plain steps
/// of SimpleRNN, LSTM and GRU compute with.
public struct PlainWeights {
  public typealias Function = ([Double]) -> [Double]

  /// (F, G U) for F features, G gates and U units.
  public var kernel: [Double]
  /// (U, G U).
  public var recurrentKernel: [Double]
  /// (G U), or (2, G U) of a GRU with reset_after.
  public var bias: [Double]
  public var activation: Function
  public var recurrentActivation: Function

  public init(
    kernel: [Double], recurrentKernel: [Double], bias: [Double], activation: @escaping Function,
    recurrentActivation: @escaping Function
  ) {
    self.kernel = kernel
    self.recurrentKernel = recurrentKernel
    self.bias = bias
    self.activation = activation
    self.recurrentActivation = recurrentActivation
  }

  /// Adds `row` times a matrix to some columns of sums: `sums[j] += row[k] * matrix[k, j]`, where `width` is the
  /// matrix's.
  static func add(_ row: [Double], times matrix: [Double], width: Int, columns: Range<Int>, to sums: inout [Double]) {
    for j in columns {
      for k in row.indices { sums[j] += row[k] * matrix[k * width + j] }
    }
  }
}
