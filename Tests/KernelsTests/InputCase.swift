import KernelInterface

/// A layer whose inputs the recurrence multiplies itself, against the same with products that were made before, and as
/// a stream.
struct InputCase {
  let gates: Int
  let batch: Int
  let steps: Int
  let features: Int
  let units: Int
  let format: WeightFormat
  let kernels: KernelSet
  private let kernel: Packed
  private let recurrent: Packed
  private let bias: Guarded
  private let recurrentBias: Guarded
  private let inputs: Guarded
  private let scratch: Guarded

  init(
    _ kernels: KernelSet, gates: Int, batch: Int, steps: Int = 3, features: Int, units: Int,
    format: WeightFormat = .float32,
    usesDots: Bool = false
  ) {
    (self.kernels, self.gates, self.batch, self.steps, self.features, self.units) = (
      kernels, gates, batch, steps, features, units
    )
    self.format = format
    var values = Values(UInt64(gates + 10 * batch + 1000 * features + 100_000 * units))
    func packed(_ depth: Int) -> Packed {
      let scales = values.array(gates * units).map { (2 + $0) / 500 }
      let weights = values.array(depth * gates * units, scale: 1 / Double(depth).squareRoot()).map { format.sample($0) }
      return Packed(
        kernels, weights, depth: depth, units: units, gates: gates, format: format, usesDots: usesDots, scales: scales)
    }
    kernel = packed(features)
    recurrent = packed(units)
    bias = Guarded(kernels.gateLayout(values.array(gates * units), units: units, gates: gates))
    recurrentBias = Guarded(kernels.gateLayout(values.array(gates * units), units: units, gates: gates))
    inputs = Guarded(values.array(batch * steps * features), offset: 1)
    scratch = Guarded(kernels.recurrenceScratch(batch, units, gates))
  }

  private func run(_ call: UnsafePointer<Recurrence>) {
    switch gates {
    case 1: kernels.simpleRNN(call)
    case 3: kernels.gruResetAfter(call)
    default: kernels.lstm(call)
    }
  }

  /// All steps from states of zeros, whose inputs are products until a kernel is given.
  private func recurrence(_ inputs: InputRows, _ zeros: Guarded, _ cells: Guarded, _ outputs: Guarded) -> Recurrence {
    Recurrence(
      steps: steps, batch: batch, weights: recurrent.matrix, recurrentBias: UnsafePointer(recurrentBias.base),
      inputs: inputs,
      hidden: zeros.base, hiddenStride: units, cell: cells.base, cellStride: units,
      outputs: OutputRows(base: outputs.base, groupStride: steps * units, rowStride: units), ring: steps,
      activation: .tanh,
      scratch: scratch.base)
  }

  /// (batch, steps, units), step by step and in two shares of the panels where asked.
  func outputs(multiplyingInputs: Bool, sharesUnits: Bool = false) -> [Float] {
    let width = kernels.gateWidth(units, gates)
    let rows = InputRows(base: inputs.base, groupStride: steps * features, rowStride: features)
    let products = Guarded(batch * steps * width)
    let (zeros, cells) = (
      Guarded([Float](repeating: 0, count: batch * units)), Guarded([Float](repeating: 0, count: batch * units))
    )
    let outputs = Guarded(batch * steps * units, offset: 3)
    var call = recurrence(rows, zeros, cells, outputs)
    if multiplyingInputs {
      (call.kernel, call.bias) = (kernel.matrix, UnsafePointer(bias.base))
    } else {
      let output = OutputRows(base: products.base, groupStride: steps * width, rowStride: width)
      kernels.product(
        Product(
          groups: batch, rows: steps, input: rows, weights: kernel.matrix, bias: bias.base, output: output, padded: true
        ))
      call.inputs = InputRows(base: products.base, groupStride: steps * width, rowStride: width)
    }
    if sharesUnits { runInShares(call) } else { run(&call) }
    expectGuards(outputs, cells, scratch, products)
    return outputs.values
  }

  private func runInShares(_ whole: Recurrence) {
    let panels = kernels.panelCount(units, gates)
    for step in 0..<steps {
      var call = whole.steps(step, count: 1, inputs: whole.inputs.base + step * whole.inputs.rowStride)
      for share in [0..<panels / 2, panels / 2..<panels] where !share.isEmpty {
        call.panels = share
        run(&call)
      }
    }
  }

  /// How many timesteps' inputs the only row multiplies beside earlier steps.
  var stepsAhead: Int {
    let states = Guarded(units)
    var call = recurrence(InputRows(base: inputs.base, rowStride: features), states, states, states)
    call.kernel = kernel.matrix
    return kernels.stepsAhead(&call)
  }

  /// (steps, units) of the only row, whose input products are made beside the steps before them, by single steps or not
  /// and panel by panel or not.
  func outputsAhead(bySteps: Bool, byPanels: Bool) -> [Float] {
    let products = Guarded(2 * stepsAhead * kernels.gateWidth(units, gates))
    let (zeros, cells) = (Guarded([Float](repeating: 0, count: units)), Guarded([Float](repeating: 0, count: units)))
    let outputs = Guarded(steps * units, offset: 3)
    var whole = recurrence(InputRows(base: inputs.base, rowStride: features), zeros, cells, outputs)
    (whole.kernel, whole.bias) = (kernel.matrix, UnsafePointer(bias.base))
    whole.ahead = Recurrence.Ahead(products: products.base, timesteps: steps)
    for step in stride(from: 0, to: steps, by: bySteps ? 1 : steps) {
      var call = whole.steps(step, count: bySteps ? 1 : steps, inputs: UnsafePointer(inputs.base + step * features))
      for panel in 0..<(byPanels ? kernels.panelCount(units, gates) : 1) {
        if byPanels { call.panels = panel..<panel + 1 }
        run(&call)
      }
    }
    expectGuards(outputs, cells, scratch, products)
    return outputs.values
  }

  /// (steps, units) of the first row, step by step.
  func streamed() -> [Float] {
    let padded = (units + 15) / 16 * 16
    func zeros() -> Guarded { Guarded([Float](repeating: 0, count: padded)) }
    let (hidden, cell, output) = (zeros(), zeros(), zeros())
    var call = Recurrence(
      steps: 1, batch: 1, weights: recurrent.matrix, recurrentBias: UnsafePointer(recurrentBias.base),
      inputs: InputRows(base: inputs.base, rowStride: 0), hidden: hidden.base, hiddenStride: 0, cell: cell.base,
      outputs: OutputRows(base: output.base, rowStride: 0), ring: 1, activation: .tanh, scratch: scratch.base)
    (call.kernel, call.bias) = (kernel.matrix, UnsafePointer(bias.base))
    let step = kernels.recurrentStep(&call)
    var states: [Float] = []
    for t in 0..<steps {
      call.inputs.base = UnsafePointer(inputs.base + t * features)
      step(&call)
      expect(hidden.values == output.values, "the hidden state takes the place of the old one")
      states += output.values.prefix(units)
      call.isDescending.toggle()
    }
    expectGuards(hidden, cell, output)
    return states
  }
}
