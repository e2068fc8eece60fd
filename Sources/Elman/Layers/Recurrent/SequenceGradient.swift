import KernelInterface

/// One run of a recurrent layer backwards through time. All but `forward.scratch` is as the run forwards had it;
/// gradients of outputs and states lie as these do.
struct SequenceGradientCall {
  let forward: SequenceCall
  /// The gradient of step t of row b is at `base + b * groupStride + t * rowStride`, t being 0 where only the last is
  /// kept.
  let outputGradient: InputRows?
  /// (batch, size) each; nil where nothing depends on a state.
  let finalStateGradients: ArraySlice<UnsafePointer<Float>?>
  /// Written: (batch, timesteps, features).
  let inputGradient: UnsafeMutablePointer<Float>?
  /// Written, (batch, size) each.
  let initialStateGradients: ArraySlice<UnsafeMutablePointer<Float>?>
  /// Added to.
  let weightGradients: ArraySlice<UnsafeMutablePointer<Float>?>
  let scratch: UnsafeMutablePointer<Float>

  var size: SequenceSize { forward.size }

  func weightGradient(_ index: Int) -> UnsafeMutablePointer<Float>? {
    index < weightGradients.count ? weightGradients[weightGradients.startIndex + index] : nil
  }

  func finalStateGradient(_ index: Int) -> UnsafePointer<Float>? {
    index < finalStateGradients.count ? finalStateGradients[finalStateGradients.startIndex + index] : nil
  }

  func initialStateGradient(_ index: Int) -> UnsafeMutablePointer<Float>? {
    index < initialStateGradients.count ? initialStateGradients[initialStateGradients.startIndex + index] : nil
  }

  /// The gradient of what a row put out at a step.
  func outputGradient(_ row: Int, _ step: Int) -> UnsafePointer<Float>? {
    guard let rows = outputGradient, forward.keepsSequence || step == size.timesteps - 1 else { return nil }
    return rows.base + row * rows.groupStride + (forward.keepsSequence ? step : 0) * rows.rowStride
  }
}

/// A gated cell's weights the other way round, by which gradients are multiplied.
final class TransposedCell: Sendable {
  /// (gates * units) rows, as many columns as features.
  let kernel: PackedWeights
  /// All gates; of a GRU without reset_after z and r.
  let recurrentKernel: PackedWeights
  /// GRU without reset_after only.
  let candidateKernel: PackedWeights?

  init(kernel: PackedWeights, recurrentKernel: PackedWeights, candidateKernel: PackedWeights? = nil) {
    (self.kernel, self.recurrentKernel, self.candidateKernel) = (kernel, recurrentKernel, candidateKernel)
  }
}

/// What a cell needs to go one step back, for some rows.
struct BackwardStep {
  let cell: GatedCell
  let transposed: TransposedCell
  var gradient: CellGradient

  /// The gradient of r h of a GRU without reset_after: that of its candidate by the candidate's weights.
  func multiplyCandidate(into result: UnsafeMutablePointer<Float>) {
    guard let weights = transposed.candidateKernel else { return }
    multiply(UnsafePointer(gradient.sums.base) + 2 * cell.units, gradient.sums.rowStride, weights, into: result)
  }

  /// The gradient of the hidden state that comes through its product.
  func multiplySums(into result: UnsafeMutablePointer<Float>) {
    let sums = gradient.recurrentSums ?? gradient.sums
    multiply(UnsafePointer(sums.base), sums.rowStride, transposed.recurrentKernel, into: result)
  }

  private func multiply(
    _ left: UnsafePointer<Float>, _ stride: Int, _ weights: PackedWeights, into result: UnsafeMutablePointer<Float>
  ) {
    cell.kernels.product(
      Product(
        rows: gradient.rows, input: InputRows(base: left, rowStride: stride), weights: weights.matrix, bias: nil,
        output: OutputRows(base: result, rowStride: cell.units), padded: false))
  }
}

