import KernelInterface

/// What runs the sequences of a recurrent layer or of a cell: a gated cell on packed weights, cells above each other,
/// the caller's own cell, or an LSTM of convolutions. `RecurrentLayer` and `CellLayer` have one, which makes their
/// weights too.
///
/// Locks: a runner takes none of the layer that owns it. `makeWeights`, `prepare` and `packedBytes` are called with
/// this lock held, `run` too, with the weights prepared (`Layer.whilePrepared`). The cells that a runner runs are
/// layers with locks of their own; the runner takes these (`CellLayer.runSequence`). The rest may be called without a
/// lock.
protocol SequenceRunner: AnyObject {
  /// The size of the output of a step.
  var units: Int { get }

  /// The sizes of the states, the output's first.
  var stateSizes: [Int] { get }

  /// Whether a cell is the caller's own: it is then shared, never copied.
  var isCallersOwn: Bool { get }

  /// The weights of the layer or cell that owns the runner.
  func makeWeights(for input: Shape) throws(ElmanError) -> [Weight]

  /// The weights, by index, that `prepare` packs in another format if told so.
  var quantizableWeights: Range<Int> { get }

  /// Packs the weights for the kernels.
  func prepare(_ weights: [Weight], as format: WeightFormat) throws(ElmanError)

  /// Bytes of what `prepare` made.
  var packedBytes: Int { get }

  /// Writes the states with which a sequence begins, (batch, size) each, over zeros.
  func writeInitialStates(_ states: ArraySlice<UnsafeMutablePointer<Float>>, batch: Int) throws(ElmanError)

  /// Floats of scratch memory for one run.
  func scratchCount(_ size: SequenceSize, threads: Int) throws(ElmanError) -> Int

  /// Floats that a run keeps for training.
  func keptCount(_ size: SequenceSize) throws(ElmanError) -> Int

  /// One run over a sequence.
  func run(_ call: SequenceCall) throws(ElmanError)

  /// Packs the weights for the run backwards, with the lock held as for `prepare`.
  func prepareBackward(_ weights: [Weight]) throws(ElmanError)

  /// Floats of scratch memory for one run backwards.
  func backwardScratchCount(_ size: SequenceSize, threads: Int) throws(ElmanError) -> Int

  /// One run backwards through time.
  func runBackward(_ call: SequenceGradientCall) throws(ElmanError)
}

extension SequenceRunner {
  var isCallersOwn: Bool { false }
  var quantizableWeights: Range<Int> { 0..<0 }
  var packedBytes: Int { 0 }
  func prepare(_ weights: [Weight], as format: WeightFormat) throws(ElmanError) {}
  func writeInitialStates(_ states: ArraySlice<UnsafeMutablePointer<Float>>, batch: Int) throws(ElmanError) {}

  func prepareBackward(_ weights: [Weight]) throws(ElmanError) {}
  func backwardScratchCount(_ size: SequenceSize, threads: Int) throws(ElmanError) -> Int { 0 }
  func runBackward(_ call: SequenceGradientCall) throws(ElmanError) {
    throw ElmanError(
      .unsupported, "Gradients flow through SimpleRNN, LSTM and GRU; this recurrent layer computes none.")
  }

  /// The states before the first step and after each.
  func keptCount(_ size: SequenceSize) throws(ElmanError) -> Int {
    try elementCount([size.batch, size.timesteps + 1, stateSizes.reduce(0, +)])
  }
}

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
      batch: input[0], timesteps: input.count > 2 ? input[1] : 1,
      features: input.dropFirst(min(2, input.count - 1)).reduce(1, *))
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
  /// States from call to call, (batch, size) each: read where no initial states are given, and always written. Empty
  /// where there are none.
  let carriedStates: ArraySlice<UnsafeMutablePointer<Float>>
  /// (batch, timesteps), 0 where a step is to be skipped.
  var mask: UnsafePointer<UInt8>?
  /// Where a run for training keeps the states, (batch, timesteps + 1, all sizes): those before the first step, then
  /// those after each step. nil outside of training.
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
  func isMasked(_ row: Int, _ step: Int) -> Bool {
    mask.map { $0[row * size.timesteps + timestep(step)] == 0 } ?? false
  }

  /// Where a row's states are read from; nil for zeros.
  func initialState(_ index: Int) -> UnsafePointer<Float>? {
    if index < initialStates.count { return initialStates[initialStates.startIndex + index] }
    return index < carriedStates.count ? UnsafePointer(carriedStates[carriedStates.startIndex + index]) : nil
  }

  /// Where the output of a row's step goes.
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

