import KernelInterface

// One timestep of each recurrent layer, as what becomes of its recurrent product. The product begins with the input
// product (or, for a GRU, the recurrent bias), and a finished tile holds every gate of its units.

/// One timestep of a recurrence.
struct Timestep {
  let call: Recurrence
  /// The hidden states before this step.
  let hidden: UnsafePointer<Float>
  let hiddenStride: Int
  let inputs: UnsafePointer<Float>
  let outputs: UnsafeMutablePointer<Float>

  @inline(__always)
  init(_ call: Recurrence, _ t: Int) {
    self.call = call
    inputs = call.inputs.base + t * call.inputs.rowStride
    outputs = call.outputs.base + t % call.ring * call.outputs.rowStride
    hidden = t == 0 ? call.hidden : UnsafePointer(call.outputs.base + (t - 1) % call.ring * call.outputs.rowStride)
    hiddenStride = t == 0 ? call.hiddenStride : call.outputs.groupStride
  }

  @inline(__always)
  func hidden(_ row: Int) -> UnsafePointer<Float> { hidden + row * hiddenStride }

  @inline(__always)
  func input(_ row: Int, _ vector: Int) -> Vector {
    (inputs + row * call.inputs.groupStride + vector * lanes).vector()
  }

  @inline(__always)
  func output(_ row: Int, _ unit: Int) -> UnsafeMutablePointer<Float> {
    outputs + row * call.outputs.groupStride + unit
  }

  /// W units from `unit` on, fewer at the end.
  @inline(__always)
  func load(_ pointer: UnsafePointer<Float>, _ unit: Int) -> Vector {
    let left = call.weights.units - unit
    return left >= lanes ? pointer.vector() : pointer.vector(first: left)
  }

  @inline(__always)
  func store(_ vector: Vector, _ pointer: UnsafeMutablePointer<Float>, _ unit: Int) {
    let left = call.weights.units - unit
    if left >= lanes { pointer.store(vector) } else { pointer.store(vector, first: left) }
  }
}

// MARK: - SimpleRNN

/// `h = f(z + h U)`.
private struct SimpleRNNStep<F: VectorFunction>: Epilogue {
  let step: Timestep
  let f: F

  @inline(__always)
  func left(_ row: Int) -> UnsafePointer<Float> { step.hidden(row) }

  @inline(__always)
  func start(_ row: Int, _ vector: Int) -> Vector { step.input(row, vector) }

  @inline(__always)
  func finish<let N: Int>(_ row: Int, _ vector: Int, _ sums: InlineArray<N, Vector>) {
    for n in 0..<N {
      let unit = (vector + n) * lanes
      step.store(f(sums[n]), step.output(row, unit), unit)
    }
  }
}

func simpleRNN(_ call: Recurrence) {
  switch call.activation.function {
  case .tanh: simpleRNN(call, Tanh())
  default: simpleRNN(call, AnyFunction(function: call.activation))
  }
}

@inline(__always)
private func simpleRNN(_ call: Recurrence, _ f: some VectorFunction) {
  let panels = Panels(call.weights)
  for t in 0..<call.steps { sweepSingleGate(SimpleRNNStep(step: Timestep(call, t), f: f), panels, call.batch) }
}

// MARK: - LSTM

/// `c = f c + i act(c~)`, `h = o act(c)`; gates i, f, c~, o.
private struct LSTMStep<F: VectorFunction, G: VectorFunction>: Epilogue {
  let step: Timestep
  let cell: UnsafeMutablePointer<Float>
  let f: F
  let gate: G

  @inline(__always)
  func left(_ row: Int) -> UnsafePointer<Float> { step.hidden(row) }

  @inline(__always)
  func start(_ row: Int, _ vector: Int) -> Vector { step.input(row, vector) }

  @inline(__always)
  func finish<let N: Int>(_ row: Int, _ vector: Int, _ sums: InlineArray<N, Vector>) {
    if N != 4 { return }
    let unit = vector / 4 * lanes
    let state = cell + row * step.call.cellStride + unit
    let kept = gate(sums[1]) * step.load(state, unit)
    let c = gate(sums[0]).times(f(sums[2]), plus: kept)
    step.store(c, state, unit)
    step.store(gate(sums[3]) * f(c), step.output(row, unit), unit)
  }
}

func lstm(_ call: Recurrence) {
  if call.activation.function == .tanh && call.recurrentActivation.function == .sigmoid {
    lstm(call, Tanh(), Sigmoid())
  } else {
    lstm(call, AnyFunction(function: call.activation), AnyFunction(function: call.recurrentActivation))
  }
}

@inline(__always)
private func lstm(_ call: Recurrence, _ f: some VectorFunction, _ gate: some VectorFunction) {
  guard let cell = call.cell else { return }
  let panels = Panels(call.weights)
  for t in 0..<call.steps {
    sweepFourGates(LSTMStep(step: Timestep(call, t), cell: cell, f: f, gate: gate), panels, call.batch)
  }
}

