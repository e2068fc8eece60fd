import KernelInterface

// A layer whose weights are a single panel. One row of it: a few units, whose sums stay in registers from the bias to
// the new state. What is left of a step is the latency of its arithmetic, in which a tile's way through memory would
// show.

/// What is done with the sums of a step.
private protocol SmallCell {
  /// The hidden state, H vectors, from N sums and, where they are apart, those of the inputs.
  mutating func next<let N: Int, let H: Int>(_ sums: Row<N>, _ inputs: Row<N>, _ hidden: Row<H>) -> Row<H>
}

/// Whether all units of a small layer are asked for.
@inline(__always)
func isSmall(_ call: UnsafePointer<Recurrence>) -> Bool { call.pointee.panels == nil && call.pointee.weights.isSmall }

extension PackedMatrix {
  /// Whether it is a single panel of float32.
  @inline(__always)
  var isSmall: Bool {
    format == .float32 && units > 0 && vectorCount(units, gates) <= panelWidth(gates: gates)
  }
}

@inline(never)
func smallSimpleRNN(_ call: UnsafePointer<Recurrence>) {
  if call.pointee.batch != 1 { return smallBatchOfSimpleRNN(call) }
  var cell = SmallSimpleRNN()
  switch vectorCount(call.pointee.weights.units, 1) {
  case 1: run(call, &cell, nil, Row<1>.self, Row<1>.self)
  case 2: run(call, &cell, nil, Row<2>.self, Row<2>.self)
  case 3: run(call, &cell, nil, Row<3>.self, Row<3>.self)
  default: run(call, &cell, nil, Row<4>.self, Row<4>.self)
  }
}

@inline(never)
func smallLSTM(_ call: UnsafePointer<Recurrence>) {
  if call.pointee.batch != 1 { return smallBatchOfLSTM(call) }
  guard let state = call.pointee.cell else { return }
  let units = call.pointee.weights.units
  var cell = SmallLSTM(state: UnsafePointer(state).vector(atMost: units))
  run(call, &cell, nil, Row<4>.self, Row<1>.self)
  state.store(cell.state, atMost: units)
}

@inline(never)
func smallGRU(_ call: UnsafePointer<Recurrence>) {
  if call.pointee.batch != 1 { return smallBatchOfGRU(call) }
  var cell = SmallGRU()
  run(call, &cell, call.pointee.recurrentBias, Row<3>.self, Row<1>.self)
}

/// What runs the steps of a stream like this one.
func smallStep(_ call: UnsafePointer<Recurrence>) -> RecurrenceKernel {
  switch (call.pointee.weights.gates, vectorCount(call.pointee.weights.units, 1)) {
  case (1, 1): return { call in smallSimpleRNNStep(call, Row<1>.self) }
  case (1, 2): return { call in smallSimpleRNNStep(call, Row<2>.self) }
  case (1, 3): return { call in smallSimpleRNNStep(call, Row<3>.self) }
  case (1, _): return { call in smallSimpleRNNStep(call, Row<4>.self) }
  case (3, _):
    return { call in
      var cell = SmallGRU()
      step(call, &cell, call.pointee.recurrentBias, Row<3>.self, Row<1>.self)
    }
  default:
    return { call in
      guard let state = call.pointee.cell else { return }
      var cell = SmallLSTM(state: UnsafePointer(state).vector())
      step(call, &cell, nil, Row<4>.self, Row<1>.self)
      state.store(cell.state)
    }
  }
}

@inline(__always)
private func smallSimpleRNNStep<let N: Int>(_ call: UnsafePointer<Recurrence>, _ shape: Row<N>.Type) {
  var cell = SmallSimpleRNN()
  step(call, &cell, nil, shape, shape)
}

private struct SmallSimpleRNN: SmallCell {
  @inline(__always)
  mutating func next<let N: Int, let H: Int>(_ sums: Row<N>, _ inputs: Row<N>, _ hidden: Row<H>) -> Row<H> {
    // One by one: the next step begins with the first units, while those of the others are still being made.
    var values = hidden
    for n in 0..<H { values[n] = hyperbolicTangent(sums[n]) }
    return values
  }
}

private struct SmallLSTM: SmallCell {
  var state: Vector

  @inline(__always)
  mutating func next<let N: Int, let H: Int>(_ sums: Row<N>, _ inputs: Row<N>, _ hidden: Row<H>) -> Row<H> {
    let f = StandardFunctions()
    var (gateSums, next) = (Row<4>(repeating: sums[0]), hidden)
    for n in 1..<4 { gateSums[n] = sums[n] }
    // All four (N is 4) at once: nothing else is there to fill the time that each operation takes.
    let gates = f(gateSums, activations: 2..<3)
    state = nextCell(state, gates)
    next[0] = gates.product(3, f.activations(row(state)), 0)
    return next
  }
}

