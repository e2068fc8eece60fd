import CPUFeatures
import KernelInterface

// One timestep of each recurrent layer, as what becomes of its recurrent product. The product begins with the input
// product (or, for a GRU, the recurrent bias), and a finished tile holds every gate of its units.

/// One timestep of a recurrence. Its strides are those of the batch.
struct Timestep {
  let inputs: UnsafePointer<Float>
  let inputStride: Int
  /// The hidden states before this step.
  let hidden: UnsafePointer<Float>
  let hiddenStride: Int
  let outputs: UnsafeMutablePointer<Float>
  let outputStride: Int
  /// Elements of a state that may be read and written.
  let units: Int

  @inline(__always)
  init(_ call: UnsafePointer<Recurrence>, _ t: Int) {
    let (ring, outputs) = (call.pointee.ring, call.pointee.outputs)
    inputs = call.pointee.inputs.base + t * call.pointee.inputs.rowStride
    inputStride = call.pointee.inputs.groupStride
    self.outputs = outputs.base + t % ring * outputs.rowStride
    outputStride = outputs.groupStride
    hidden = t == 0 ? call.pointee.hidden : UnsafePointer(outputs.base + (t - 1) % ring * outputs.rowStride)
    hiddenStride = t == 0 ? call.pointee.hiddenStride : outputs.groupStride
    units = call.pointee.weights.units
    if call.pointee.panels != nil { fetchHidden(call.pointee.batch) }
  }

  /// Asks for all hidden states at once: where threads share the units, most come from other cores, one by one.
  @inline(never)
  private func fetchHidden(_ batch: Int) {
    for row in 0..<batch {
      for unit in stride(from: 0, to: units, by: bytesInLine / 4) { elman_cpu_prefetch(hidden(row) + unit) }
    }
  }

  /// The only step of one row whose states have room for whole vectors.
  @inline(__always)
  init(padded call: UnsafePointer<Recurrence>) {
    inputs = call.pointee.inputs.base
    inputStride = 0
    hidden = call.pointee.hidden
    hiddenStride = 0
    outputs = call.pointee.outputs.base
    outputStride = 0
    units = Int.max
  }

  @inline(__always)
  func hidden(_ row: Int) -> UnsafePointer<Float> { hidden + row * hiddenStride }

  @inline(__always)
  func input(_ row: Int, _ vector: Int) -> Vector {
    (inputs + row * inputStride + vector * lanes).vector()
  }

  @inline(__always)
  func output(_ row: Int, _ unit: Int) -> UnsafeMutablePointer<Float> {
    outputs + row * outputStride + unit
  }

  /// W units from `unit` on, fewer at the end.
  @inline(__always)
  func load(_ pointer: UnsafePointer<Float>, _ unit: Int) -> Vector {
    let left = units - unit
    return left >= lanes ? pointer.vector() : pointer.vector(first: left)
  }

  @inline(__always)
  func store(_ vector: Vector, _ pointer: UnsafeMutablePointer<Float>, _ unit: Int) {
    let left = units - unit
    if left >= lanes { pointer.store(vector) } else { pointer.store(vector, first: left) }
  }
}

// MARK: - SimpleRNN

/// `h = f(z + h U)`.
struct SimpleRNNStep<F: VectorFunction>: Epilogue {
  let step: Timestep
  let f: F

  @inline(__always)
  func left(_ row: Int) -> UnsafePointer<Float> { step.hidden(row) }

  @inline(__always)
  func start(_ row: Int, _ vector: Int) -> Vector { step.input(row, vector) }

  @inline(__always)
  func finish<let M: Int, let N: Int>(_ places: Places, _ sums: UnsafePointer<Vector>, _ shape: TileSums<M, N>.Type) {
    for m in 0..<M {
      let hidden = f.all((sums + m * N).row(of: Row<N>.self))
      for n in 0..<N {
        let unit = (places.vector(m) + n) * lanes
        step.store(hidden[n], step.output(places.row(m), unit), unit)
      }
    }
  }
}

func simpleRNN(_ call: UnsafePointer<Recurrence>) {
  switch call.pointee.activation.function {
  case .tanh: simpleRNN(call, Tanh())
  default: simpleRNN(call, AnyFunction(function: call.pointee.activation))
  }
}

@inline(__always)
private func simpleRNN(_ call: UnsafePointer<Recurrence>, _ f: some VectorFunction) {
  for t in 0..<call.pointee.steps {
    sweepSingleGate(SimpleRNNStep(step: Timestep(call, t), f: f), Panels(call, t), call.pointee.batch)
  }
}

