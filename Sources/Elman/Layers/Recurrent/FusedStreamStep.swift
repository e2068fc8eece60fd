import KernelInterface

/// A step of SimpleRNN, LSTM or GRU for one row: one kernel call, made beforehand, or one for each of several threads.
///
/// It takes no lock. Packed weights are never written; the step keeps those it was made with until the layer has newer
/// ones.
final class FusedStreamStep: StreamStep {
  /// What the kernel is called with.
  private struct Bound {
    let packed: PackedRecurrence
    let version: Int
    let kernel: RecurrenceKernel

    init(_ weights: (packed: PackedRecurrence, version: Int), _ recurrence: UnsafePointer<Recurrence>) {
      (packed, version) = weights
      kernel = packed.cell.kernels.recurrentStep(recurrence)
    }
  }

  private let fused: FusedLayer
  private let shared: SharedStreamStep?
  // Behind pointers, where Swift does not check at each step that nobody else writes them.
  private let bound: UnsafeMutablePointer<Bound>
  private let recurrence: UnsafeMutablePointer<Recurrence>

  init(_ layer: FusedLayer, _ call: LayerCall) throws(ElmanError) {
    let weights = try layer.currentWeights()
    fused = layer
    shared = try SharedStreamStep(layer.cell, features: weights.packed.kernel.depth)
    recurrence = .allocate(capacity: 1)
    recurrence.initialize(to: Self.recurrence(weights.packed, call))
    bound = .allocate(capacity: 1)
    bound.initialize(to: Bound(weights, recurrence))
    super.init(layer, call)
  }

  deinit {
    bound.deinitialize(count: 1)
    bound.deallocate()
    recurrence.deallocate()
  }

  override func run() throws(ElmanError) {
    if bound.pointee.version != fused.weightsVersion.load(ordering: .acquiring) { try bind() }
    if let shared { shared.run(recurrence, alone: bound.pointee.kernel) } else { bound.pointee.kernel(recurrence) }
    // With weights that are larger than a cache, what was read last is still in it.
    recurrence.pointee.isDescending.toggle()
  }

  /// Goes on with the weights that the layer has now.
  @inline(never)
  private func bind() throws(ElmanError) {
    let weights = try fused.currentWeights()
    recurrence.pointee = Self.recurrence(weights.packed, call)
    bound.pointee = Bound(weights, recurrence)
    shared?.reset()
  }

  private static func recurrence(_ packed: PackedRecurrence, _ call: LayerCall) -> Recurrence {
    Recurrence(
      steps: 1, batch: 1, weights: packed.recurrentKernel.matrix, kernel: packed.kernel.matrix, bias: UnsafePointer(packed.bias.base),
      recurrentBias: packed.recurrentBias.map { UnsafePointer($0.base) },
      inputs: InputRows(base: call.input, rowStride: 0), hidden: call.streamStates[0], hiddenStride: 0,
      cell: call.streamStates.dropFirst().first, outputs: OutputRows(base: call.outputs[0], rowStride: 0), ring: 1,
      activation: packed.cell.activation.elementwise ?? .linear,
      recurrentActivation: packed.cell.recurrentActivation.elementwise ?? .linear, scratch: call.scratch)
  }
}
