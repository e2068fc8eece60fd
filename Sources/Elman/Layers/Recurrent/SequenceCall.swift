import KernelInterface

/// The size of a sequence that a recurrent layer reads.
struct SequenceSize {
  let batch: Int
  let timesteps: Int
  let features: Int

  init(batch: Int, timesteps: Int, features: Int) {
    self.batch = batch
    self.timesteps = timesteps
    self.features = features
  }

  /// Of an input (batch, timesteps, features...), or (batch, features) as one timestep.
  init<Sizes: RandomAccessCollection<Int>>(_ input: Sizes) where Sizes.Index == Int {
    self.init(
      batch: input[0], timesteps: input.count > 2 ? input[1] : 1, features: input.dropFirst(min(2, input.count - 1)).reduce(1, *))
  }
}

/// One run of a recurrent layer over (batch, timesteps, features).
struct SequenceCall {
  let size: SequenceSize
  let input: UnsafePointer<Float>
  /// Whether the last timestep comes first.
  var reversed = false
  /// (batch, size) each, in the order of the states; empty for the carried ones, or zeros.
  let initialStates: ArraySlice<UnsafePointer<Float>>
  /// States from call to call, (batch, size) each: read where no initial states are given, and always written. Empty where
  /// there are none.
  let carriedStates: ArraySlice<UnsafeMutablePointer<Float>>
  /// (batch, timesteps), 0 where a step is to be skipped.
  var mask: UnsafePointer<UInt8>?
  /// Where a run for training keeps the states, (batch, timesteps + 1, all sizes): those before the first step, then those
  /// after each step. nil outside of training.
  var kept: UnsafeMutablePointer<Float>?
  /// Whether every output is kept, rather than the last one.
  let keepsSequence: Bool
  var zeroOutputForMask = false
  /// Step t of row b goes to `base + b * groupStride + t * rowStride`; where only the last is kept, t is 0.
  let output: OutputRows
  /// Where the last states go, (batch, size) each; empty where nobody asks.
  let finalStates: ArraySlice<UnsafeMutablePointer<Float>>
  var training = false
  let threads: Int
  let scratch: UnsafeMutablePointer<Float>

  /// The timestep of the input that is read at a step.
  func timestep(_ step: Int) -> Int { reversed ? size.timesteps - 1 - step : step }

  /// Whether a step of a row is to be skipped.
  func isMasked(_ row: Int, _ step: Int) -> Bool { mask.map { $0[row * size.timesteps + timestep(step)] == 0 } ?? false }

  /// Where a row's states are read from; nil for zeros.
  func initialState(_ index: Int) -> UnsafePointer<Float>? {
    if index < initialStates.count { return initialStates[initialStates.startIndex + index] }
    return index < carriedStates.count ? UnsafePointer(carriedStates[carriedStates.startIndex + index]) : nil
  }

  /// Keeps one of the states of a row, of which `sizes` are the sizes, after `step` steps.
  func keep(_ index: Int, of sizes: [Int], _ row: Int, after step: Int, _ state: UnsafePointer<Float>?) {
    guard let kept else { return }
    var width = 0
    var first = 0
    for (position, size) in sizes.enumerated() {
      if position < index { first += size }
      width += size
    }
    let target = kept + (row * (self.size.timesteps + 1) + step) * width + first
    if let state { target.update(from: state, count: sizes[index]) } else { target.update(repeating: 0, count: sizes[index]) }
  }

  /// Floats that a run keeps.
  static func keptCount(_ size: SequenceSize, stateSizes: [Int]) throws(ElmanError) -> Int {
    try elementCount([size.batch, size.timesteps + 1, stateSizes.reduce(0, +)])
  }

  func output(_ row: Int, _ step: Int) -> UnsafeMutablePointer<Float> {
    output.base + row * output.groupStride + (keepsSequence ? step : 0) * output.rowStride
  }

  /// What a masked step puts out: the row's output before it, or zeros.
  func repeatOutput(_ row: Int, _ step: Int, units: Int) {
    let target = output(row, step)
    if step == 0 || zeroOutputForMask {
      target.update(repeating: 0, count: units)
    } else if keepsSequence {
      target.update(from: output(row, step - 1), count: units)
    }
  }
}
