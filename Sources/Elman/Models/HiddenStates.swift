import KernelInterface

/// The loop of the notes: every hidden state of `h_t = tanh(Wx x_t + Wh h_(t-1) + b)`.
///
/// Wx is (units, inputDim) and Wh (units, units), the transposes of Keras's kernel and recurrent_kernel.
public struct HiddenStates {
  public let timesteps: Int
  public let inputDim: Int
  public let units: Int

  /// An error where an array of these sizes is beyond memory, or where there is nothing to compute with.
  public init(timesteps: Int, inputDim: Int, units: Int) throws(ElmanError) {
    for (name, size) in [("input_dim", inputDim), ("units", units)] where size < 1 {
      throw ElmanError(.invalidArgument, "\(name) must be at least 1. Received: \(name)=\(size)")
    }
    guard timesteps >= 0 else {
      throw ElmanError(.invalidArgument, "timesteps must not be negative. Received: \(timesteps)")
    }
    for shape in [[timesteps, inputDim], [timesteps, units], [units, inputDim], [units, units]] {
      _ = try elementCount(shape + [2])
    }
    self.timesteps = timesteps
    self.inputDim = inputDim
    self.units = units
  }

  /// In Double: inputs (timesteps, inputDim), b (units), h0 (units) or nil for zeros; result (timesteps, units).
  public func compute(
    inputs: UnsafePointer<Double>, Wx: UnsafePointer<Double>, Wh: UnsafePointer<Double>, b: UnsafePointer<Double>,
    h0: UnsafePointer<Double>?, into hiddenStates: UnsafeMutablePointer<Double>
  ) {
    KernelSet.selected.hiddenStates(
      DoubleHiddenStates(
        timesteps: timesteps, inputDim: inputDim, units: units, inputs: inputs, Wx: Wx, Wh: Wh, b: b, h0: h0,
        hiddenStates: hiddenStates))
  }

  /// In Float, by the kernels of SimpleRNN.
  public func compute(
    inputs: UnsafePointer<Float>, Wx: UnsafePointer<Float>, Wh: UnsafePointer<Float>, b: UnsafePointer<Float>,
    h0: UnsafePointer<Float>?, into hiddenStates: UnsafeMutablePointer<Float>
  ) throws(ElmanError) {
    guard timesteps > 0 else { return }
    let kernels = KernelSet.fitting(units: units)
    func packed(_ weights: UnsafePointer<Float>, depth: Int) throws(ElmanError) -> PackedWeights {
      try PackedWeights(weights, depth: depth, units: units, isTransposed: true, kernels: kernels)
    }
    let (kernel, recurrentKernel) = (try packed(Wx, depth: inputDim), try packed(Wh, depth: units))
    let bias = try PackedWeights.row(b, units: units, kernels: kernels)
    let zeros = try FloatBuffer(count: units)
    let scratch = try FloatBuffer(count: kernels.recurrenceScratch(1, units, 1))
    var recurrence = Recurrence(
      steps: timesteps, batch: 1, weights: recurrentKernel.matrix, kernel: kernel.matrix,
      bias: UnsafePointer(bias.base),
      inputs: InputRows(base: inputs, rowStride: inputDim), hidden: h0 ?? UnsafePointer(zeros.base),
      hiddenStride: units, outputs: OutputRows(base: hiddenStates, rowStride: units), ring: timesteps,
      activation: .tanh,
      scratch: scratch.base)
    kernels.simpleRNN(&recurrence)
  }
}
