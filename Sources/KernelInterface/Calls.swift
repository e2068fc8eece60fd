// What the engine hands to a kernel. Counts and strides are in elements, never bytes.
//
// Letters used throughout the kernels:
//   B batch   T timesteps   F features   U units   G gates   K depth of a product   W lanes of a vector
//
// Gate layout: a row of G*U gate values is kept as ceil(U / W) blocks, each holding W units of gate 0, then the
// same W units of gate 1, ... so that one tile of a product holds every gate of its units. Units past U are zero.
// A row in gate layout has KernelSet.gateWidth(units, gates) elements. With G = 1 it is the plain row, padded.

/// How the numbers of a packed matrix are stored. All arithmetic is in float32.
public enum WeightFormat: Int, Sendable, CaseIterable {
  case float32
  case float16
  /// The upper half of a float32.
  case bfloat16
  /// Whole numbers from -127 to 127; times a scale for each column.
  case int8
}

/// Weights as the kernels of one set read them: as `KernelSet.pack` puts them, then `KernelSet.encode`.
public struct PackedMatrix: @unchecked Sendable {
  public var base: UnsafeRawPointer
  public var depth: Int
  public var units: Int
  public var gates: Int
  public var format: WeightFormat
  /// In gate layout; of `.int8` only.
  public var scales: UnsafePointer<Float>?
  /// Of `.int8`: whether they are multiplied as bytes, which `KernelSet.hasDots` allows. The left matrix is then
  /// rounded to whole numbers of 23 bits, relative to the largest of up to 512 neighbours in a row.
  public var usesDots: Bool

  public init(
    base: UnsafeRawPointer, depth: Int, units: Int, gates: Int, format: WeightFormat = .float32,
    scales: UnsafePointer<Float>? = nil, usesDots: Bool = false
  ) {
    self.base = base
    self.depth = depth
    self.units = units
    self.gates = gates
    self.format = format
    self.scales = scales
    self.usesDots = usesDots
  }
}

/// Rows of a tensor that lie in two nested strides: `groups` times `rows` of them, as (batch, timesteps) do.
/// Strides may be negative: a sequence read backwards is one whose base is its last timestep.
public struct InputRows {
  public var base: UnsafePointer<Float>
  public var groupStride: Int
  public var rowStride: Int

  public init(base: UnsafePointer<Float>, groupStride: Int = 0, rowStride: Int) {
    self.base = base
    self.groupStride = groupStride
    self.rowStride = rowStride
  }
}

/// As `InputRows`, to be written.
public struct OutputRows {
  public var base: UnsafeMutablePointer<Float>
  public var groupStride: Int
  public var rowStride: Int

  public init(base: UnsafeMutablePointer<Float>, groupStride: Int = 0, rowStride: Int) {
    self.base = base
    self.groupStride = groupStride
    self.rowStride = rowStride
  }
}

/// `output[r] = f(bias + input[r] . weights)` for groups * rows rows.
public struct Product {
  public var groups: Int
  public var rows: Int
  public var input: InputRows
  public var weights: PackedMatrix
  /// In gate layout, or nil for zeros.
  public var bias: UnsafePointer<Float>?
  public var output: OutputRows
  /// True: write all of gateWidth(units, gates); false (one gate only): write exactly `units` columns.
  public var padded: Bool
  public var activation: Elementwise
  /// Which panels of the weights are multiplied (see `KernelSet.panelCount`); nil for all.
  public var panels: Range<Int>?

  public init(
    groups: Int = 1, rows: Int, input: InputRows, weights: PackedMatrix, bias: UnsafePointer<Float>?,
    output: OutputRows, padded: Bool, activation: Elementwise = .linear
  ) {
    self.groups = groups
    self.rows = rows
    self.input = input
    self.weights = weights
    self.bias = bias
    self.output = output
    self.padded = padded
    self.activation = activation
  }
}

/// The timesteps of a recurrent layer.
///
/// Step t of row b reads `inputs.base + b * inputs.groupStride + t * inputs.rowStride`: with a `kernel` its F inputs,
/// which are multiplied by it, otherwise its input product (gate layout, bias included). It writes its hidden state to
/// `outputs.base + b * outputs.groupStride + (t % ring) * outputs.rowStride` (U plain elements, nothing past
/// them is touched). `ring` is `steps` when every step is kept and 2 when only the last one matters.
/// The hidden state before step 0 is `hidden` (row stride `hiddenStride`); it may not overlap slot 0 of the ring
/// (where ring > 1 it may be slot ring-1, with the strides of the outputs: rows go through all steps in groups).
public struct Recurrence {
  public var steps: Int
  public var batch: Int
  public var weights: PackedMatrix
  /// The weights of the inputs, in the format of `weights`; nil where `inputs` are products. The sums, and so their
  /// bits, are the same either way. Not of a GRU without reset_after.
  public var kernel: PackedMatrix?
  /// In gate layout; with a kernel only.
  public var bias: UnsafePointer<Float>?
  /// GRU without reset_after only: the candidate's recurrent weights (gates = 1), those of z and r being `weights`.
  public var candidateWeights: PackedMatrix?
  /// GRU with reset_after only: the recurrent bias in gate layout.
  public var recurrentBias: UnsafePointer<Float>?
  public var inputs: InputRows
  public var hidden: UnsafePointer<Float>
  public var hiddenStride: Int
  /// LSTM only: the cell state (B rows of U, row stride `cellStride`), updated in place.
  public var cell: UnsafeMutablePointer<Float>?
  public var cellStride: Int
  public var outputs: OutputRows
  public var ring: Int
  public var activation: Elementwise
  /// LSTM and GRU: the gates' function.
  public var recurrentActivation: Elementwise
  /// At least `KernelSet.recurrenceScratch` floats, aligned to 64 bytes.
  public var scratch: UnsafeMutablePointer<Float>
  /// Which panels of the weights are multiplied (see `KernelSet.panelCount`): other units are neither read, but for the
  /// hidden states, nor written. nil for all. Not of a GRU without reset_after.
  public var panels: Range<Int>?
  /// Whether the first step reads the last panel first; steps alternate.
  public var isDescending = false
  /// Where the steps of a row make the input products of later ones, with a `kernel`; nil for none.
  public var ahead: Ahead?