// MARK: - The functions of gated cells

/// The gates' function and the activation of an LSTM or a GRU.
protocol CellFunctions {
  /// The activation of those in `activations`, the gates' function of the others.
  func callAsFunction<let N: Int>(_ x: Row<N>, activations: Range<Int>) -> Fractions<N>
}

extension CellFunctions {
  @inline(__always)
  func gates<let N: Int>(_ x: Row<N>) -> Fractions<N> { self(x, activations: 0..<0) }

  @inline(__always)
  func activations<let N: Int>(_ x: Row<N>) -> Fractions<N> { self(x, activations: 0..<N) }
}

/// Keras's defaults, sigmoid and tanh.
struct StandardFunctions: CellFunctions {
  @inline(__always)
  func callAsFunction<let N: Int>(_ x: Row<N>, activations: Range<Int>) -> Fractions<N> {
    Fractions(logistics: x, tangents: activations)
  }
}

/// Any others.
private struct AnyFunctions: CellFunctions {
  let gateFunction: AnyFunction
  let activationFunction: AnyFunction

  @inline(__always)
  init(_ call: Recurrence) {
    gateFunction = AnyFunction(function: call.recurrentActivation)
    activationFunction = AnyFunction(function: call.activation)
  }

  @inline(__always)
  func callAsFunction<let N: Int>(_ x: Row<N>, activations: Range<Int>) -> Fractions<N> {
    var values = x
    for n in 0..<N { values[n] = activations.contains(n) ? activationFunction(x[n]) : gateFunction(x[n]) }
    return Fractions(values)
  }
}

extension Recurrence {
  fileprivate var isStandard: Bool { activation.function == .tanh && recurrentActivation.function == .sigmoid }

  /// Whether its functions are those of Keras's defaults.
  var hasStandardFunctions: Bool { weights.gates == 1 ? activation.function == .tanh : isStandard }
}

// MARK: - LSTM

/// `c = f c + i act(c~)`, `h = o act(c)`; gates i, f, c~, o.
struct LSTMStep<F: CellFunctions>: Epilogue {
  let step: Timestep
  let cell: UnsafeMutablePointer<Float>
  let cellStride: Int
  let f: F

  @inline(__always)
  func left(_ row: Int) -> UnsafePointer<Float> { step.hidden(row) }

  @inline(__always)
  func start(_ row: Int, _ vector: Int) -> Vector { step.input(row, vector) }

  @inline(__always)
  func finish<let M: Int, let N: Int>(_ places: Places, _ sums: UnsafePointer<Vector>, _ shape: TileSums<M, N>.Type) {
    if N != 4 { return }
    var cells = Row<M>(repeating: Vector())
    var outputs = Fractions<M>(cells)
    for m in 0..<M {
      let unit = places.vector(m) / 4 * lanes
      let state = cell + places.row(m) * cellStride + unit
      let gates = f((sums + m * 4).row(of: Row<4>.self), activations: 2..<3)
      cells[m] = gates.value(1).times(step.load(state, unit), plus: gates.product(0, gates, 2))
      step.store(cells[m], state, unit)
      outputs.take(m, gates, 3)
    }
    let activated = f.activations(cells)
    for m in 0..<M {
      let unit = places.vector(m) / 4 * lanes
      step.store(outputs.product(m, activated, m), step.output(places.row(m), unit), unit)
    }
  }
}

func lstm(_ call: UnsafePointer<Recurrence>) {
  if call.pointee.isStandard { lstm(call, StandardFunctions()) } else { lstm(call, AnyFunctions(call.pointee)) }
}

@inline(__always)
private func lstm(_ call: UnsafePointer<Recurrence>, _ f: some CellFunctions) {
  guard let cell = call.pointee.cell else { return }
  let cellStride = call.pointee.cellStride
  for t in 0..<call.pointee.steps {
    sweepFourGates(LSTMStep(step: Timestep(call, t), cell: cell, cellStride: cellStride, f: f), Panels(call, t), call.pointee.batch)
  }
}

// MARK: - GRU

/// `h = z h + (1 - z) act(x_h + r (h U_h + b_h))`; gates z, r, h.
struct GRUStep<F: CellFunctions>: Epilogue {
  let step: Timestep
  let bias: UnsafePointer<Float>?
  let f: F

  @inline(__always)
  func left(_ row: Int) -> UnsafePointer<Float> { step.hidden(row) }

  @inline(__always)
  func start(_ row: Int, _ vector: Int) -> Vector {
    bias.map { ($0 + vector * lanes).vector() } ?? Vector()
  }

