import KernelInterface

// GRU without reset_after: a step has two products, since the candidate's needs r h whole.

/// What the two halves of a step hand over: z and r h, (batch, width) each.
private struct GRUGates {
  let update: UnsafeMutablePointer<Float>
  let reset: UnsafeMutablePointer<Float>
  let width: Int

  @inline(__always)
  init(_ scratch: UnsafeMutablePointer<Float>, batch: Int, units: Int) {
    width = gateWidth(units, 1)
    update = scratch
    reset = scratch + batch * width
  }
}

/// z and r h, from the recurrent product of the gates z and r.
private struct GRUGatesStep<F: CellFunctions>: Epilogue {
  let step: Timestep
  let gates: GRUGates
  let f: F

  @inline(__always)
  var left: Rows { step.hidden }

  @inline(__always)
  func start(_ vector: Int) -> Rows? { step.start(vector / 2 * 3 + vector % 2) }

  @inline(__always)
  func finish<let M: Int, let N: Int>(_ places: Places, _ sums: FinishedSums, _ shape: TileSums<M, N>.Type) {
    if N != 2 { return }
    for m in 0..<M {
      let (row, unit) = (places.row(m), places.vector(m) / 2 * lanes)
      let (place, values) = (row * gates.width + unit, f.gates((sums.vectors + m * 2).row(of: Row<2>.self)))
      (gates.update + place).store(values.value(0))
      (gates.reset + place).store(values.value(1) * step.load(step.hidden[row] + unit, unit))
    }
  }
}

/// `h = z h + (1 - z) act(x_h + (r h) U_h)`.
private struct GRUCandidateStep<F: CellFunctions>: Epilogue {
  let step: Timestep
  let gates: GRUGates
  let f: F

  @inline(__always)
  var left: Rows { Rows(gates.reset, stride: gates.width) }

  @inline(__always)
  func start(_ vector: Int) -> Rows? { step.start(vector * 3 + 2) }

  @inline(__always)
  var startStep: Int { 3 * lanes }

  @inline(__always)
  func finish<let M: Int, let N: Int>(_ places: Places, _ sums: FinishedSums, _ shape: TileSums<M, N>.Type) {
    for m in 0..<M {
      let (row, candidates) = (places.row(m), f.activations((sums.vectors + m * N).row(of: Row<N>.self)))
      for n in 0..<N {
        let unit = (places.vector(m) + n) * lanes
        let update = UnsafePointer(gates.update + row * gates.width + unit).vector()
        let (h, candidate) = (step.load(step.hidden[row] + unit, unit), candidates.value(n))
        step.store(update.times(h - candidate, plus: candidate), step.output(row, unit), unit)
      }
    }
  }
}

func gruResetBefore(_ call: UnsafePointer<Recurrence>) {
  if call.pointee.isStandard { gruResetBefore(call, StandardFunctions()) } else { gruResetBefore(call, AnyFunctions(call.pointee)) }
}

@inline(__always)
private func gruResetBefore(_ call: UnsafePointer<Recurrence>, _ f: some CellFunctions) {
  let memory = TileMemory(call)
  guard let candidateWeights = call.pointee.candidateWeights else { return }
  let batch = call.pointee.batch
  let candidateOperands = Operands(Panels(candidateWeights))
  let gates = GRUGates(call.pointee.scratch + TileMemory.count * lanes, batch: batch, units: call.pointee.weights.units)
  for t in 0..<call.pointee.steps {
    let step = Timestep(call, t)
    sweepTwoGates(GRUGatesStep(step: step, gates: gates, f: f), Operands(call, t), batch, memory)
    sweepSingleGate(GRUCandidateStep(step: step, gates: gates, f: f), candidateOperands, batch, memory)
  }
}