/// The memory of a run backwards. B batch, T timesteps, U units, G gates.
struct GradientMemory {
  /// (B, T, gate layout): the inputs' part of the sums, and the hidden states'.
  let inputs: UnsafeMutablePointer<Float>
  let recurrent: UnsafeMutablePointer<Float>
  /// GRU without reset_after: (B, T, U) r h, and its product in gate layout.
  let resetStates: UnsafeMutablePointer<Float>
  let candidate: UnsafeMutablePointer<Float>
  /// (B, T, G U): the gradients of the sums, and those of the recurrent ones where they differ.
  let sums: UnsafeMutablePointer<Float>
  let recurrentSums: UnsafeMutablePointer<Float>
  /// (B, U) each: the gradient of the hidden state after a step, its parts from the step behind it, that of the cell
  /// state, what masked outputs hand on, and what a masked step leaves as it is.
  let gradient: UnsafeMutablePointer<Float>
  let direct: UnsafeMutablePointer<Float>
  let product: UnsafeMutablePointer<Float>
  let cellGradient: UnsafeMutablePointer<Float>
  let carried: UnsafeMutablePointer<Float>
  let saved: UnsafeMutablePointer<Float>
  /// For the products of weight gradients.
  let scratch: UnsafeMutablePointer<Float>

  init(_ space: inout ScratchSpace, _ cell: GatedCell, _ size: SequenceSize, threads: Int) {
    let (steps, states) = ((size.batch, size.timesteps), (size.batch, cell.units))
    inputs = space.take(steps.0, steps.1, cell.gateWidth)
    recurrent = space.take(steps.0, steps.1, cell.gateWidth)
    let candidates = cell.hasCandidateProduct ? steps.0 : 0
    resetStates = space.take(candidates, steps.1, cell.units)
    candidate = space.take(candidates, steps.1, cell.kernels.gateWidth(cell.units, 1))
    sums = space.take(steps.0, steps.1, cell.gates, cell.units)
    recurrentSums = space.take(cell.hasRecurrentSums ? steps.0 : 0, steps.1, cell.gates, cell.units)
    gradient = space.take(states.0, states.1)
    direct = space.take(states.0, states.1)
    product = space.take(states.0, states.1)
    cellGradient = space.take(states.0, states.1)
    carried = space.take(states.0, states.1)
    saved = space.take(states.0, states.1)
    scratch = space.take(
      GradientProducts.scratchCount(depth: max(size.features, cell.units), threads: threads, cell.kernels))
  }
}

/// Goes back through all timesteps of a gated cell: the gates once more from the kept states, the gradients of their
/// sums from the last step to the first, and the gradients of weights and inputs from these at once.
struct SequenceGradient {
  let call: SequenceGradientCall
  let packed: PackedCell
  let transposed: TransposedCell
  let memory: GradientMemory
  /// The states before the first step, then those after each: see `SequenceCall.kept`.
  let kept: UnsafeMutablePointer<Float>

  private var cell: GatedCell { packed.cell }
  private var units: Int { cell.units }
  private var timesteps: Int { call.size.timesteps }
  private var stateWidth: Int { cell.stateSizes.reduce(0, +) }
  private var sumWidth: Int { cell.gates * units }
  private var threads: Int { call.forward.threads }

  func run() {
    let operations = 3 * Double(timesteps) * Double(call.size.features + units) * Double(sumWidth)
    let parts = Threads.parts(rows: call.size.batch, operationsPerRow: operations, threads: threads)
    Threads.run(parts: parts, RowParts(gradient: self, count: parts))
    addWeightGradients()
  }

  private struct RowParts: SharedWork {
    let gradient: SequenceGradient
    let count: Int

    func callAsFunction(stage: Int, part: Int) {
      gradient.runRows(Threads.share(part, of: gradient.call.size.batch, parts: count))
    }
  }

  private func runRows(_ rows: Range<Int>) {
    makeSums(rows)
    begin(rows)
    for step in (0..<timesteps).reversed() { run(step, rows) }
    end(rows)
    makeInputGradient(rows)
  }

  // MARK: The gates again

  /// The layer's inputs in the order of the steps.
  private func inputs(_ row: Int) -> InputRows {
    let (features, groupStride) = (call.size.features, timesteps * call.size.features)
    return InputRows(
      base: call.forward.input + row * groupStride + call.forward.timestep(0) * features, groupStride: groupStride,
      rowStride: call.forward.reversed ? -features : features)
  }

  /// The hidden states before each step.
  private func hidden(_ row: Int) -> InputRows {
    let groupStride = (timesteps + 1) * stateWidth
    return InputRows(base: kept + row * groupStride, groupStride: groupStride, rowStride: stateWidth)
  }