// MARK: - GRU

/// `h = z h + (1 - z) act(x_h + r (h U_h + b_h))`; gates z, r, h.
private struct GRUStep<F: VectorFunction, G: VectorFunction>: Epilogue {
  let step: Timestep
  let f: F
  let gate: G

  @inline(__always)
  func left(_ row: Int) -> UnsafePointer<Float> { step.hidden(row) }

  @inline(__always)
  func start(_ row: Int, _ vector: Int) -> Vector {
    step.call.recurrentBias.map { ($0 + vector * lanes).vector() } ?? Vector()
  }

  @inline(__always)
  func finish<let N: Int>(_ row: Int, _ vector: Int, _ sums: InlineArray<N, Vector>) {
    if N != 3 { return }
    let unit = vector / 3 * lanes
    let update = gate(step.input(row, vector) + sums[0])
    let reset = gate(step.input(row, vector + 1) + sums[1])
    let candidate = f(reset.times(sums[2], plus: step.input(row, vector + 2)))
    let h = step.load(step.hidden(row) + unit, unit)
    step.store(update.times(h - candidate, plus: candidate), step.output(row, unit), unit)
  }
}

func gruResetAfter(_ call: Recurrence) {
  if call.activation.function == .tanh && call.recurrentActivation.function == .sigmoid {
    gru(call, Tanh(), Sigmoid())
  } else {
    gru(call, AnyFunction(function: call.activation), AnyFunction(function: call.recurrentActivation))
  }
}

@inline(__always)
private func gru(_ call: Recurrence, _ f: some VectorFunction, _ gate: some VectorFunction) {
  let panels = Panels(call.weights)
  for t in 0..<call.steps { sweepThreeGates(GRUStep(step: Timestep(call, t), f: f, gate: gate), panels, call.batch) }
}

// MARK: - GRU without reset_after

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
private struct GRUGatesStep<G: VectorFunction>: Epilogue {
  let step: Timestep
  let gates: GRUGates
  let gate: G

  @inline(__always)
  func left(_ row: Int) -> UnsafePointer<Float> { step.hidden(row) }

  @inline(__always)
  func start(_ row: Int, _ vector: Int) -> Vector { step.input(row, vector / 2 * 3 + vector % 2) }

  @inline(__always)
  func finish<let N: Int>(_ row: Int, _ vector: Int, _ sums: InlineArray<N, Vector>) {
    if N != 2 { return }
    let unit = vector / 2 * lanes
    let place = row * gates.width + unit
    (gates.update + place).store(gate(sums[0]))
    (gates.reset + place).store(gate(sums[1]) * step.load(step.hidden(row) + unit, unit))
  }
}

/// `h = z h + (1 - z) act(x_h + (r h) U_h)`.
private struct GRUCandidateStep<F: VectorFunction>: Epilogue {
  let step: Timestep
  let gates: GRUGates
  let f: F

  @inline(__always)
  func left(_ row: Int) -> UnsafePointer<Float> { UnsafePointer(gates.reset + row * gates.width) }

  @inline(__always)
  func start(_ row: Int, _ vector: Int) -> Vector { step.input(row, vector * 3 + 2) }

  @inline(__always)
  func finish<let N: Int>(_ row: Int, _ vector: Int, _ sums: InlineArray<N, Vector>) {
    for n in 0..<N {
      let unit = (vector + n) * lanes
      let update = UnsafePointer(gates.update + row * gates.width + unit).vector()
      let candidate = f(sums[n])
      let h = step.load(step.hidden(row) + unit, unit)
      step.store(update.times(h - candidate, plus: candidate), step.output(row, unit), unit)
    }
  }
}

func gruResetBefore(_ call: Recurrence) {
  if call.activation.function == .tanh && call.recurrentActivation.function == .sigmoid {
    gruResetBefore(call, Tanh(), Sigmoid())
  } else {
    gruResetBefore(call, AnyFunction(function: call.activation), AnyFunction(function: call.recurrentActivation))
  }
}

@inline(__always)
private func gruResetBefore(_ call: Recurrence, _ f: some VectorFunction, _ gate: some VectorFunction) {
  guard let scratch = call.scratch, let candidateWeights = call.candidateWeights else { return }
  let panels = Panels(call.weights)
  let candidatePanels = Panels(candidateWeights)
  let gates = GRUGates(scratch, batch: call.batch, units: call.weights.units)
  for t in 0..<call.steps {
    let step = Timestep(call, t)
    sweepTwoGates(GRUGatesStep(step: step, gates: gates, gate: gate), panels, call.batch)
    sweepSingleGate(GRUCandidateStep(step: step, gates: gates, f: f), candidatePanels, call.batch)
  }
}
