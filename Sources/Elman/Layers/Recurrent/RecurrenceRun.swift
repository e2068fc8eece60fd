import KernelInterface

/// The timesteps of some rows.
struct RecurrenceRun {
  let packed: PackedCell
  let call: SequenceCall
  let rows: Range<Int>
  let scratch: Scratch

  private var kernels: KernelSet { cell.kernels }
  private var cell: GatedCell { packed.cell }
  private var units: Int { packed.cell.units }
  private var timesteps: Int { call.size.timesteps }
  private var keepsSequence: Bool { call.keepsSequence }
  private var hasCellState: Bool { packed.cell.stateSizes.count > 1 }
  private var first: Int { rows.lowerBound }
  private var needsSingleSteps: Bool { call.mask != nil || call.kept != nil || !cell.isElementwise }

  /// All timesteps on this thread.
  func run() {
    begin()
    let blocks = inputBlocks()
    for block in 0..<blocks.count {
      if let product = blocks.product(before: block) { kernels.product(product) }
      var steps = blocks.steps(block, count: blocks.size(of: block))
      if needsSingleSteps { runSingly(steps, start: block * blocks.length) } else { cell.kernel(&steps) }
    }
    end(blocks.recurrence)
  }

  /// All timesteps, the units shared out among threads that go from timestep to timestep together. Not with a mask or for
  /// training.
  func runShared(parts: Int) {
    begin()
    var blocks = inputBlocks(parts: parts)
    withUnsafePointer(to: &blocks) {
      let work = UnitParts(
        blocks: $0, product: kernels.product, kernel: cell.kernel, scratch: scratch, panels: kernels.panelCount(units, cell.gates),
        count: parts)
      Threads.run(stages: $0.pointee.stages, parts: parts, work)
    }
    end(blocks.recurrence)
  }

  /// The units of each stage, shared out.
  private struct UnitParts: SharedWork, @unchecked Sendable {
    let blocks: UnsafePointer<InputBlocks>
    let product: @Sendable (Product) -> Void
    let kernel: RecurrenceKernel
    let scratch: Scratch
    let panels: Int
    let count: Int

    func callAsFunction(stage: Int, part: Int) {
      let panels = Threads.share(part, of: panels, parts: count)
      let (block, step) = blocks.pointee.stage(stage)
      if let step {
        var call = blocks.pointee.steps(block, from: step, count: 1)
        (call.panels, call.scratch) = (panels, scratch.kernel(part))
        kernel(&call)
      } else if var call = blocks.pointee.product(before: block) {
        call.panels = panels
        product(call)
      }
    }
  }

  // MARK: Beginning and end

  private func begin() {
    if call.initialState(0) == nil { scratch.hidden.update(repeating: 0, count: rows.count * units) }
    loadCells()
    keepInitialStates()
  }

  private func loadCells() {
    guard hasCellState else { return }
    if let given = call.initialState(1) {
      scratch.cell.update(from: given + first * units, count: rows.count * units)
    } else {
      scratch.cell.update(repeating: 0, count: rows.count * units)
    }
  }

  /// Whether the outputs are where the next step reads its states.
  private var outputHoldsStates: Bool { keepsSequence && !needsSingleSteps }

  /// Puts the last states where they were asked for, and the last output where only it is kept.
  private func end(_ recurrence: Recurrence) {
    if call.finalStates.isEmpty && call.carriedStates.isEmpty && outputHoldsStates { return }
    let hidden = recurrence.hidden(after: timesteps)
    keepStates(hidden, in: call.finalStates)
    keepStates(hidden, in: call.carriedStates)
    if keepsSequence || call.mask != nil { return }
    for row in 0..<rows.count { call.output(first + row, 0).update(from: hidden.base + row * hidden.stride, count: units) }
  }

