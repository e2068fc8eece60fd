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
    @inline(__always)
    func unit(_ m: Int) -> Int { places.vector(m) / 2 * lanes }
    @inline(__always)
    func values(_ gate: Int) -> Fractions<M> { f.gates(sums.vectors.advanced(by: gate).column(by: 2, of: Row<M>.self)) }
    let hidden = step.load(Row<M>.self, units: unit) { step.hidden[places.row($0)] + unit($0) }
    let (updates, resets) = (values(0), values(1))
    for m in 0..<M {
      let place = places.row(m) * gates.width + unit(m)
      (gates.update + place).store(updates.value(m))
      (gates.reset + place).store(resets.value(m) * hidden[m])
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
      @inline(__always)
      func unit(_ n: Int) -> Int { (places.vector(m) + n) * lanes }
      let row = places.row(m)
      let hidden = step.load(Row<N>.self, units: unit) { step.hidden[row] + unit($0) }
      let candidates = f.activations((sums.vectors + m * N).row(of: Row<N>.self))
      var outputs = hidden
      for n in 0..<N {
        let update = UnsafePointer(gates.update + row * gates.width + unit(n)).vector()
        let candidate = candidates.value(n)
        outputs[n] = update.times(hidden[n] - candidate, plus: candidate)
      }
      step.store(outputs, units: unit) { step.output(row, unit($0)) }
    }
  }
}

func gruResetBefore(_ call: UnsafePointer<Recurrence>) {
  if call.pointee.isStandard {
    gruResetBefore(call, StandardFunctions())
  } else {
    gruResetBefore(call, AnyFunctions(call.pointee))
  }
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
