import CPUFeatures
import KernelInterface

// One timestep of each recurrent layer, as what becomes of its recurrent product. The sums begin with the input
// product, which was made before or is made by the same tile, and a finished tile holds every gate of its units.

/// One timestep of a recurrence. Its strides are those of the batch.
struct Timestep {
  /// What the sums begin with.
  let starts: Rows?
  /// The inputs, where they are not multiplied yet.
  let inputs: Rows
  /// The hidden states before this step.
  let hidden: Rows
  let outputs: UnsafeMutablePointer<Float>
  let outputStride: Int
  /// Elements of a state that may be read and written.
  let units: Int

  @inline(__always)
  init(_ call: UnsafePointer<Recurrence>, _ t: Int) {
    let (ring, outputs) = (call.pointee.ring, call.pointee.outputs)
    inputs = Rows(call.pointee.inputs.base + t * call.pointee.inputs.rowStride, stride: call.pointee.inputs.groupStride)
    if let ahead = call.pointee.ahead {
      starts = Rows(call.pointee.inputProduct(ahead, ahead.first + t), stride: 0)
    } else {
      starts = call.pointee.kernel == nil ? inputs : call.pointee.bias.map { Rows($0, stride: 0) }
    }
    self.outputs = outputs.base + t % ring * outputs.rowStride
    outputStride = outputs.groupStride
    hidden =
      t == 0
      ? Rows(call.pointee.hidden, stride: call.pointee.hiddenStride)
      : Rows(outputs.base + (t - 1) % ring * outputs.rowStride, stride: outputs.groupStride)
    units = call.pointee.weights.units
    if call.pointee.panels != nil { fetchHidden(call.pointee.batch) }
  }

  /// Asks for all hidden states at once: where threads share the units, most come from other cores, one by one.
  @inline(never)
  private func fetchHidden(_ batch: Int) {
    for row in 0..<batch {
      for unit in stride(from: 0, to: units, by: bytesInLine / 4) { elman_cpu_prefetch(hidden[row] + unit) }
    }
  }

  /// The only step of one row whose states have room for whole vectors.
  @inline(__always)
  init(padded call: UnsafePointer<Recurrence>) {
    inputs = Rows(call.pointee.inputs.base, stride: 0)
    starts = call.pointee.bias.map { Rows($0, stride: 0) }
    hidden = Rows(call.pointee.hidden, stride: 0)
    outputs = call.pointee.outputs.base
    outputStride = 0
    units = Int.max
  }

  @inline(__always)
  func start(_ vector: Int) -> Rows? { starts.map { Rows($0.base + vector * lanes, stride: $0.stride) } }

  @inline(__always)
  func output(_ row: Int, _ unit: Int) -> UnsafeMutablePointer<Float> {
    outputs + row * outputStride + unit
  }

  /// Loads W units from each unit on, fewer at the end. Each unit is at least the one before: the last vector tells
  /// whether all are whole.
  @inline(__always)
  func load<let M: Int>(_ type: Row<M>.Type, units unit: (Int) -> Int, _ place: (Int) -> UnsafePointer<Float>) -> Row<M>
  {
    var row = Row<M>(repeating: Vector())
    if units - unit(M - 1) >= lanes {
      for m in 0..<M { row[m] = place(m).vector() }
    } else {
      for m in 0..<M { row[m] = place(m).vector(atMost: units - unit(m)) }
    }
    return row
  }

  /// Stores as many. It asks once whether vectors are whole: beside a branch for each, the compiler would make each
  /// when it is stored, and none of its operations beside those of others.
  @inline(__always)
  func store<let M: Int>(_ row: Row<M>, units unit: (Int) -> Int, _ place: (Int) -> UnsafeMutablePointer<Float>) {
    if units - unit(M - 1) >= lanes {
      for m in 0..<M { place(m).store(row[m]) }
    } else {
      for m in 0..<M { place(m).store(row[m], atMost: units - unit(m)) }
    }
  }
}

/// Floats that a recurrence needs beside its arrays.
func recurrenceScratch(_ batch: Int, _ units: Int, _ gates: Int) -> Int {
  TileMemory.count * lanes + (gates == 3 ? 2 * batch * gateWidth(units, 1) : 0)
}

extension TileMemory {
  @inline(__always)
  init(_ call: UnsafePointer<Recurrence>) { self.init(call.pointee.scratch) }
}

extension Operands {
  /// The kernel, if any, and the recurrent weights at a timestep. Every other one begins where the one before ended:
  /// with weights that are larger than a cache, what was read last is still in it.
  @inline(__always)
  init(_ call: UnsafePointer<Recurrence>, _ t: Int) {
    let isDescending = (t % 2 != 0) != call.pointee.isDescending
    let weights = Panels(call.pointee.weights, call.pointee.panels, isDescending: isDescending)
    self.init(
      first: call.pointee.tileKernel.map { Panels($0, call.pointee.panels, isDescending: isDescending) }
        ?? weights.empty, second: weights)
  }
}

