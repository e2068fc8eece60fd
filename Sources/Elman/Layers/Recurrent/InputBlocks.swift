import KernelInterface

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

  enum Stage {
    case product(block: Int)
    case step(block: Int, step: Int)
  }

  /// Products and steps one after the other.
  var stages: Int { product == nil ? timesteps : timesteps + count }

  func stage(_ index: Int) -> Stage {
    if product == nil { return .step(block: 0, step: index) }
    let (block, place) = index.quotientAndRemainder(dividingBy: length + 1)
    return place == 0 ? .product(block: block) : .step(block: block, step: place - 1)
  }
}
