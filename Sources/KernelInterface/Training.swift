// What training hands to the kernels, beside the forward products.

/// `output[k][n] += left[0][k] right[0][n] + left[1][k] right[1][n] + ...`: the transpose of the left matrix times the
/// right one, added to what is there. With inputs on the left and the gradients of their products on the right, it is
/// the gradient of weights.
///
/// Each element is summed over the rows in their order, group by group, whatever the other sizes are: threads may share
/// the columns.
public struct TransposedProduct {
  public var groups: Int
  /// Of each group.
  public var rows: Int
  public var left: InputRows
  /// Columns of the left matrix, rows of the output.
  public var depth: Int
  public var right: InputRows
  /// Columns of the right matrix and of the output.
  public var columns: Int
  public var output: UnsafeMutablePointer<Float>
  public var outputStride: Int
  /// At least `TrainingKernels.transposedScratch` floats, aligned to 64 bytes.
  public var scratch: UnsafeMutablePointer<Float>

  public init(
    groups: Int = 1, rows: Int, left: InputRows, depth: Int, right: InputRows, columns: Int,
    output: UnsafeMutablePointer<Float>, outputStride: Int, scratch: UnsafeMutablePointer<Float>
  ) {
    self.groups = groups
    self.rows = rows
    self.left = left
    self.depth = depth
    self.right = right
    self.columns = columns
    self.output = output
    self.outputStride = outputStride
    self.scratch = scratch
  }

  /// Some columns of it.
  public func columns(_ range: Range<Int>, scratch: UnsafeMutablePointer<Float>) -> TransposedProduct {
    var part = self
    part.right.base += range.lowerBound
    part.output += range.lowerBound
    part.columns = range.count
    part.scratch = scratch
    return part
  }
}

/// One timestep of a recurrent cell backwards, for `rows` rows. All of it lies in rows of the batch.
public struct CellGradient {
  public var rows: Int
  public var units: Int
  /// The input's part of the sums before the functions, in gate layout, the bias included.
  public var inputs: InputRows
  /// The hidden state's part of them; of a GRU without reset_after the gates z and r alone.
  public var recurrent: InputRows
  /// GRU without reset_after only: the product of the candidate.
  public var candidate: InputRows?
  /// The hidden state before the step.
  public var hidden: InputRows
  /// LSTM only: the cell state before the step and after it.
  public var cell: UnsafePointer<Float>?
  public var nextCell: UnsafePointer<Float>?
  public var cellStride: Int
  /// (rows, units): the gradient of the hidden state after the step.
  public var gradient: UnsafePointer<Float>
  /// (rows, units), LSTM only: the gradient of the cell state after the step, which becomes that before it.
  public var cellGradient: UnsafeMutablePointer<Float>?
  /// (rows, units), GRU only: written, the gradient of the hidden state before the step that does not come through the
  /// products.
  public var direct: UnsafeMutablePointer<Float>?
  /// Written: the gradients of the sums, plain rows of `gates * units`.
  public var sums: OutputRows
  /// GRU with reset_after only: those of the recurrent sums.
  public var recurrentSums: OutputRows?
  public var activation: Elementwise
  public var recurrentActivation: Elementwise

  public init(
    rows: Int, units: Int, inputs: InputRows, recurrent: InputRows, hidden: InputRows, gradient: UnsafePointer<Float>,
    sums: OutputRows, activation: Elementwise, recurrentActivation: Elementwise
  ) {
    self.rows = rows
    self.units = units
    self.inputs = inputs
    self.recurrent = recurrent
    self.hidden = hidden
    cellStride = hidden.rowStride
    self.gradient = gradient
    self.sums = sums
    self.activation = activation
    self.recurrentActivation = recurrentActivation
  }
}

public typealias CellGradientKernel = @Sendable (CellGradient) -> Void

extension Elementwise {
  /// Whether the derivative follows from the function's value, so that its argument need not be kept.
  public var hasSlopeOfValue: Bool {
    switch function {
    case .linear, .tanh, .sigmoid: true
    case .relu: a >= 0 && c == 0
    default: false
    }
  }
}

/// The kernels that only training needs; see `KernelSet` for what they promise.
public struct TrainingKernels: Sendable {
  public let transposedProduct: @Sendable (TransposedProduct) -> Void
  /// Scratch floats that a transposed product needs for a depth.
  public let transposedScratch: @Sendable (_ depth: Int) -> Int
  /// Columns that one tile of a transposed product has: parts of a multiple of it waste nothing.
  public let transposedColumns: Int
  /// `inputGradient[i] = gradient[i] f'(x[i])`. `values` are x or, where `areOutputs` (see
  /// `Elementwise.hasSlopeOfValue`), f(x). Arrays may be the same.
  public let elementwiseGradient:
    @Sendable (
      _ f: Elementwise, _ values: UnsafePointer<Float>, _ areOutputs: Bool, _ gradient: UnsafePointer<Float>,
      _ inputGradient: UnsafeMutablePointer<Float>, _ count: Int
    ) -> Void
  public let simpleRNN: CellGradientKernel
  public let lstm: CellGradientKernel
  /// With reset_after.
  public let gru: CellGradientKernel
  /// GRU without reset_after: `direct = r h`.
  public let gruResetStates: CellGradientKernel
  /// GRU without reset_after: the candidate's column of `sums`.
  public let gruCandidate: CellGradientKernel
  /// GRU without reset_after: the columns of z and r, where `direct` holds the gradient of `r h`.
  public let gruGates: CellGradientKernel

  public init(
    transposedProduct: @escaping @Sendable (TransposedProduct) -> Void,
    transposedScratch: @escaping @Sendable (Int) -> Int,
    transposedColumns: Int,
    elementwiseGradient:
      @escaping @Sendable (
        Elementwise, UnsafePointer<Float>, Bool, UnsafePointer<Float>, UnsafeMutablePointer<Float>, Int
      ) -> Void,
    simpleRNN: @escaping CellGradientKernel, lstm: @escaping CellGradientKernel, gru: @escaping CellGradientKernel,
    gruResetStates: @escaping CellGradientKernel, gruCandidate: @escaping CellGradientKernel,
    gruGates: @escaping CellGradientKernel
  ) {
    self.transposedProduct = transposedProduct
    self.transposedScratch = transposedScratch
    self.transposedColumns = transposedColumns
    self.elementwiseGradient = elementwiseGradient
    self.simpleRNN = simpleRNN
    self.lstm = lstm
    self.gru = gru
    self.gruResetStates = gruResetStates
    self.gruCandidate = gruCandidate
    self.gruGates = gruGates
  }
}
