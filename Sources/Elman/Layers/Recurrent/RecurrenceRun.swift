import KernelInterface

/// Memory of one thread's rows in one run.
struct RecurrenceScratch {
  /// Timesteps whose input products are made at once.
  let block: Int
  /// (rows, block, gateWidth): the input products.
  let inputs: UnsafeMutablePointer<Float>
  /// Two slots of (rows, units): the last two hidden states, where the output does not hold them.
  let ring: UnsafeMutablePointer<Float>
  /// (rows, units): zeros, or the hidden state that masked rows go back to.
  let hidden: UnsafeMutablePointer<Float>
  /// (rows, units) for each state after the first.
  let cell: UnsafeMutablePointer<Float>
  let savedCell: UnsafeMutablePointer<Float>
  let kernel: UnsafeMutablePointer<Float>
  let unfused: UnfusedScratch

  init(_ space: inout ScratchSpace, _ fused: FusedCell, rows: Int, timesteps: Int) {
    let kernels = KernelSet.selected
    let width = kernels.gateWidth(fused.units, fused.gates)
    let cells = fused.stateSizes.count - 1
    block = Self.block(rows: rows, timesteps: timesteps, width: width)
    inputs = space.take(rows, block, width)
    ring = space.take(2, rows, fused.units)
    hidden = space.take(rows, fused.units)
    cell = space.take(cells, rows, fused.units)
    savedCell = space.take(cells, rows, fused.units)
    kernel = space.take(kernels.recurrenceScratch(rows, fused.units, fused.gates))
    unfused = UnfusedScratch(&space, fused, rows: rows)
  }

  /// As many timesteps as keep the input products in the L2 cache, but enough rows that the weights are worth
  /// reading; an even number, so that a block ends in the second slot of the ring.
  private static func block(rows: Int, timesteps: Int, width: Int) -> Int {
    let inCache = floatsInCache / max(1, rows * width)
    let worthReading = rowsWorthReading / max(1, rows)
    let block = min(max(inCache, worthReading, 1), max(timesteps, 1))
    return block + block % 2
  }

  private static let floatsInCache = 98_304
  private static let rowsWorthReading = 192
}

/// The timesteps of one thread's rows.
struct RecurrenceRun {
  let packed: PackedRecurrence
  let call: SequenceCall
  let rows: Range<Int>
  let scratch: RecurrenceScratch

  private var kernels: KernelSet { .selected }
  private var cell: FusedCell { packed.cell }
  private var units: Int { packed.cell.units }
  private var keepsSequence: Bool { call.keepsSequence }
  private var hasCellState: Bool { packed.cell.kind == .lstm }
  private var first: Int { rows.lowerBound }

  func run() {
    var hidden = initialHidden()
    loadCells()
    keepInitialStates()
    let needsSingleSteps = call.mask != nil || call.kept != nil || !cell.isFused
    for start in stride(from: 0, to: call.size.timesteps, by: scratch.block) {
      let steps = min(scratch.block, call.size.timesteps - start)
      multiplyInputs(start: start, steps: steps)
      hidden = needsSingleSteps ? runSingly(start: start, steps: steps, from: hidden) : runBlock(start: start, steps: steps, from: hidden)
    }
    keepLast(hidden)
  }

  // MARK: Beginning and end

  private struct Hidden {
    var base: UnsafePointer<Float>
    var stride: Int
  }

  /// The first state of these rows, zeros where there is none.
  private func initialHidden() -> Hidden {
    if let given = call.initialState(0) { return Hidden(base: given + first * units, stride: units) }
    scratch.hidden.update(repeating: 0, count: rows.count * units)
    return Hidden(base: scratch.hidden, stride: units)
  }

  private func loadCells() {
    guard hasCellState else { return }
    if let given = call.initialState(1) {
      scratch.cell.update(from: given + first * units, count: rows.count * units)
    } else {
      scratch.cell.update(repeating: 0, count: rows.count * units)
    }
  }

  /// Puts the last states where they were asked for, and the last output where only it is kept.
  private func keepLast(_ hidden: Hidden) {
    keepStates(hidden, in: call.finalStates)
    keepStates(hidden, in: call.carriedStates)
    if !keepsSequence && call.mask == nil {
      for row in 0..<rows.count { call.output(first + row, 0).update(from: hidden.base + row * hidden.stride, count: units) }
    }
  }

  private func keepStates(_ hidden: Hidden, in states: ArraySlice<UnsafeMutablePointer<Float>>) {
    guard let hiddenStates = states.first else { return }
    for row in 0..<rows.count {
      (hiddenStates + (first + row) * units).update(from: hidden.base + row * hidden.stride, count: units)
    }
    if hasCellState { (states[states.startIndex + 1] + first * units).update(from: scratch.cell, count: rows.count * units) }
  }