// MARK: - SimpleRNN

/// `h = f(z + h U)`.
struct SimpleRNNStep<F: VectorFunction>: Epilogue {
  let step: Timestep
  let f: F

  @inline(__always)
  var left: Rows { step.hidden }

  @inline(__always)
  var firstLeft: Rows { step.inputs }

  @inline(__always)
  func start(_ vector: Int) -> Rows? { step.start(vector) }

  @inline(__always)
  func finish<let M: Int, let N: Int>(_ places: Places, _ sums: FinishedSums, _ shape: TileSums<M, N>.Type) {
    if N == 1 {
      // The functions of all rows at once.
      let hidden = f.all(sums.vectors.row(of: Row<M>.self))
      return step.store(hidden, units: { places.vector($0) * lanes }) {
        step.output(places.row($0), places.vector($0) * lanes)
      }
    }
    for m in 0..<M {
      @inline(__always)
      func unit(_ n: Int) -> Int { (places.vector(m) + n) * lanes }
      let hidden = f.all((sums.vectors + m * N).row(of: Row<N>.self))
      step.store(hidden, units: unit) { step.output(places.row(m), unit($0)) }
    }
  }
}

func simpleRNN(_ call: UnsafePointer<Recurrence>) {
  switch call.pointee.activation.function {
  case .tanh: if isSmall(call) { smallSimpleRNN(call) } else { simpleRNN(call, Tanh()) }
  default: simpleRNN(call, AnyFunction(function: call.pointee.activation))
  }
}

