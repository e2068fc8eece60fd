import KernelInterface

// A step of one row, for streams: a recurrence of one step with the number of rows known beforehand, so that nothing is left
// of the sweep but its inner loops.

func recurrentStep(_ call: UnsafePointer<Recurrence>) -> RecurrenceKernel {
  let gates = call.pointee.weights.gates
  switch (gates, call.pointee.hasStandardFunctions) {
  case (_, true) where isSmall(call): return smallStep(call)
  case (_, true): return { standardStep($0); keepHidden($0) }
  case (1, false): return { simpleRNN($0); keepHidden($0) }
  case (3, false): return { gruResetAfter($0); keepHidden($0) }
  case (_, false): return { lstm($0); keepHidden($0) }
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

/// Puts the new hidden state in the place of the old one.
@inline(__always)
private func keepHidden(_ call: UnsafePointer<Recurrence>) {
  let hidden = UnsafeMutablePointer(mutating: call.pointee.hidden)
  for unit in stride(from: 0, to: call.pointee.weights.units, by: lanes) {
    (hidden + unit).store(UnsafePointer(call.pointee.outputs.base + unit).vector())
  }
}
