import KernelInterface

/// A call of a gated layer's kernel, made beforehand.
///
/// It takes no lock. Packed weights are never written; the call keeps those it was made with until the layer has newer
/// ones.
final class BoundRecurrence {
  /// How the kernel is called with packed weights.
  typealias Maker = (PackedCell) -> (recurrence: Recurrence, kernel: RecurrenceKernel)

  // No tuple: a function in one behind a pointer would be wrapped, with an allocation.
  private struct Bound {
    let packed: PackedCell
    let version: Int
    let kernel: RecurrenceKernel
  }

  private let layer: RecurrentLayer
  private let runner: GatedRunner
  private let make: Maker
  // Behind pointers, where Swift does not check at each call that nobody else writes them.
  private let bound: UnsafeMutablePointer<Bound>
  /// What the kernel is called with.
  let recurrence: UnsafeMutablePointer<Recurrence>

  init(_ layer: RecurrentLayer, _ runner: GatedRunner, _ make: @escaping Maker) throws(ElmanError) {
    let (packed, version) = try layer.current { runner.packed }
    let call = make(packed)
    self.layer = layer
    self.runner = runner
    self.make = make
    bound = .allocate(capacity: 1)
    recurrence = .allocate(capacity: 1)
    bound.initialize(to: Bound(packed: packed, version: version, kernel: call.kernel))
    recurrence.initialize(to: call.recurrence)
  }

  deinit {
    bound.deinitialize(count: 1)
    bound.deallocate()
    recurrence.deallocate()
  }

  /// The kernel to be called with `recurrence`.
  @inline(__always)
  var kernel: RecurrenceKernel { bound.pointee.kernel }

  /// Takes the weights that the layer has now.
  @inline(__always)
  func refresh() throws(ElmanError) {
    if bound.pointee.version != layer.weightsVersion.load(ordering: .acquiring) { try bind() }
  }

  @inline(never)
  private func bind() throws(ElmanError) {
    let (packed, version) = try layer.current { runner.packed }
    let call = make(packed)
    bound.pointee = Bound(packed: packed, version: version, kernel: call.kernel)
    recurrence.pointee = call.recurrence
  }
}

/// A run of a tiny SimpleRNN, LSTM or GRU, one kernel call on one thread, made beforehand: to make it anew takes longer
/// than its arithmetic. Not of larger layers, whose old weights it would keep in memory until it runs again.
final class FusedSequenceCall {
  private let bound: BoundRecurrence
  /// Where the first timestep stands in the input.
  private let firstInput: Int
  private let hidden: UnsafeMutablePointer<Float>
  private let cell: UnsafeMutablePointer<Float>?
  private let stateCount: Int
  /// The last hidden states, where only they are put out.
  private let last: UnsafePointer<Float>?

  /// nil where a run takes more than that, or other states than zeros.
  init?(
    _ layer: RecurrentLayer, _ runner: GatedRunner, inputShape: Dimensions, threads: Int,
    scratch: UnsafeMutablePointer<Float>
  ) throws(ElmanError) {
    // Each run brings its own input and output.
    let output = try layer.outputShapes(for: Shape(inputShape))[0].concrete ?? []
    let call = try layer.sequenceCall(
      LayerCall(
        inputShape: inputShape, outputShape: Dimensions(output), input: scratch, outputs: [scratch], threads: threads,
        scratch: scratch))
    guard !layer.isStateful, !layer.options.returnsState, runner.isTinyCall(call) else { return nil }
    var space = ScratchSpace(scratch)
    let memory = RecurrenceRun.Scratch(&space, runner.cell, call.size, rows: call.size.batch)
    bound = try BoundRecurrence(layer, runner) { packed in
      let run = RecurrenceRun(packed: packed, call: call, rows: 0..<call.size.batch, scratch: memory)
      return (run.recurrence(multiplyingInputs: true), packed.cell.kernel)
    }
    firstInput = call.timestep(0) * call.size.features
    hidden = memory.states.first(after: 0)
    cell = memory.cell(after: 0)
    stateCount = call.size.batch * runner.units
    last = call.keepsSequence ? nil : bound.recurrence.pointee.hidden(after: call.size.timesteps).base
  }

  func run(_ input: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>) throws(ElmanError) {
    try bound.refresh()
    bound.recurrence.pointee.inputs.base = input + firstInput
    if last == nil { bound.recurrence.pointee.outputs.base = output }
    hidden.update(repeating: 0, count: stateCount)
    cell?.update(repeating: 0, count: stateCount)
    bound.kernel(bound.recurrence)
    if let last { output.update(from: last, count: stateCount) }
  }
}

/// A step of SimpleRNN, LSTM or GRU for one row: one kernel call, or one for each of several threads.
final class GatedStreamStep: StreamStep {
  private let bound: BoundRecurrence
  private let shared: SharedStreamStep?

  init(_ layer: RecurrentLayer, _ runner: GatedRunner, _ call: LayerCall) throws(ElmanError) {
    let shared = try SharedStreamStep(runner.cell, features: call.inputShape.last ?? 0)
    self.shared = shared
    bound = try BoundRecurrence(layer, runner) { packed in
      shared?.reset()
      var recurrence = Self.recurrence(packed, call)
      return (recurrence, packed.cell.kernels.recurrentStep(&recurrence))
    }
    super.init(layer, call)
  }

  override func run() throws(ElmanError) {
    let kernel = bound.kernel
    if let shared { shared.run(bound.recurrence, alone: kernel, threads: threads) } else { kernel(bound.recurrence) }
    // With weights that are larger than a cache, what was read last is still in it.
    bound.recurrence.pointee.isDescending.toggle()
  }

  override var isBound: Bool { true }

  override func refresh() throws(ElmanError) { try bound.refresh() }

  private static func recurrence(_ packed: PackedCell, _ call: LayerCall) -> Recurrence {
    Recurrence(
      steps: 1, batch: 1, weights: packed.recurrentKernel.matrix, kernel: packed.kernel.matrix,
      bias: UnsafePointer(packed.bias.base),
      recurrentBias: packed.recurrentBias.map { UnsafePointer($0.base) },
      inputs: InputRows(base: call.input, rowStride: 0), hidden: call.streamStates[0], hiddenStride: 0,
      cell: call.streamStates.dropFirst().first, outputs: OutputRows(base: call.outputs[0], rowStride: 0), ring: 1,
      activation: packed.cell.elementwise?.activation ?? .linear,
      recurrentActivation: packed.cell.elementwise?.recurrentActivation ?? .linear, scratch: call.scratch)
  }
}