@inline(__always)
private func simpleRNN(_ call: UnsafePointer<Recurrence>, _ f: some VectorFunction) {
  let memory = TileMemory(call)
  call.pointee.multiplyFirstInputs()
  for t in 0..<call.pointee.steps {
    sweepSingleGate(
      SimpleRNNStep(step: Timestep(call, t), f: f), Operands(call, t), call.pointee.batch, memory,
      next: NextInputs(call, t))
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
struct AnyFunctions: CellFunctions {
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
  var isStandard: Bool { activation.function == .tanh && recurrentActivation.function == .sigmoid }

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
  var left: Rows { step.hidden }

  @inline(__always)
  var firstLeft: Rows { step.inputs }

  @inline(__always)
  func start(_ vector: Int) -> Rows? { step.start(vector) }

  @inline(__always)
  func finish<let M: Int, let N: Int>(_ places: Places, _ sums: FinishedSums, _ shape: TileSums<M, N>.Type) {
    if N != 4 { return }
    @inline(__always)
    func unit(_ m: Int) -> Int { places.vector(m) / 4 * lanes }
    @inline(__always)
    func state(_ m: Int) -> UnsafeMutablePointer<Float> { cell + places.row(m) * cellStride + unit(m) }
    var cells = step.load(Row<M>.self, units: unit) { UnsafePointer(state($0)) }
    let outputs = lstmOutputs(&cells, f) { m in (sums.vectors + m * 4).row(of: Row<4>.self) }
    step.store(cells, units: unit, state)
    step.store(outputs, units: unit) { step.output(places.row($0), unit($0)) }
  }
}

/// The next cell state, from the gates i, f and c~.
@inline(__always)
func nextCell<let N: Int>(_ cell: Vector, _ gates: Fractions<N>) -> Vector {
  gates.value(1).times(cell, plus: gates.product(0, gates, 2))
}

/// The outputs of M rows, from the sums of their gates; their cell states become the next ones.
@inline(__always)
func lstmOutputs<let M: Int>(_ cells: inout Row<M>, _ f: some CellFunctions, _ sums: (Int) -> Row<4>) -> Row<M> {
  for m in 0..<M { cells[m] = nextCell(cells[m], f(sums(m), activations: 2..<3)) }
  // The output gates come last: so nothing of a row is kept but its cells.
  var result = cells
  for m in 0..<M { result[m] = sums(m)[3] }
  let (outputs, activated) = (f.gates(result), f.activations(cells))
  for m in 0..<M { result[m] = outputs.product(m, activated, m) }
  return result
}

func lstm(_ call: UnsafePointer<Recurrence>) {
  if !call.pointee.isStandard { return lstm(call, AnyFunctions(call.pointee)) }
  if isSmall(call) { smallLSTM(call) } else { lstm(call, StandardFunctions()) }
}

@inline(__always)
private func lstm(_ call: UnsafePointer<Recurrence>, _ f: some CellFunctions) {
  let memory = TileMemory(call)
  guard let cell = call.pointee.cell else { return }
  call.pointee.multiplyFirstInputs()
  for t in 0..<call.pointee.steps {
    let step = LSTMStep(step: Timestep(call, t), cell: cell, cellStride: call.pointee.cellStride, f: f)
    let operands = Operands(call, t)
    #if KERNELS_AVX512
      if step.sweepWhole(operands, call.pointee.batch) { continue }
    #endif
    sweepFourGates(step, operands, call.pointee.batch, memory, next: NextInputs(call, t))
  }
}

// MARK: - GRU

/// `h = z h + (1 - z) act(x_h + r (h U_h + b_h))`; gates z, r, h.
struct GRUStep<F: CellFunctions>: Epilogue {
  let step: Timestep
  /// In gate layout.
  let recurrentBias: UnsafePointer<Float>
  /// Whether the tile also multiplies the inputs, whose sums it then puts aside.
  let multipliesInputs: Bool
  let f: F

  @inline(__always)
  init(_ call: UnsafePointer<Recurrence>, _ step: Timestep, _ recurrentBias: UnsafePointer<Float>, _ f: F) {
    self.step = step
    self.recurrentBias = recurrentBias
    self.f = f
    multipliesInputs = call.pointee.tileKernel != nil
  }

  @inline(__always)
  var left: Rows { step.hidden }

  @inline(__always)
  var firstLeft: Rows { step.inputs }

  @inline(__always)
  func start(_ vector: Int) -> Rows? {
    multipliesInputs ? step.start(vector) : Rows(recurrentBias + vector * lanes, stride: 0)
  }

  @inline(__always)
  func exchange(_ vector: Int) -> UnsafePointer<Float>? { multipliesInputs ? recurrentBias + vector * lanes : nil }

  /// The sums of the inputs of each group.
  @inline(__always)
  private func inputs(_ places: Places, _ sums: FinishedSums) -> Rows {
    if multipliesInputs {
      return Rows(UnsafeRawPointer(sums.asides).assumingMemoryBound(to: Float.self), stride: 3 * lanes)
    }
    let products = step.starts ?? step.inputs
    return Rows(
      products[places.firstRow] + places.firstVector * lanes,
      stride: places.rowStep * products.stride + places.vectorStep * lanes)
  }

  @inline(__always)
  func finish<let M: Int, let N: Int>(_ places: Places, _ sums: FinishedSums, _ shape: TileSums<M, N>.Type) {
    if N != 3 { return }
    @inline(__always)
    func sum(_ gate: Int) -> Row<M> { sums.vectors.advanced(by: gate).column(by: 3, of: Row<M>.self) }
    let inputs = inputs(places, sums)
    @inline(__always)
    func input(_ m: Int, _ gate: Int) -> Vector { (inputs[m] + gate * lanes).vector() }
    var (update, reset, candidate) = (sum(0), sum(1), sum(2))
    for m in 0..<M { update[m] += input(m, 0) }
    for m in 0..<M { reset[m] += input(m, 1) }
    for m in 0..<M { candidate[m] = input(m, 2) }
    let gates = GRUSums<M>(update: update, reset: reset, candidate: sum(2), input: candidate)
    @inline(__always)
    func unit(_ m: Int) -> Int { places.vector(m) / 3 * lanes }
    let outputs = gruOutputs(gates, f) {
      step.load(Row<M>.self, units: unit) { step.hidden[places.row($0)] + unit($0) }
    }
    step.store(outputs, units: unit) { step.output(places.row($0), unit($0)) }
  }
}

/// The sums of the gates of M rows; the candidate's inputs are apart.
struct GRUSums<let M: Int> {
  let update: Row<M>
  let reset: Row<M>
  let candidate: Row<M>
  let input: Row<M>
}

/// The outputs of M rows. Their hidden states are asked for when they are needed, at the end.
@inline(__always)
func gruOutputs<let M: Int>(_ sums: GRUSums<M>, _ f: some CellFunctions, hidden: () -> Row<M>) -> Row<M> {
  let (resets, updates) = (f.gates(sums.reset), f.gates(sums.update))
  var candidate = sums.candidate
  for m in 0..<M { candidate[m] = resets.value(m).times(candidate[m], plus: sums.input[m]) }
  let candidates = f.activations(candidate)
  for m in 0..<M { candidate[m] = candidates.value(m) }
  var result = hidden()
  for m in 0..<M { result[m] = updates.value(m).times(result[m] - candidate[m], plus: candidate[m]) }
  return result
}

func gruResetAfter(_ call: UnsafePointer<Recurrence>) {
  if !call.pointee.isStandard { return gru(call, AnyFunctions(call.pointee)) }
  if isSmall(call) { smallGRU(call) } else { gru(call, StandardFunctions()) }
}

@inline(__always)
private func gru(_ call: UnsafePointer<Recurrence>, _ f: some CellFunctions) {
  let memory = TileMemory(call)
  guard let bias = call.pointee.recurrentBias else { return }
  call.pointee.multiplyFirstInputs()
  for t in 0..<call.pointee.steps {
    sweepThreeGates(
      GRUStep(call, Timestep(call, t), bias, f), Operands(call, t), call.pointee.batch, memory,
      next: NextInputs(call, t))
  }
}
