/// The kernels of one CPU level: one value of this type is made by each build of the `Kernels` sources.
///
/// No kernel allocates, locks or checks: callers pass sizes that fit. Every kernel allows zero counts (it then does
/// nothing), any alignment of inputs and outputs, and lets NaN and infinity through as IEEE arithmetic does.
///
/// Bit-exactness: each output element is summed over k in one order that depends on (depth, units, gates) and the
/// kernel set alone, never on the batch, the number of rows, the strides or the alignment.
public final class KernelSet: Sendable {
  /// "baseline", "avx2" or "avx512".
  public let name: String
  /// W: floats in one vector.
  public let vectorWidth: Int
  /// Whether this CPU multiplies bytes, so that int8 weights are best encoded for dot products.
  public let hasDots: Bool

  /// Elements of a row in gate layout: gates * (units rounded up to W).
  public let gateWidth: @Sendable (_ units: Int, _ gates: Int) -> Int
  /// Floats that `pack` writes for these sizes.
  public let packedCount: @Sendable (_ depth: Int, _ units: Int, _ gates: Int) -> Int
  /// Panels of a packed matrix: groups of columns that are summed together, each with all gates of its units.
  public let panelCount: @Sendable (_ units: Int, _ gates: Int) -> Int
  /// Packs a matrix whose element (k, gate g, unit u) is `weights[k * rowStride + (g * units + u) * columnStride]`
  /// into `packed` (packedCount floats, aligned to 64 bytes).
  public let pack:
    @Sendable (
      _ weights: UnsafePointer<Float>, _ rowStride: Int, _ columnStride: Int, _ depth: Int, _ units: Int,
      _ gates: Int, _ packed: UnsafeMutablePointer<Float>
    ) -> Void
  /// Bytes that `encode` writes for these sizes.
  public let encodedBytes:
    @Sendable (_ depth: Int, _ units: Int, _ gates: Int, _ format: WeightFormat, _ usesDots: Bool) -> Int
  /// Puts a packed matrix, each of whose numbers the format holds (`.int8`: whole ones), into that format
  /// (encodedBytes, aligned to 64 bytes), if wished in the order of `PackedMatrix.usesDots`.
  public let encode:
    @Sendable (
      _ packed: UnsafePointer<Float>, _ depth: Int, _ units: Int, _ gates: Int, _ format: WeightFormat,
      _ usesDots: Bool,
      _ encoded: UnsafeMutableRawPointer
    ) -> Void
  /// A plain row of gates * units values into gate layout, padding zeroed; nil input gives zeros.
  public let packRow:
    @Sendable (_ row: UnsafePointer<Float>?, _ units: Int, _ gates: Int, _ packed: UnsafeMutablePointer<Float>) -> Void

  public let product: @Sendable (Product) -> Void

  /// Scratch floats that the recurrences below need at most for (batch, units, gates).
  public let recurrenceScratch: @Sendable (_ batch: Int, _ units: Int, _ gates: Int) -> Int
  /// R: how many timesteps' input products a recurrence with a `kernel` makes beside R earlier steps (see
  /// `Recurrence.Ahead`); 0 where that would gain nothing.
  public let stepsAhead: @Sendable (UnsafePointer<Recurrence>) -> Int
  /// `h = f(z + h U)`; gates = 1.
  public let simpleRNN: RecurrenceKernel
  /// Keras's LSTM, gates i, f, c, o: `c = f*c + i*act(c~)`, `h = o*act(c)`; gates = 4.
  public let lstm: RecurrenceKernel
  /// Keras's GRU with reset_after, gates z, r, h: `h = z*h + (1-z)*act(x_h + r*(h U_h + b_h))`; gates = 3.
  public let gruResetAfter: RecurrenceKernel
  /// Keras's GRU without reset_after: `h = z*h + (1-z)*act(x_h + (r*h) U_h)`; inputs have gates z, r, h, `weights` the
  /// gates z, r and `candidateWeights` h.
  public let gruResetBefore: RecurrenceKernel
  /// What runs a timestep of one row of SimpleRNN, LSTM or GRU with reset_after, by its gates, with a `kernel`: what a
  /// stream repeats, with other numbers. Its states and its output have room for whole vectors; the new hidden state is
  /// also put in the place of the old one. The sums are those of the recurrences above.
  public let recurrentStep: @Sendable (UnsafePointer<Recurrence>) -> RecurrenceKernel

