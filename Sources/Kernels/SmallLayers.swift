import KernelInterface

// One row of a layer whose weights are a single panel: a few units, whose sums stay in registers from the bias to the new
// state. What is left of a step is the latency of its arithmetic, in which a tile's way through memory would show.

/// What is done with the sums of a step.
private protocol SmallCell {
  /// The hidden state, H vectors, from N sums and, where they are apart, those of the inputs.
  mutating func next<let N: Int, let H: Int>(_ sums: Row<N>, _ inputs: Row<N>, _ hidden: Row<H>) -> Row<H>
}

/// Whether the functions below run a call, of which they take one row of float32 weights.
@inline(__always)
func isSmall(_ call: UnsafePointer<Recurrence>) -> Bool {
  let (weights, gates) = (call.pointee.weights, call.pointee.weights.gates)
  return call.pointee.batch == 1 && vectorCount(weights.units, gates) <= panelWidth(gates: gates) && weights.format == .float32
    && call.pointee.panels == nil
}

@inline(never)
func smallSimpleRNN(_ call: UnsafePointer<Recurrence>, padded: Bool) {
  var cell = SmallSimpleRNN()
  switch vectorCount(call.pointee.weights.units, 1) {
  case 1: run(call, &cell, nil, padded, Row<1>.self, Row<1>.self)
  case 2: run(call, &cell, nil, padded, Row<2>.self, Row<2>.self)
  case 3: run(call, &cell, nil, padded, Row<3>.self, Row<3>.self)
  default: run(call, &cell, nil, padded, Row<4>.self, Row<4>.self)
  }
}

@inline(never)
func smallLSTM(_ call: UnsafePointer<Recurrence>, padded: Bool) {
  guard let state = call.pointee.cell else { return }
  let units = padded ? lanes : call.pointee.weights.units
  var cell = SmallLSTM(state: UnsafePointer(state).vector(atMost: units))
  run(call, &cell, nil, padded, Row<4>.self, Row<1>.self)
  state.store(cell.state, atMost: units)
}

@inline(never)
func smallGRU(_ call: UnsafePointer<Recurrence>, padded: Bool) {
  var cell = SmallGRU()
  run(call, &cell, call.pointee.recurrentBias, padded, Row<3>.self, Row<1>.self)
}

private struct SmallSimpleRNN: SmallCell {
  @inline(__always)
  mutating func next<let N: Int, let H: Int>(_ sums: Row<N>, _ inputs: Row<N>, _ hidden: Row<H>) -> Row<H> {
    var values = hidden
    for n in 0..<H { values[n] = sums[n] }
    return hyperbolicTangents(values)
  }
}

private struct SmallLSTM: SmallCell {
  var state: Vector

  @inline(__always)
  mutating func next<let N: Int, let H: Int>(_ sums: Row<N>, _ inputs: Row<N>, _ hidden: Row<H>) -> Row<H> {
    var (gates, cells, next) = (Row<4>(repeating: sums[0]), Row<1>(repeating: state), hidden)
    for n in 1..<4 { gates[n] = sums[n] }
    next[0] = lstmOutputs(&cells, StandardFunctions()) { _ in gates }[0]
    state = cells[0]
    return next
  }
}

private struct SmallGRU: SmallCell {
  @inline(__always)
  mutating func next<let N: Int, let H: Int>(_ sums: Row<N>, _ inputs: Row<N>, _ hidden: Row<H>) -> Row<H> {
    @inline(__always)
    func row(_ value: Vector) -> Row<1> { Row<1>(repeating: value) }
    let gates = GRUSums<1>(
      update: row(sums[0] + inputs[0]), reset: row(sums[1] + inputs[1]), candidate: row(sums[2]), input: row(inputs[2]))
    var next = hidden
    next[0] = gruOutputs(gates, row(hidden[0]), StandardFunctions())[0]
    return next
  }
}

/// All steps of a row: N sums, H of them hidden vectors. Where the states are `padded`, whole vectors are read and written
/// and the hidden state stays in its place; otherwise the outputs alone hold it.
@inline(__always)
private func run<C: SmallCell, let N: Int, let H: Int>(
  _ call: UnsafePointer<Recurrence>, _ cell: inout C, _ exchange: UnsafePointer<Float>?, _ padded: Bool, _ sums: Row<N>.Type,
  _ hidden: Row<H>.Type
) {
  let units = padded ? H * lanes : call.pointee.weights.units
  let weights = Panels(call.pointee.weights)
  let kernel = call.pointee.kernel.map { Panels($0) }
  var states = Row<H>(repeating: Vector())
  for n in 0..<H { states[n] = (call.pointee.hidden + n * lanes).vector(atMost: units - n * lanes) }
  for t in 0..<call.pointee.steps {
    let input = call.pointee.inputs.base + t * call.pointee.inputs.rowStride
    var sums = Row<N>(repeating: Vector())
    if let start = kernel == nil ? input : call.pointee.bias { sums = start.row(of: Row<N>.self) }
    if let kernel { accumulate(&sums, input, kernel) }
    let inputs = sums
    if let exchange { sums = exchange.row(of: Row<N>.self) }
    withUnsafePointer(to: states) { accumulate(&sums, UnsafeRawPointer($0).assumingMemoryBound(to: Float.self), weights) }
    states = cell.next(sums, inputs, states)
    let output = call.pointee.outputs.base + t % call.pointee.ring * call.pointee.outputs.rowStride
    for n in 0..<H { (output + n * lanes).store(states[n], atMost: units - n * lanes) }
  }
  if padded {
    let place = UnsafeMutablePointer(mutating: call.pointee.hidden)
    for n in 0..<H { (place + n * lanes).store(states[n]) }
  }
}

/// `sums += left . panel`, in the order of every tile.
@inline(__always)
private func accumulate<let N: Int>(_ sums: inout Row<N>, _ left: UnsafePointer<Float>, _ panels: Panels) {
  let (depth, weights) = (panels.depth, panels.base.assumingMemoryBound(to: Float.self))
  if panels.splitsDepth {
    let half = depth / 2
    var second = Row<N>(repeating: Vector())
    for k in 0..<half {
      add(&sums, left, weights, k)
      add(&second, left, weights, half + k)
    }
    if depth % 2 != 0 { add(&second, left, weights, depth - 1) }
    for n in 0..<N { sums[n] += second[n] }
  } else {
    for k in 0..<depth { add(&sums, left, weights, k) }
  }
}

@inline(__always)
private func add<let N: Int>(_ sums: inout Row<N>, _ left: UnsafePointer<Float>, _ weights: UnsafePointer<Float>, _ k: Int) {
  let value = Vector(repeating: left[k])
  for n in 0..<N { sums[n].accumulate(value, (weights + (k * N + n) * lanes).vector()) }
}