/// The states of a run before a step and after it, (batch, size) each, which take turns. It has no array of the sizes:
/// copies of it shall cost nothing.
struct SteppedStates {
  let batch: Int
  private let base: UnsafeMutablePointer<Float>
  /// From the states before a step to those after it, in floats.
  private let stride: Int

  init(_ space: inout ScratchSpace, batch: Int, sizes: [Int]) {
    self.batch = batch
    base = space.take(0)
    let start = space.count
    for size in sizes { _ = space.take(batch, size) }
    stride = space.count - start
    for size in sizes { _ = space.take(batch, size) }
  }

  /// The first state after some steps: h.
  func first(after step: Int) -> UnsafeMutablePointer<Float> { step & 1 == 0 ? base : base + stride }

  /// One of the states after some steps.
  func state(_ index: Int, of sizes: [Int], after step: Int) -> UnsafeMutablePointer<Float> {
    var space = ScratchSpace(first(after: step))
    for index in 0..<index { _ = space.take(batch, sizes[index]) }
    return space.take(0)
  }
}

// Runs of some rows, whose states stand in the order of these rows.
extension SequenceCall {
  /// Fills the states before the first step.
  func begin(_ states: SteppedStates, sizes: [Int], rows: Range<Int>) {
    for (index, size) in sizes.enumerated() {
      let (state, count) = (states.state(index, of: sizes, after: 0), rows.count * size)
      if let given = initialState(index) {
        state.update(from: given + rows.lowerBound * size, count: count)
      } else {
        state.update(repeating: 0, count: count)
      }
    }
  }

  /// Runs the timesteps one by one, from the states on that `begin` filled. `body` does one for all rows: it reads the
  /// states after `step` steps, writes those after one more, and returns the outputs, (rows, units).
  ///
  /// A masked step leaves the states of its row as they are and repeats the row's output: zeros before the first one,
  /// or always with zero_output_for_mask.
  func run<Failure: Error>(
    _ states: SteppedStates, sizes: [Int], rows: Range<Int>, units: Int,
    _ body: (_ step: Int) throws(Failure) -> UnsafePointer<Float>
  ) throws(Failure) {
    keep(states, sizes, rows, after: 0)
    for step in 0..<size.timesteps {
      let outputs = try body(step)
      for (place, row) in rows.enumerated() {
        if isMasked(row, step) {
          revert(states, sizes, place, after: step)
          repeatOutput(row, step, units: units)
        } else {
          output(row, step).update(from: outputs + place * units, count: units)
        }
      }
      keep(states, sizes, rows, after: step + 1)
    }
    put(states, sizes, rows, in: finalStates)
    put(states, sizes, rows, in: carriedStates)
  }

  /// Undoes a step of one row.
  private func revert(_ states: SteppedStates, _ sizes: [Int], _ place: Int, after step: Int) {
    for (index, size) in sizes.enumerated() {
      let next = states.state(index, of: sizes, after: step + 1) + place * size
      next.update(from: states.state(index, of: sizes, after: step) + place * size, count: size)
    }
  }

  /// Puts the last states where they are wanted.
  private func put(
    _ states: SteppedStates, _ sizes: [Int], _ rows: Range<Int>, in targets: ArraySlice<UnsafeMutablePointer<Float>>
  ) {
    for (index, target) in targets.enumerated() {
      let last = states.state(index, of: sizes, after: size.timesteps)
      (target + rows.lowerBound * sizes[index]).update(from: last, count: rows.count * sizes[index])
    }
  }

  /// Keeps the states after some steps for training.
  private func keep(_ states: SteppedStates, _ sizes: [Int], _ rows: Range<Int>, after step: Int) {
    guard let kept else { return }
    let width = sizes.reduce(0, +)
    var first = 0
    for (index, count) in sizes.enumerated() {
      let state = states.state(index, of: sizes, after: step)
      for (place, row) in rows.enumerated() {
        let target = kept + (row * (size.timesteps + 1) + step) * width + first
        target.update(from: state + place * count, count: count)
      }
      first += count
    }
  }
}
