import KernelInterface

/// One run of a recurrent layer over (batch, timesteps, features).
struct SequenceCall {
  let batch: Int
  let timesteps: Int
  let features: Int
  let input: UnsafePointer<Float>
  /// Whether the last timestep comes first.
  let reversed: Bool
  /// (batch, units) each, in the order of the layer's states; empty for the layer's own.
  let initialStates: [UnsafePointer<Float>]
  let mask: UnsafePointer<UInt8>?
  /// Step t of row b goes to `base + b * groupStride + t * rowStride`; where only the last is kept, t is 0.
  let output: OutputRows
  /// Where the last states go, (batch, units) each; empty where nobody asks.
  let finalStates: [UnsafeMutablePointer<Float>]
  let threads: Int
  let scratch: UnsafeMutablePointer<Float>

  /// The timestep of the input that is read at a step.
  func timestep(_ step: Int) -> Int { reversed ? timesteps - 1 - step : step }
}

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

  init(_ space: inout ScratchSpace, _ layer: RecurrentLayer, rows: Int, timesteps: Int) {
    let kernels = KernelSet.selected
    let width = kernels.gateWidth(layer.units, layer.gates)
    let cells = layer.stateCount - 1
    block = Self.block(rows: rows, timesteps: timesteps, width: width)
    inputs = space.take(rows, block, width)
    ring = space.take(2, rows, layer.units)
    hidden = space.take(rows, layer.units)
    cell = space.take(cells, rows, layer.units)
    savedCell = space.take(cells, rows, layer.units)
    kernel = space.take(kernels.recurrenceScratch(rows, layer.units, layer.gates))
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
  let layer: RecurrentLayer
  let packed: PackedRecurrence
  let call: SequenceCall
  /// The states of a stateful layer, (batch, units) each; otherwise empty.
  let carriedStates: [UnsafeMutablePointer<Float>]
  let rows: Range<Int>
  let scratch: RecurrenceScratch

  private var kernels: KernelSet { .selected }
  private var units: Int { layer.units }
  private var keepsSequence: Bool { layer.options.returnsSequences }
  private var first: Int { rows.lowerBound }

  func run() {
    var hidden = initialHidden()
    loadCells()
    let needsSingleSteps = call.mask != nil || layer.activation.elementwise == nil
    for start in stride(from: 0, to: call.timesteps, by: scratch.block) {
      let steps = min(scratch.block, call.timesteps - start)
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
    if let given = initialState(0) { return Hidden(base: given, stride: units) }
    scratch.hidden.update(repeating: 0, count: rows.count * units)
    return Hidden(base: scratch.hidden, stride: units)
  }

  private func initialState(_ index: Int) -> UnsafePointer<Float>? {
    if index < call.initialStates.count { return call.initialStates[index] + first * units }
    return index < carriedStates.count ? UnsafePointer(carriedStates[index] + first * units) : nil
  }

  private func loadCells() {
    guard layer.stateCount > 1 else { return }
    if let given = initialState(1) {
      scratch.cell.update(from: given, count: rows.count * units)
    } else {
      scratch.cell.update(repeating: 0, count: rows.count * units)
    }
  }

  /// Puts the last states where they were asked for, and the last output where only it is kept.
  private func keepLast(_ hidden: Hidden) {
    keepStates(hidden, in: call.finalStates)
    keepStates(hidden, in: carriedStates)
    if !keepsSequence && call.mask == nil {
      for row in 0..<rows.count { output(row, 0).update(from: hidden.base + row * hidden.stride, count: units) }
    }
  }

  private func keepStates(_ hidden: Hidden, in states: [UnsafeMutablePointer<Float>]) {
    if states.isEmpty { return }
    for row in 0..<rows.count {
      (states[0] + (first + row) * units).update(from: hidden.base + row * hidden.stride, count: units)
    }
    if states.count > 1 { (states[1] + first * units).update(from: scratch.cell, count: rows.count * units) }
  }

  private func output(_ row: Int, _ step: Int) -> UnsafeMutablePointer<Float> {
    call.output.base + (first + row) * call.output.groupStride + step * call.output.rowStride
  }

  // MARK: Blocks of timesteps

  private func multiplyInputs(start: Int, steps: Int) {
    let rowStride = call.features
    let groupStride = call.timesteps * rowStride
    let width = kernels.gateWidth(units, layer.gates)
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
    let width = kernels.gateWidth(units, layer.gates)
    return Recurrence(
      steps: steps, batch: rows.count, weights: packed.recurrentKernel.matrix,
      recurrentBias: packed.recurrentBias.map { UnsafePointer($0.base) },
      inputs: InputRows(base: scratch.inputs + inputStep * width, groupStride: blockSteps * width, rowStride: width),
      hidden: hidden.base, hiddenStride: hidden.stride, cell: scratch.cell, cellStride: units,
      outputs: outputs, ring: ring, activation: layer.activation.elementwise ?? .linear,
      recurrentActivation: layer.recurrentActivation.elementwise ?? .sigmoid, scratch: scratch.kernel)
  }

  /// All steps of a block in one kernel call.
  private func runBlock(start: Int, steps: Int, from hidden: Hidden) -> Hidden {
    let outputs =
      keepsSequence
      ? OutputRows(base: output(0, start), groupStride: call.output.groupStride, rowStride: call.output.rowStride)
      : OutputRows(base: scratch.ring, groupStride: units, rowStride: rows.count * units)
    let ring = keepsSequence ? steps : 2
    layer.step(kernels, recurrence(steps: steps, inputStep: 0, blockSteps: steps, from: hidden, into: outputs, ring: ring))
    return Hidden(base: outputs.base + (steps - 1) % ring * outputs.rowStride, stride: outputs.groupStride)
  }

  // MARK: One timestep at a time

  /// Steps with a mask, or with an activation that needs whole rows.
  ///
  /// A masked step leaves the states of its row as they are and repeats the row's previous output (zeros before the
  /// first one, or always with zero_output_for_mask).
  private func runSingly(start: Int, steps: Int, from hidden: Hidden) -> Hidden {
    var hidden = hidden
    for step in 0..<steps {
      // The slot that does not hold the state: a block has an even number of steps, so slots alternate across blocks.
      let next = scratch.ring + (start + step) % 2 * rows.count * units
      if layer.stateCount > 1 { scratch.savedCell.update(from: scratch.cell, count: rows.count * units) }
      let outputs = OutputRows(base: next, groupStride: units, rowStride: 0)
      layer.step(kernels, recurrence(steps: 1, inputStep: step, blockSteps: steps, from: hidden, into: outputs, ring: 1))
      if layer.activation.elementwise == nil {
        layer.activation.apply(kernels, next, next, rows: rows.count, columns: units)
      }
      for row in 0..<rows.count { finishStep(row, start + step, next + row * units, hidden.base + row * hidden.stride) }
      hidden = Hidden(base: next, stride: units)
    }
    return hidden
  }

  private func finishStep(_ row: Int, _ step: Int, _ next: UnsafeMutablePointer<Float>, _ previous: UnsafePointer<Float>) {
    let isMasked = call.mask.map { $0[(first + row) * call.timesteps + call.timestep(step)] == 0 } ?? false
    let output = output(row, keepsSequence ? step : 0)
    if !isMasked {
      if keepsSequence || call.mask != nil { output.update(from: next, count: units) }
      return
    }
    next.update(from: previous, count: units)
    if layer.stateCount > 1 {
      (scratch.cell + row * units).update(from: scratch.savedCell + row * units, count: units)
    }
    if step == 0 || (layer.options.zeroOutputForMask && keepsSequence) {
      output.update(repeating: 0, count: units)
    } else if keepsSequence {
      output.update(from: self.output(row, step - 1), count: units)
    }
  }
}
