import KernelInterface

/// A step of SimpleRNN, LSTM or GRU for one row: one kernel call, or one for each of several threads.
final class FusedStreamStep: StreamStep {
  private let bound: BoundRecurrence
  private let shared: SharedStreamStep?

  init(_ layer: FusedLayer, _ call: LayerCall) throws(ElmanError) {
    let shared = try SharedStreamStep(layer.cell, features: call.inputShape.last ?? 0)
    self.shared = shared
    bound = try BoundRecurrence(layer) { packed in
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
      steps: 1, batch: 1, weights: packed.recurrentKernel.matrix, kernel: packed.kernel.matrix, bias: UnsafePointer(packed.bias.base),
      recurrentBias: packed.recurrentBias.map { UnsafePointer($0.base) },
      inputs: InputRows(base: call.input, rowStride: 0), hidden: call.streamStates[0], hiddenStride: 0,
      cell: call.streamStates.dropFirst().first, outputs: OutputRows(base: call.outputs[0], rowStride: 0), ring: 1,
      activation: packed.cell.activation.elementwise ?? .linear,
      recurrentActivation: packed.cell.recurrentActivation.elementwise ?? .linear, scratch: call.scratch)
  }
}
