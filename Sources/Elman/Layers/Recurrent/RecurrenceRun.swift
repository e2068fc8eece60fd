import KernelInterface

/// The timesteps of some rows.
struct RecurrenceRun {
  let packed: PackedCell
  let call: SequenceCall
  let rows: Range<Int>
  let scratch: Scratch

  private var kernels: KernelSet { cell.kernels }
  private var cell: GatedCell { packed.cell }
  private var units: Int { cell.units }
  private var timesteps: Int { call.size.timesteps }
  private var first: Int { rows.lowerBound }
  private var needsSingleSteps: Bool { call.mask != nil || call.kept != nil || !cell.isElementwise }

  /// All timesteps on this thread.
  func run() {
    call.begin(scratch.states, sizes: cell.stateSizes, rows: rows)
    let blocks = inputBlocks()
    if needsSingleSteps { return runSingly(blocks) }
    for block in 0..<blocks.count {
      if let product = blocks.product(before: block) { kernels.product(product) }
      var steps = blocks.steps(block, count: blocks.size(of: block))
      cell.kernel(&steps)
    }
    end(blocks.recurrence)
  }

  /// Steps with a mask, for training, or with functions of whole rows.
  private func runSingly(_ blocks: InputBlocks) {
    let states = scratch.states
    call.run(states, sizes: cell.stateSizes, rows: rows, units: units) { step in
      let (block, place) = step.quotientAndRemainder(dividingBy: blocks.length)
      if place == 0, let product = blocks.product(before: block) { kernels.product(product) }
      var one = blocks.steps(block, from: place, count: 1)
      (one.hidden, one.hiddenStride) = (UnsafePointer(states.first(after: step)), units)
      (one.outputs, one.ring) = (
        OutputRows(base: states.first(after: step + 1), groupStride: units, rowStride: 0), 1
      )
      if let previous = scratch.cell(after: step), let next = scratch.cell(after: step + 1) {
        next.update(from: previous, count: rows.count * units)
        one.cell = next
      }
      if cell.isElementwise {
        cell.kernel(&one)
      } else {
        cell.run(WholeRowStep(cell, one, memory: scratch.wholeRows))
      }
      return UnsafePointer(one.outputs.base)
    }
  }

  /// All timesteps, the units shared out among threads that go from timestep to timestep together. Not with a mask or
  /// for training.
  func runShared(parts: Int) {
    call.begin(scratch.states, sizes: cell.stateSizes, rows: rows)
    var blocks = inputBlocks(parts: parts)
    withUnsafePointer(to: &blocks) {
      let work = UnitParts(
        blocks: $0, product: kernels.product, kernel: cell.kernel, scratch: scratch,
        panels: kernels.panelCount(units, cell.gates),
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

  /// Puts the last states where they are wanted, and the last output if only it is kept.
  private func end(_ recurrence: Recurrence) {
    if call.finalStates.isEmpty && call.carriedStates.isEmpty && call.keepsSequence { return }
    let hidden = recurrence.hidden(after: timesteps)
    func put(in targets: ArraySlice<UnsafeMutablePointer<Float>>) {
      guard let target = targets.first else { return }
      for row in 0..<rows.count {
        (target + (first + row) * units).update(from: hidden.base + row * hidden.stride, count: units)
      }
      if let c = recurrence.cell {
        (targets[targets.startIndex + 1] + first * units).update(from: c, count: rows.count * units)
      }
    }
    put(in: call.finalStates)
    put(in: call.carriedStates)
    if call.keepsSequence { return }
    for row in 0..<rows.count {
      call.output(first + row, 0).update(from: hidden.base + row * hidden.stride, count: units)
    }
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
      recurrence: recurrence(multiplyingInputs: false), product: inputProduct(), timesteps: timesteps,
      length: scratch.block)
  }

  /// All timesteps, which make the input products of later ones; nil where that is not done.
  private func recurrenceAhead(parts: Int) -> Recurrence? {
    // A turn of each panel makes a part of the products: with one panel per thread, saving and reloading the sums costs
    // more than it gains.
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
    let states = scratch.states
    // Where every output is kept, each step reads the output before it; otherwise two states take turns.
    let outputs =
      call.keepsSequence
      ? OutputRows(base: call.output(first, 0), groupStride: call.output.groupStride, rowStride: call.output.rowStride)
      : OutputRows(
        base: states.first(after: 1), groupStride: units,
        rowStride: states.first(after: 2) - states.first(after: 1))
    let products = InputRows(base: scratch.inputs, groupStride: scratch.block * width, rowStride: width)
    return Recurrence(
      steps: timesteps, batch: rows.count, weights: packed.recurrentKernel.matrix,
      kernel: multiplyingInputs ? packed.kernel.matrix : nil,
      bias: multiplyingInputs ? UnsafePointer(packed.bias.base) : nil,
      candidateWeights: packed.candidateKernel?.matrix,
      recurrentBias: packed.recurrentBias.map { UnsafePointer($0.base) },
      inputs: multiplyingInputs ? inputs : products,
      hidden: UnsafePointer(states.first(after: 0)), hiddenStride: units, cell: scratch.cell(after: 0),
      cellStride: units,
      outputs: outputs, ring: call.keepsSequence ? timesteps : 2,
      activation: cell.elementwise?.activation ?? .linear,
      recurrentActivation: cell.elementwise?.recurrentActivation ?? .linear, scratch: scratch.kernel(0))
  }

  // MARK: Memory

  /// Memory of one thread's rows in one run.
  struct Scratch {
    /// Timesteps whose input products are made at once; 0 where the kernel makes them.
    let block: Int
    /// (rows, block, gateWidth): the input products.
    let inputs: UnsafeMutablePointer<Float>
    /// (rows, units) each.
    let states: SteppedStates
    /// From h to c, in floats; nil if there is no c.
    private let cellOffset: Int?
    private let kernels: UnsafeMutablePointer<Float>
    private let kernelCount: Int
    /// What functions of whole rows work in.
    let wholeRows: UnsafeMutablePointer<Float>

    init(_ space: inout ScratchSpace, _ cell: GatedCell, _ size: SequenceSize, rows: Int, unitParts: Int = 1) {
      let width = cell.gateWidth
      block =
        cell.multipliesInputs(rows: rows, features: size.features)
        ? 0 : Self.block(rows: rows, timesteps: size.timesteps, width: width)
      inputs = space.take(rows, block, width)
      states = SteppedStates(&space, batch: rows, sizes: cell.stateSizes)
      let hasCell = cell.stateSizes.count > 1
      cellOffset = hasCell ? states.state(1, of: cell.stateSizes, after: 0) - states.first(after: 0) : nil
      kernelCount = cell.kernelScratch(rows: rows)
      kernels = space.take(unitParts, kernelCount)
      wholeRows = space.take(cell.isElementwise ? 0 : rows, WholeRowStep.memoryCount(cell))
    }

    /// The cell state of an LSTM after some steps.
    func cell(after step: Int) -> UnsafeMutablePointer<Float>? { cellOffset.map { states.first(after: step) + $0 } }

    /// The kernel's own memory: one for each of the threads that share these rows.
    func kernel(_ part: Int) -> UnsafeMutablePointer<Float> { kernels + part * kernelCount }

    /// Timesteps of a block: their input products stay in the L2 cache, but have enough rows that the weights are worth
    /// reading. An even number, so that a block ends in the second of two states that take turns.
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