  @inline(__always)
  func finish<let M: Int, let N: Int>(_ places: Places, _ sums: UnsafePointer<Vector>, _ shape: TileSums<M, N>.Type) {
    if N != 3 { return }
    @inline(__always)
    func sum(_ gate: Int) -> Row<M> { sums.advanced(by: gate).column(by: 3, of: Row<M>.self) }
    @inline(__always)
    func input(_ m: Int, _ gate: Int) -> Vector { step.input(places.row(m), places.vector(m) + gate) }
    var (reset, update, candidate) = (sum(1), sum(0), sum(2))
    for m in 0..<M { reset[m] += input(m, 1) }
    for m in 0..<M { update[m] += input(m, 0) }
    let (resets, updates) = (f.gates(reset), f.gates(update))
    for m in 0..<M { candidate[m] = resets.value(m).times(candidate[m], plus: input(m, 2)) }
    let candidates = f.activations(candidate)
    for m in 0..<M {
      let unit = places.vector(m) / 3 * lanes
      let (h, next) = (step.load(step.hidden(places.row(m)) + unit, unit), candidates.value(m))
      step.store(updates.value(m).times(h - next, plus: next), step.output(places.row(m), unit), unit)
    }
  }
}

func gruResetAfter(_ call: UnsafePointer<Recurrence>) {
  if call.pointee.isStandard { gru(call, StandardFunctions()) } else { gru(call, AnyFunctions(call.pointee)) }
}

@inline(__always)
private func gru(_ call: UnsafePointer<Recurrence>, _ f: some CellFunctions) {
  let bias = call.pointee.recurrentBias
  for t in 0..<call.pointee.steps {
    sweepThreeGates(GRUStep(step: Timestep(call, t), bias: bias, f: f), Panels(call, t), call.pointee.batch)
  }
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
private struct GRUGatesStep<F: CellFunctions>: Epilogue {
  let step: Timestep
  let gates: GRUGates
  let f: F

  @inline(__always)
  func left(_ row: Int) -> UnsafePointer<Float> { step.hidden(row) }

  @inline(__always)
  func start(_ row: Int, _ vector: Int) -> Vector { step.input(row, vector / 2 * 3 + vector % 2) }

  @inline(__always)
  func finish<let M: Int, let N: Int>(_ places: Places, _ sums: UnsafePointer<Vector>, _ shape: TileSums<M, N>.Type) {
    if N != 2 { return }
    for m in 0..<M {
      let (row, unit) = (places.row(m), places.vector(m) / 2 * lanes)
      let (place, values) = (row * gates.width + unit, f.gates((sums + m * 2).row(of: Row<2>.self)))
      (gates.update + place).store(values.value(0))
      (gates.reset + place).store(values.value(1) * step.load(step.hidden(row) + unit, unit))
    }
  }
}

/// `h = z h + (1 - z) act(x_h + (r h) U_h)`.
private struct GRUCandidateStep<F: CellFunctions>: Epilogue {
  let step: Timestep
  let gates: GRUGates
  let f: F

  @inline(__always)
  func left(_ row: Int) -> UnsafePointer<Float> { UnsafePointer(gates.reset + row * gates.width) }

  @inline(__always)
  func start(_ row: Int, _ vector: Int) -> Vector { step.input(row, vector * 3 + 2) }

  @inline(__always)
  func finish<let M: Int, let N: Int>(_ places: Places, _ sums: UnsafePointer<Vector>, _ shape: TileSums<M, N>.Type) {
    for m in 0..<M {
      let (row, candidates) = (places.row(m), f.activations((sums + m * N).row(of: Row<N>.self)))
      for n in 0..<N {
        let unit = (places.vector(m) + n) * lanes
        let update = UnsafePointer(gates.update + row * gates.width + unit).vector()
        let (h, candidate) = (step.load(step.hidden(row) + unit, unit), candidates.value(n))
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
  guard let scratch = call.pointee.scratch, let candidateWeights = call.pointee.candidateWeights else { return }
  let batch = call.pointee.batch
  let candidatePanels = Panels(candidateWeights)
  let gates = GRUGates(scratch, batch: batch, units: call.pointee.weights.units)
  for t in 0..<call.pointee.steps {
    let step = Timestep(call, t)
    sweepTwoGates(GRUGatesStep(step: step, gates: gates, f: f), Panels(call, t), batch)
    sweepSingleGate(GRUCandidateStep(step: step, gates: gates, f: f), candidatePanels, batch)
  }
}