  private func multiply(
    _ rows: Range<Int>, _ input: InputRows, _ weights: PackedWeights, bias: FloatBuffer?,
    into result: UnsafeMutablePointer<Float>
  ) {
    let width = cell.kernels.gateWidth(weights.units, weights.gates)
    cell.kernels.product(
      Product(
        groups: rows.count, rows: timesteps, input: input, weights: weights.matrix,
        bias: bias.map { UnsafePointer($0.base) },
        output: OutputRows(
          base: result + rows.lowerBound * timesteps * width, groupStride: timesteps * width, rowStride: width),
        padded: true))
  }

  private func makeSums(_ rows: Range<Int>) {
    multiply(rows, inputs(rows.lowerBound), packed.kernel, bias: packed.bias, into: memory.inputs)
    multiply(rows, hidden(rows.lowerBound), packed.recurrentKernel, bias: packed.recurrentBias, into: memory.recurrent)
    guard let candidate = packed.candidateKernel else { return }
    // All steps of a row are neighbours here.
    for row in rows {
      var gradient = cellGradient(0, row..<row + 1)
      (gradient.rows, gradient.inputs.rowStride) = (timesteps, cell.gateWidth)
      gradient.recurrent.rowStride = recurrentWidth
      gradient.hidden.rowStride = stateWidth
      gradient.direct = memory.resetStates + row * timesteps * units
      cell.kernels.training.gruResetStates(gradient)
    }
    multiply(
      rows,
      InputRows(
        base: memory.resetStates + rows.lowerBound * timesteps * units, groupStride: timesteps * units, rowStride: units
      ),
      candidate, bias: nil, into: memory.candidate)
  }

  private var recurrentWidth: Int { cell.kernels.gateWidth(units, packed.recurrentKernel.gates) }

  // MARK: Back through the steps

  private func begin(_ rows: Range<Int>) {
    let (first, count) = (rows.lowerBound * units, rows.count * units)
    for array in [memory.product, memory.carried] { (array + first).update(repeating: 0, count: count) }
    for (index, array) in [memory.direct, memory.cellGradient].enumerated() {
      if let given = call.finalStateGradient(index), index < cell.stateSizes.count {
        (array + first).update(from: given + first, count: count)
      } else {
        (array + first).update(repeating: 0, count: count)
      }
    }
  }

  private func end(_ rows: Range<Int>) {
    let (first, count) = (rows.lowerBound * units, rows.count * units)
    if let hidden = call.initialStateGradient(0) {
      for index in first..<first + count { hidden[index] = memory.direct[index] + memory.product[index] }
    }
    if cell.stateSizes.count > 1, let cell = call.initialStateGradient(1) {
      (cell + first).update(from: memory.cellGradient + first, count: count)
    }
  }

  /// What a cell's step reads and writes.
  private func cellGradient(_ step: Int, _ rows: Range<Int>) -> CellGradient {
    let (row, functions) = (rows.lowerBound, cell.elementwise)
    func place(_ width: Int) -> Int { (row * timesteps + step) * width }
    func inputs(_ base: UnsafeMutablePointer<Float>, _ width: Int) -> InputRows {
      InputRows(base: base + place(width), rowStride: timesteps * width)
    }
    func sums(_ base: UnsafeMutablePointer<Float>) -> OutputRows {
      OutputRows(base: base + place(sumWidth), rowStride: timesteps * sumWidth)
    }
    let state = kept + (row * (timesteps + 1) + step) * stateWidth
    var gradient = CellGradient(
      rows: rows.count, units: units, inputs: inputs(memory.inputs, cell.gateWidth),
      recurrent: inputs(memory.recurrent, recurrentWidth),
      hidden: InputRows(base: state, rowStride: (timesteps + 1) * stateWidth), gradient: memory.gradient + row * units,
      sums: sums(memory.sums), activation: functions?.activation ?? .linear,
      recurrentActivation: functions?.recurrentActivation ?? .linear)
    if cell.hasCandidateProduct { gradient.candidate = inputs(memory.candidate, cell.kernels.gateWidth(units, 1)) }
    if cell.hasRecurrentSums { gradient.recurrentSums = sums(memory.recurrentSums) }
    if cell.stateSizes.count > 1 {
      gradient.cell = UnsafePointer(state + units)
      gradient.nextCell = UnsafePointer(state + units + stateWidth)
    }
    gradient.cellGradient = memory.cellGradient + row * units
    gradient.direct = memory.direct + row * units
    return gradient
  }