  /// `y[i] = f(x[i])`; x may be y.
  public let elementwise:
    @Sendable (_ f: Elementwise, _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ count: Int) -> Void
  /// Softmax of each row (largest value taken out first); x may be y.
  public let softmax:
    @Sendable (_ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ rows: Int, _ columns: Int) -> Void
  /// Log-softmax of each row; x may be y.
  public let logSoftmax:
    @Sendable (_ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ rows: Int, _ columns: Int) -> Void

  public let hiddenStates: @Sendable (DoubleHiddenStates) -> Void

  public let training: TrainingKernels

  public init(
    name: String, vectorWidth: Int, hasDots: Bool,
    gateWidth: @escaping @Sendable (Int, Int) -> Int,
    packedCount: @escaping @Sendable (Int, Int, Int) -> Int,
    panelCount: @escaping @Sendable (Int, Int) -> Int,
    pack: @escaping @Sendable (UnsafePointer<Float>, Int, Int, Int, Int, Int, UnsafeMutablePointer<Float>) -> Void,
    encodedBytes: @escaping @Sendable (Int, Int, Int, WeightFormat, Bool) -> Int,
    encode:
      @escaping @Sendable (UnsafePointer<Float>, Int, Int, Int, WeightFormat, Bool, UnsafeMutableRawPointer) -> Void,
    packRow: @escaping @Sendable (UnsafePointer<Float>?, Int, Int, UnsafeMutablePointer<Float>) -> Void,
    product: @escaping @Sendable (Product) -> Void,
    recurrenceScratch: @escaping @Sendable (Int, Int, Int) -> Int,
    stepsAhead: @escaping @Sendable (UnsafePointer<Recurrence>) -> Int,
    simpleRNN: @escaping RecurrenceKernel,
    lstm: @escaping RecurrenceKernel,
    gruResetAfter: @escaping RecurrenceKernel,
    gruResetBefore: @escaping RecurrenceKernel,
    recurrentStep: @escaping @Sendable (UnsafePointer<Recurrence>) -> RecurrenceKernel,
    elementwise: @escaping @Sendable (Elementwise, UnsafePointer<Float>, UnsafeMutablePointer<Float>, Int) -> Void,
    softmax: @escaping @Sendable (UnsafePointer<Float>, UnsafeMutablePointer<Float>, Int, Int) -> Void,
    logSoftmax: @escaping @Sendable (UnsafePointer<Float>, UnsafeMutablePointer<Float>, Int, Int) -> Void,
    hiddenStates: @escaping @Sendable (DoubleHiddenStates) -> Void,
    training: TrainingKernels
  ) {
    self.name = name
    self.vectorWidth = vectorWidth
    self.hasDots = hasDots
    self.gateWidth = gateWidth
    self.packedCount = packedCount
    self.panelCount = panelCount
    self.pack = pack
    self.encodedBytes = encodedBytes
    self.encode = encode
    self.packRow = packRow
    self.product = product
    self.recurrenceScratch = recurrenceScratch
    self.stepsAhead = stepsAhead
    self.simpleRNN = simpleRNN
    self.lstm = lstm
    self.gruResetAfter = gruResetAfter
    self.gruResetBefore = gruResetBefore
    self.recurrentStep = recurrentStep
    self.elementwise = elementwise
    self.softmax = softmax
    self.logSoftmax = logSoftmax
    self.hiddenStates = hiddenStates
    self.training = training
  }
}