  // MARK: Blocks of timesteps

  private func multiplyInputs(start: Int, steps: Int) {
    let rowStride = call.size.features
    let groupStride = call.size.timesteps * rowStride
    let width = kernels.gateWidth(units, cell.gates)
    kernels.product(
      Product(
        groups: rows.count, rows: steps,
        input: InputRows(
          base: call.input + first * groupStride + call.timestep(start) * rowStride, groupStride: groupStride,
          rowStride: call.reversed ? -rowStride : rowStride),
        weights: packed.kernel.matrix, bias: packed.bias.base,
        output: OutputRows(base: scratch.inputs, groupStride: steps * width, rowStride: width), padded: true))
  }

  private func recurrence(
    steps: Int, inputStep: Int, blockSteps: Int, from hidden: Hidden, into outputs: OutputRows, ring: Int
  ) -> Recurrence {
    let width = kernels.gateWidth(units, cell.gates)
    return Recurrence(
      steps: steps, batch: rows.count, weights: packed.recurrentKernel.matrix, candidateWeights: packed.candidateKernel?.matrix,
      recurrentBias: packed.recurrentBias.map { UnsafePointer($0.base) },
      inputs: InputRows(base: scratch.inputs + inputStep * width, groupStride: blockSteps * width, rowStride: width),
      hidden: hidden.base, hiddenStride: hidden.stride, cell: scratch.cell, cellStride: units,
      outputs: outputs, ring: ring, activation: cell.activation.elementwise ?? .linear,
      recurrentActivation: cell.recurrentActivation.elementwise ?? .linear, scratch: scratch.kernel)
  }

  /// All steps of a block in one kernel call.
  private func runBlock(start: Int, steps: Int, from hidden: Hidden) -> Hidden {
    let outputs =
      keepsSequence
      ? OutputRows(base: call.output(first, start), groupStride: call.output.groupStride, rowStride: call.output.rowStride)
      : OutputRows(base: scratch.ring, groupStride: units, rowStride: rows.count * units)
    let ring = keepsSequence ? steps : 2
    var block = recurrence(steps: steps, inputStep: 0, blockSteps: steps, from: hidden, into: outputs, ring: ring)
    cell.step(kernels, &block)
    return Hidden(base: outputs.base + (steps - 1) % ring * outputs.rowStride, stride: outputs.groupStride)
  }

  // MARK: One timestep at a time

  /// Steps with a mask, or with functions that need whole rows.
  ///
  /// A masked step leaves the states of its row as they are and repeats the row's previous output (zeros before the
  /// first one, or always with zero_output_for_mask).
  private func runSingly(start: Int, steps: Int, from hidden: Hidden) -> Hidden {
    var hidden = hidden
    for step in 0..<steps {
      // The slot that does not hold the state: a block has an even number of steps, so slots alternate across blocks.
      let next = scratch.ring + (start + step) % 2 * rows.count * units
      if hasCellState { scratch.savedCell.update(from: scratch.cell, count: rows.count * units) }
      let outputs = OutputRows(base: next, groupStride: units, rowStride: 0)
      var one = recurrence(steps: 1, inputStep: step, blockSteps: steps, from: hidden, into: outputs, ring: 1)
      if cell.isFused { cell.step(kernels, &one) } else { UnfusedStep(cell: cell, call: one, scratch: scratch.unfused).run() }
      for row in 0..<rows.count { finishStep(row, start + step, next + row * units, hidden.base + row * hidden.stride) }
      hidden = Hidden(base: next, stride: units)
    }
    return hidden
  }

  private func keepInitialStates() {
    if call.kept == nil { return }
    for row in rows {
      for (index, size) in cell.stateSizes.enumerated() {
        call.keep(index, of: cell.stateSizes, row, after: 0, call.initialState(index).map { $0 + row * size })
      }
    }
  }

  private func finishStep(_ row: Int, _ step: Int, _ next: UnsafeMutablePointer<Float>, _ previous: UnsafePointer<Float>) {
    defer {
      call.keep(0, of: cell.stateSizes, first + row, after: step + 1, next)
      if hasCellState { call.keep(1, of: cell.stateSizes, first + row, after: step + 1, scratch.cell + row * units) }
    }
    if !call.isMasked(first + row, step) {
      if keepsSequence || call.mask != nil { call.output(first + row, step).update(from: next, count: units) }
      return
    }
    next.update(from: previous, count: units)
    if hasCellState { (scratch.cell + row * units).update(from: scratch.savedCell + row * units, count: units) }
    call.repeatOutput(first + row, step, units: units)
  }
}