  private func run(_ step: Int, _ rows: Range<Int>) {
    let isMasked = call.forward.mask != nil
    for row in rows { gather(step, row) }
    if isMasked {
      let first = rows.lowerBound * units
      (memory.saved + first).update(from: memory.cellGradient + first, count: rows.count * units)
    }
    let back = BackwardStep(cell: cell, transposed: transposed, gradient: cellGradient(step, rows))
    cell.runBackward(back)
    if isMasked { for row in rows where call.forward.isMasked(row, step) { revert(step, row) } }
    back.multiplySums(into: memory.product + rows.lowerBound * units)
  }

  /// The gradient of a row's hidden state after a step. A masked step repeats the output before it, or puts out zeros.
  private func gather(_ step: Int, _ row: Int) {
    let first = row * units
    let (gradient, direct, product) = (memory.gradient + first, memory.direct + first, memory.product + first)
    let (given, carried) = (call.outputGradient(row, step), memory.carried + first)
    for unit in 0..<units { gradient[unit] = direct[unit] + product[unit] }
    // Only a GRU's step writes it.
    direct.update(repeating: 0, count: units)
    if call.forward.isMasked(row, step) {
      guard let given, !call.forward.zeroOutputForMask else { return }
      for unit in 0..<units { carried[unit] += given[unit] }
      return
    }
    if let given { for unit in 0..<units { gradient[unit] += given[unit] } }
    if call.forward.mask == nil { return }
    for unit in 0..<units { gradient[unit] += carried[unit] }
    carried.update(repeating: 0, count: units)
  }

  /// Lets a row's gradients pass a masked step.
  private func revert(_ step: Int, _ row: Int) {
    let (first, sums) = (row * units, (row * timesteps + step) * sumWidth)
    (memory.sums + sums).update(repeating: 0, count: sumWidth)
    if cell.hasRecurrentSums { (memory.recurrentSums + sums).update(repeating: 0, count: sumWidth) }
    (memory.direct + first).update(from: memory.gradient + first, count: units)
    (memory.cellGradient + first).update(from: memory.saved + first, count: units)
  }

  // MARK: Products over all timesteps

  private func makeInputGradient(_ rows: Range<Int>) {
    guard let inputGradient = call.inputGradient else { return }
    let inputs = inputs(rows.lowerBound)
    let base = inputGradient + (inputs.base - call.forward.input)
    cell.kernels.product(
      Product(
        groups: rows.count, rows: timesteps, input: stepRows(memory.sums, from: rows.lowerBound),
        weights: transposed.kernel.matrix,
        bias: nil, output: OutputRows(base: base, groupStride: inputs.groupStride, rowStride: inputs.rowStride),
        padded: false))
  }

  private func stepRows(_ sums: UnsafeMutablePointer<Float>, from row: Int = 0) -> InputRows {
    InputRows(base: sums + row * timesteps * sumWidth, groupStride: timesteps * sumWidth, rowStride: sumWidth)
  }

  private func addWeightGradients() {
    let recurrentSums = cell.hasRecurrentSums ? memory.recurrentSums : memory.sums
    add(inputs(0), depth: call.size.features, memory.sums, 0..<sumWidth, to: call.weightGradient(0))
    if cell.hasCandidateProduct {
      let states = InputRows(base: memory.resetStates, groupStride: timesteps * units, rowStride: units)
      add(hidden(0), depth: units, memory.sums, 0..<2 * units, to: call.weightGradient(1))
      add(states, depth: units, memory.sums, 2 * units..<3 * units, to: call.weightGradient(1))
    } else {
      add(hidden(0), depth: units, recurrentSums, 0..<sumWidth, to: call.weightGradient(1))
    }
    guard let bias = call.weightGradient(2) else { return }
    let count = call.size.batch * timesteps
    GradientProducts.addRows(memory.sums, count: count, columns: sumWidth, to: bias)
    if cell.hasRecurrentSums {
      GradientProducts.addRows(memory.recurrentSums, count: count, columns: sumWidth, to: bias + sumWidth)
    }
  }

  /// Adds some columns of a weight's gradient.
  private func add(
    _ left: InputRows, depth: Int, _ sums: UnsafeMutablePointer<Float>, _ columns: Range<Int>,
    to gradient: UnsafeMutablePointer<Float>?
  ) {
    guard let gradient else { return }
    let product = TransposedProduct(
      groups: call.size.batch, rows: timesteps, left: left, depth: depth, right: stepRows(sums), columns: sumWidth,
      output: gradient,
      outputStride: sumWidth, scratch: memory.scratch)
    GradientProducts.add(product.columns(columns, scratch: memory.scratch), threads: threads, cell.kernels)
  }
}