  /// The input products of R = `KernelSet.stepsAhead` timesteps are made beside the R steps before them, those of the
  /// first R when step 0 begins.
  public struct Ahead {
    /// Room for 2 R of them, in gate layout.
    public var products: UnsafeMutablePointer<Float>
    /// Of the whole run, whose steps may come in several calls, in their order.
    public var timesteps: Int
    /// Which of them is the call's first.
    public var first = 0

    public init(products: UnsafeMutablePointer<Float>, timesteps: Int) {
      self.products = products
      self.timesteps = timesteps
    }
  }

  public init(
    steps: Int, batch: Int, weights: PackedMatrix, kernel: PackedMatrix? = nil, bias: UnsafePointer<Float>? = nil,
    candidateWeights: PackedMatrix? = nil, recurrentBias: UnsafePointer<Float>? = nil, inputs: InputRows,
    hidden: UnsafePointer<Float>, hiddenStride: Int, cell: UnsafeMutablePointer<Float>? = nil, cellStride: Int = 0,
    outputs: OutputRows, ring: Int, activation: Elementwise, recurrentActivation: Elementwise = .sigmoid,
    scratch: UnsafeMutablePointer<Float>
  ) {
    self.steps = steps
    self.batch = batch
    self.weights = weights
    self.kernel = kernel
    self.bias = bias
    self.candidateWeights = candidateWeights
    self.recurrentBias = recurrentBias
    self.inputs = inputs
    self.hidden = hidden
    self.hiddenStride = hiddenStride
    self.cell = cell
    self.cellStride = cellStride
    self.outputs = outputs
    self.ring = ring
    self.activation = activation
    self.recurrentActivation = recurrentActivation
    self.scratch = scratch
  }
}

/// Runs a recurrence.
public typealias RecurrenceKernel = @Sendable (UnsafePointer<Recurrence>) -> Void

extension Product {
  /// Rows of each group from `first` on; they are written where the first ones were.
  public func rows(_ first: Int, count: Int) -> Product {
    var part = self
    part.rows = count
    part.input.base += first * input.rowStride
    return part
  }
}

extension Recurrence {
  /// The hidden states after some steps, and how far apart those of neighbouring rows lie.
  public func hidden(after steps: Int) -> (base: UnsafePointer<Float>, stride: Int) {
    if steps == 0 { return (hidden, hiddenStride) }
    return (UnsafePointer(outputs.base + (steps - 1) % ring * outputs.rowStride), outputs.groupStride)
  }

  /// The steps from `first` on, where they read their inputs at `inputs`. More than one begin at slot 0 of the ring.
  public func steps(_ first: Int, count: Int, inputs base: UnsafePointer<Float>) -> Recurrence {
    var part = self
    part.steps = count
    part.inputs.base = base
    part.outputs.base += first % ring * outputs.rowStride
    part.ring = min(ring, count)
    (part.hidden, part.hiddenStride) = hidden(after: first)
    part.isDescending = first % 2 != 0
    part.ahead?.first = first
    return part
  }
}

/// The notes' loop in Double: `h_t = tanh(Wx x_t + Wh h_(t-1) + b)` with Wx (units, inputDim), Wh (units, units).
public struct DoubleHiddenStates {
  public var timesteps: Int
  public var inputDim: Int
  public var units: Int
  public var inputs: UnsafePointer<Double>
  public var Wx: UnsafePointer<Double>
  public var Wh: UnsafePointer<Double>
  public var b: UnsafePointer<Double>
  /// nil: zeros.
  public var h0: UnsafePointer<Double>?
  public var hiddenStates: UnsafeMutablePointer<Double>

  public init(
    timesteps: Int, inputDim: Int, units: Int, inputs: UnsafePointer<Double>, Wx: UnsafePointer<Double>,
    Wh: UnsafePointer<Double>, b: UnsafePointer<Double>, h0: UnsafePointer<Double>?,
    hiddenStates: UnsafeMutablePointer<Double>
  ) {
    self.timesteps = timesteps
    self.inputDim = inputDim
    self.units = units
    self.inputs = inputs
    self.Wx = Wx
    self.Wh = Wh
    self.b = b
    self.h0 = h0
    self.hiddenStates = hiddenStates
  }
}
