import KernelInterface

/// A run of a tiny SimpleRNN, LSTM or GRU, one kernel call on one thread, made beforehand: to make it anew takes longer than
/// its arithmetic. Not of larger layers, whose old weights it would keep in memory until it runs again.
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
  init?(_ layer: FusedLayer, inputShape: Dimensions, threads: Int, scratch: UnsafeMutablePointer<Float>) throws(ElmanError) {
    // Each run brings its own input and output.
    let output = try layer.outputShapes(for: Shape(inputShape))[0].concrete ?? []
    let call = try layer.sequenceCall(
      LayerCall(
        inputShape: inputShape, outputShape: Dimensions(output), input: scratch, outputs: [scratch], threads: threads,
        scratch: scratch))
    guard !layer.isStateful, !layer.options.returnsState, layer.cell.isTinyCall(call) else { return nil }
    var space = ScratchSpace(scratch)
    let memory = RecurrenceScratch(&space, layer.cell, call.size, rows: call.size.batch)
    bound = try BoundRecurrence(layer) { packed in
      let run = RecurrenceRun(packed: packed, call: call, rows: 0..<call.size.batch, scratch: memory)
      return (run.recurrence(multiplyingInputs: true), packed.cell.kernel)
    }
    firstInput = call.timestep(0) * call.size.features
    hidden = memory.hidden
    cell = layer.cell.stateSizes.count > 1 ? memory.cell : nil
    stateCount = call.size.batch * layer.cell.units
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