  private func keepStates(
    _ hidden: (base: UnsafePointer<Float>, stride: Int), in states: ArraySlice<UnsafeMutablePointer<Float>>
  ) {
    guard let hiddenStates = states.first else { return }
    for row in 0..<rows.count {
      (hiddenStates + (first + row) * units).update(from: hidden.base + row * hidden.stride, count: units)
    }
    if hasCellState { (states[states.startIndex + 1] + first * units).update(from: scratch.cell, count: rows.count * units) }
  }

  // MARK: Kernel calls

  /// The layer's inputs, from the first timestep on.
  private var inputs: InputRows {
    let (features, groupStride) = (call.size.features, timesteps * call.size.features)
    return InputRows(
      base: call.input + first * groupStride + call.timestep(0) * features, groupStride: groupStride,
      rowStride: call.reversed ? -features : features)
  }

  /// The input products of the first timestep.
  private func inputProduct() -> Product {
    let width = cell.gateWidth
    return Product(
      groups: rows.count, rows: 1,
      input: inputs, weights: packed.kernel.matrix, bias: packed.bias.base,
      output: OutputRows(base: scratch.inputs, groupStride: scratch.block * width, rowStride: width), padded: true)
  }

  /// How the timesteps come by their inputs, where threads share the units in so many parts.
  private func inputBlocks(parts: Int = 1) -> InputBlocks {
    let multiplying = scratch.block == 0 ? recurrence(multiplyingInputs: true) : recurrenceAhead(parts: parts)
    if let multiplying {
      return InputBlocks(recurrence: multiplying, product: nil, timesteps: timesteps, length: max(timesteps, 1))
    }
    return InputBlocks(
      recurrence: recurrence(multiplyingInputs: false), product: inputProduct(), timesteps: timesteps, length: scratch.block)
  }

  /// All timesteps, which make the input products of later ones; nil where that is not done.
  private func recurrenceAhead(parts: Int) -> Recurrence? {
    // A turn of each panel makes a part of the products: a thread with a single panel would put down and take up more than it
    // makes.
    guard rows.count == 1, !needsSingleSteps, cell.canMultiplyInputs, kernels.panelCount(units, cell.gates) >= 2 * parts
    else { return nil }
    var recurrence = recurrence(multiplyingInputs: true)
    let steps = kernels.stepsAhead(&recurrence)
    if steps == 0 || scratch.block < 2 * steps { return nil }
    recurrence.ahead = Recurrence.Ahead(products: scratch.inputs, timesteps: timesteps)
    return recurrence
  }

  /// All timesteps, which read their inputs or, at the beginning of a block, the products of them.
  func recurrence(multiplyingInputs: Bool) -> Recurrence {
    let width = cell.gateWidth
    let outputs =
      outputHoldsStates
      ? OutputRows(base: call.output(first, 0), groupStride: call.output.groupStride, rowStride: call.output.rowStride)
      : OutputRows(base: scratch.ring, groupStride: units, rowStride: rows.count * units)
    let products = InputRows(base: scratch.inputs, groupStride: scratch.block * width, rowStride: width)
    return Recurrence(
      steps: timesteps, batch: rows.count, weights: packed.recurrentKernel.matrix,
      kernel: multiplyingInputs ? packed.kernel.matrix : nil, bias: multiplyingInputs ? UnsafePointer(packed.bias.base) : nil,
      candidateWeights: packed.candidateKernel?.matrix, recurrentBias: packed.recurrentBias.map { UnsafePointer($0.base) },
      inputs: multiplyingInputs ? inputs : products,
      hidden: call.initialState(0).map { $0 + first * units } ?? UnsafePointer(scratch.hidden), hiddenStride: units,
      cell: scratch.cell, cellStride: units, outputs: outputs, ring: outputHoldsStates ? timesteps : 2,
      activation: cell.activation.elementwise ?? .linear,
      recurrentActivation: cell.recurrentActivation.elementwise ?? .linear, scratch: scratch.kernel(0))
  }

  // MARK: One timestep at a time

