import KernelInterface

// A step of one row, for streams: a recurrence of one step with the number of rows known beforehand, so that nothing is
// left of the sweep but its inner loops.

func recurrentStep(_ call: UnsafePointer<Recurrence>) -> RecurrenceKernel {
  switch (call.pointee.weights.gates, call.pointee.hasStandardFunctions) {
  case (_, true) where isSmall(call): return smallStep(call)
  case (_, true): return { call in keepingHidden(call, standardStep) }
  case (1, false): return { call in keepingHidden(call, simpleRNN) }
  case (3, false): return { call in keepingHidden(call, gruResetAfter) }
  case (_, false): return { call in keepingHidden(call, lstm) }
  }
}

/// Puts the new hidden state in the place of the old one after a step.
@inline(__always)
private func keepingHidden(_ call: UnsafePointer<Recurrence>, _ step: (UnsafePointer<Recurrence>) -> Void) {
  step(call)
  let hidden = UnsafeMutablePointer(mutating: call.pointee.hidden)
  for unit in stride(from: 0, to: call.pointee.weights.units, by: lanes) {
    (hidden + unit).store(UnsafePointer(call.pointee.outputs.base + unit).vector())
  }
}

@inline(__always)
private func standardStep(_ call: UnsafePointer<Recurrence>) {
  let (step, operands, memory) = (Timestep(padded: call), Operands(call, 0), TileMemory(call))
  switch call.pointee.weights.gates {
  case 1: sweepSingleGate(SimpleRNNStep(step: step, f: Tanh()), operands, 1, memory)
  case 3:
    guard let bias = call.pointee.recurrentBias else { return }
    sweepThreeGates(GRUStep(call, step, bias, StandardFunctions()), operands, 1, memory)
  default:
    guard let cell = call.pointee.cell else { return }
    sweepFourGates(LSTMStep(step: step, cell: cell, cellStride: 0, f: StandardFunctions()), operands, 1, memory)
  }
}
