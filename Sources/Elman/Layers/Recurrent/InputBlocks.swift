import KernelInterface

/// A run's timesteps in blocks: the inputs of a block are multiplied at once, unless the kernel does it step by step.
struct InputBlocks {
  /// All timesteps, which read their inputs at the beginning of a block.
  let recurrence: Recurrence
  /// The input products of the first timestep; nil where the kernel makes them.
  let product: Product?
  let timesteps: Int
  /// Timesteps of a block.
  let length: Int
  /// Whether the products of each block but the first are made beside the steps of the one before. They then take turns at
  /// two places.
  let areAhead: Bool

  var count: Int { (timesteps + length - 1) / length }

  func size(of block: Int) -> Int { min(length, timesteps - block * length) }

  /// The product that comes before the steps of a block, if any.
  func product(before block: Int) -> Product? { block > 0 && areAhead ? nil : product(of: block) }

  private func product(of block: Int) -> Product? {
    guard var part = product?.rows(block * length, count: size(of: block)) else { return nil }
    part.output.base += place(of: block)
    return part
  }

  /// Where a block's inputs begin.
  private func place(of block: Int) -> Int {
    if product == nil { return block * length * recurrence.inputs.rowStride }
    return areAhead ? block % 2 * length * recurrence.inputs.rowStride : 0
  }

  /// Steps of a block.
  @inline(__always)
  func steps(_ block: Int, from step: Int = 0, count: Int) -> Recurrence {
    let inputs = recurrence.inputs.base + place(of: block) + step * recurrence.inputs.rowStride
    return recurrence.steps(block * length + step, count: count, inputs: inputs)
  }

  /// Runs steps of a block by a kernel: all panels, or some in a scratch memory of their own.
  func run(
    _ block: Int, from step: Int = 0, count: Int, part: (panels: Range<Int>, scratch: UnsafeMutablePointer<Float>)? = nil,
    _ kernel: RecurrenceKernel
  ) {
    var call = steps(block, from: step, count: count)
    if let part { (call.panels, call.scratch) = (part.panels, part.scratch) }
    guard areAhead, (block + 1) * length < timesteps, var next = product(of: block + 1) else { return kernel(&call) }
    withUnsafePointer(to: &next) {
      (call.next, call.nextStep) = ($0, step)
      kernel(&call)
    }
  }

  // MARK: Where threads go through them together

  enum Stage {
    case product(block: Int)
    case step(block: Int, step: Int)
  }

  /// Products and steps one after the other.
  var stages: Int {
    if product == nil { return timesteps }
    return timesteps + (areAhead ? 1 : count)
  }

  func stage(_ index: Int) -> Stage {
    if product == nil { return .step(block: 0, step: index) }
    if areAhead {
      if index == 0 { return .product(block: 0) }
      let (block, step) = (index - 1).quotientAndRemainder(dividingBy: length)
      return .step(block: block, step: step)
    }
    let (block, place) = index.quotientAndRemainder(dividingBy: length + 1)
    return place == 0 ? .product(block: block) : .step(block: block, step: place - 1)
  }
}