private struct SmallGRU: SmallCell {
  @inline(__always)
  mutating func next<let N: Int, let H: Int>(_ sums: Row<N>, _ inputs: Row<N>, _ hidden: Row<H>) -> Row<H> {
    let gates = GRUSums<1>(
      update: row(sums[0] + inputs[0]), reset: row(sums[1] + inputs[1]), candidate: row(sums[2]), input: row(inputs[2]))
    var next = hidden
    next[0] = gruOutputs(gates, StandardFunctions()) { row(hidden[0]) }[0]
    return next
  }
}

@inline(__always)
private func row(_ value: Vector) -> Row<1> { Row<1>(repeating: value) }

/// All steps of a row: N sums, H of them hidden vectors.
@inline(__always)
private func run<C: SmallCell, let N: Int, let H: Int>(
  _ call: UnsafePointer<Recurrence>, _ cell: inout C, _ exchange: UnsafePointer<Float>?, _ sums: Row<N>.Type,
  _ hidden: Row<H>.Type
) {
  let (units, weights) = (call.pointee.weights.units, Panel<N>(call.pointee.weights))
  let kernel = call.pointee.kernel.map { Panel<N>($0) }
  let states = call.pointee.scratch
  for n in 0..<H { (states + n * lanes).store((call.pointee.hidden + n * lanes).vector(atMost: units - n * lanes)) }
  for t in 0..<call.pointee.steps {
    let input = call.pointee.inputs.base + t * call.pointee.inputs.rowStride
    let sums = Sums(kernel == nil ? input : call.pointee.bias, input, kernel, exchange, states, weights)
    let next = cell.next(sums.all, sums.inputs, UnsafePointer(states).row(of: Row<H>.self))
    // All of them at once: the compiler would put each function beside the branch that stores its result.
    for n in 0..<H { (states + n * lanes).store(next[n]) }
    let output = call.pointee.outputs.base + t % call.pointee.ring * call.pointee.outputs.rowStride
    for n in 0..<H { (output + n * lanes).store(next[n], atMost: units - n * lanes) }
  }
}

/// The same for the only step of a row whose states have room for whole vectors; the hidden state stays in its place.
@inline(__always)
private func step<C: SmallCell, let N: Int, let H: Int>(
  _ call: UnsafePointer<Recurrence>, _ cell: inout C, _ exchange: UnsafePointer<Float>?, _ sums: Row<N>.Type,
  _ hidden: Row<H>.Type
) {
  let hidden = call.pointee.hidden
  let (kernel, weights) = (call.pointee.kernel.map { Panel<N>($0) }, Panel<N>(call.pointee.weights))
  let sums = Sums(call.pointee.bias, call.pointee.inputs.base, kernel, exchange, hidden, weights)
  let states = cell.next(sums.all, sums.inputs, hidden.row(of: Row<H>.self))
  for n in 0..<H { (call.pointee.outputs.base + n * lanes).store(states[n]) }
  for n in 0..<H { (UnsafeMutablePointer(mutating: hidden) + n * lanes).store(states[n]) }
}

/// The sums of a step.
private struct Sums<let N: Int> {
  /// Those of the inputs, with which the others go on or, where there is an exchange, do not.
  let inputs: Row<N>
  let all: Row<N>

  @inline(__always)
  init(
    _ start: UnsafePointer<Float>?, _ input: UnsafePointer<Float>, _ kernel: Panel<N>?,
    _ exchange: UnsafePointer<Float>?,
    _ hidden: UnsafePointer<Float>, _ weights: Panel<N>
  ) {
    var sums = Row<N>(repeating: Vector())
    if let start { sums = start.row(of: Row<N>.self) }
    kernel?.multiply(input, &sums)
    inputs = sums
    if let exchange { sums = exchange.row(of: Row<N>.self) }
    weights.multiply(hidden, &sums)
    all = sums
  }
}

/// All weights of a layer, N vectors for each k.
struct Panel<let N: Int> {
  let weights: UnsafePointer<Float>
  let depth: Int

  @inline(__always)
  init(_ matrix: PackedMatrix) {
    weights = matrix.base.assumingMemoryBound(to: Float.self)
    depth = matrix.depth
  }

  /// `sums += left . weights`, in the order of every tile.
  @inline(__always)
  func multiply(_ left: UnsafePointer<Float>, _ sums: inout Row<N>) {
    if !isNarrow(depth, N) {
      for k in 0..<depth { add(&sums, left, k) }
      return
    }
    let half = depth / 2
    var second = Row<N>(repeating: Vector())
    for k in 0..<half {
      add(&sums, left, k)
      add(&second, left, half + k)
    }
    if depth % 2 != 0 { add(&second, left, depth - 1) }
    for n in 0..<N { sums[n] += second[n] }
  }

  @inline(__always)
  private func add(_ sums: inout Row<N>, _ left: UnsafePointer<Float>, _ k: Int) {
    let value = Vector(repeating: left[k])
    for n in 0..<N { sums[n].accumulate(value, (weights + (k * N + n) * lanes).vector()) }
  }
}