  /// Steps with a mask, or with functions that need whole rows.
  ///
  /// A masked step leaves the states of its row as they are and repeats the row's previous output (zeros before the
  /// first one, or always with zero_output_for_mask).
  private func runSingly(_ steps: Recurrence, start: Int) {
    for step in 0..<steps.steps {
      if hasCellState { scratch.savedCell.update(from: scratch.cell, count: rows.count * units) }
      var one = steps.steps(step, count: 1, inputs: steps.inputs.base + step * steps.inputs.rowStride)
      if cell.isElementwise { cell.kernel(&one) } else { cell.run(WholeRowStep(cell: cell, call: one, scratch: scratch.wholeRows)) }
      for row in 0..<rows.count {
        finishStep(row, start + step, one.outputs.base + row * one.outputs.groupStride, one.hidden + row * one.hiddenStride)
      }
    }
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

  // MARK: Memory

  /// Memory of one thread's rows in one run.
  struct Scratch {
    /// Timesteps whose input products are made at once; 0 where the kernel makes them.
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
    private let kernels: UnsafeMutablePointer<Float>
    private let kernelCount: Int
    let wholeRows: WholeRowStep.Scratch

    init(_ space: inout ScratchSpace, _ cell: GatedCell, _ size: SequenceSize, rows: Int, unitParts: Int = 1) {
      let (units, width) = (cell.units, cell.gateWidth)
      let cellStates = cell.stateSizes.count - 1
      block =
        cell.multipliesInputs(rows: rows, features: size.features)
        ? 0 : Self.block(rows: rows, timesteps: size.timesteps, width: width)
      inputs = space.take(rows, block, width)
      ring = space.take(2, rows, units)
      hidden = space.take(rows, units)
      self.cell = space.take(cellStates, rows, units)
      savedCell = space.take(cellStates, rows, units)
      kernelCount = cell.kernelScratch(rows: rows)
      self.kernels = space.take(unitParts, kernelCount)
      wholeRows = WholeRowStep.Scratch(&space, cell, rows: rows)
    }

    /// The kernel's own memory: one for each of the threads that share these rows.
    func kernel(_ part: Int) -> UnsafeMutablePointer<Float> { kernels + part * kernelCount }

    /// Timesteps of a block: their input products stay in the L2 cache, but have enough rows that the weights are worth reading.
    /// An even number, so that a block ends in the second slot of the ring.
    private static func block(rows: Int, timesteps: Int, width: Int) -> Int {
      let inCache = floatsInCache / max(1, rows * width)
      let worthReading = rowsWorthReading / max(1, rows)
      let block = min(max(inCache, worthReading, 1), max(timesteps, 1))
      return block + block % 2
    }

    private static let floatsInCache = 98_304
    private static let rowsWorthReading = 192
  }
}

/// A run's timesteps in blocks: the inputs of a block are multiplied at once, unless the kernel does it.
struct InputBlocks {
  /// All timesteps, which read their inputs at the beginning of a block.
  let recurrence: Recurrence
  /// The input products of the first timestep; nil where the kernel makes them.
  let product: Product?
  let timesteps: Int
  /// Timesteps of a block, at least one.
  let length: Int

  var count: Int { (timesteps + length - 1) / length }

  func size(of block: Int) -> Int { min(length, timesteps - block * length) }

  /// The product that comes before the steps of a block, if any.
  func product(before block: Int) -> Product? { product?.rows(block * length, count: size(of: block)) }

  /// Steps of a block.
  @inline(__always)
  func steps(_ block: Int, from step: Int = 0, count: Int) -> Recurrence {
    let place = product == nil ? block * length + step : step
    return recurrence.steps(
      block * length + step, count: count, inputs: recurrence.inputs.base + place * recurrence.inputs.rowStride)
  }

  // MARK: Where threads go through them together

  /// Products and steps one after the other.
  var stages: Int { product == nil ? timesteps : timesteps + count }

  /// The block of a stage, and the step in it; nil for the product that comes before its steps.
  func stage(_ index: Int) -> (block: Int, step: Int?) {
    if product == nil { return (0, index) }
    let (block, place) = index.quotientAndRemainder(dividingBy: length + 1)
    return (block, place == 0 ? nil : place - 1)
  }
}
