import KernelInterface

// One timestep of each recurrent cell backwards: from the gradient of its hidden state to those of its sums before the
// functions. What they are derived from stands in `CellGradient`; the products by the transposed weights come after.

/// The functions of a cell with their derivatives.
protocol CellSlopes {
  func gate(_ x: Vector) -> (value: Vector, slope: Vector)
  func activation(_ x: Vector) -> (value: Vector, slope: Vector)
}

/// sigmoid and tanh.
struct StandardSlopes: CellSlopes {
  @inline(__always)
  func gate(_ x: Vector) -> (value: Vector, slope: Vector) {
    let y = logistic(x)
    return (y, slopeOfSigmoid(y))
  }

  @inline(__always)
  func activation(_ x: Vector) -> (value: Vector, slope: Vector) {
    let y = hyperbolicTangent(x)
    return (y, slopeOfTanh(y))
  }
}

struct AnySlopes: CellSlopes {
  let gateFunction: Elementwise
  let activationFunction: Elementwise

  @inline(__always)
  private func both(_ f: Elementwise, _ x: Vector) -> (value: Vector, slope: Vector) {
    var slopes = x
    slopeInPlace(f, &slopes)
    return (AnyFunction(function: f)(x), slopes)
  }

  @inline(__always)
  func gate(_ x: Vector) -> (value: Vector, slope: Vector) { both(gateFunction, x) }

  @inline(__always)
  func activation(_ x: Vector) -> (value: Vector, slope: Vector) { both(activationFunction, x) }
}

extension CellGradient {
  fileprivate var isStandard: Bool { activation.function == .tanh && recurrentActivation.function == .sigmoid }

  /// Calls `body` with each vector of units of each row.
  @inline(__always)
  fileprivate func forEach(_ body: (UnitVector) -> Void) {
    for row in 0..<rows {
      var unit = 0
      while unit < units {
        body(UnitVector(call: self, row: row, unit: unit))
        unit += lanes
      }
    }
  }
}

/// Up to W units of a row.
private struct UnitVector {
  let call: CellGradient
  let row: Int
  let unit: Int

  @inline(__always)
  private func load(_ base: UnsafePointer<Float>, _ stride: Int) -> Vector {
    (base + row * stride + unit).vector(atMost: call.units - unit)
  }

  @inline(__always)
  private func store(_ values: Vector, _ base: UnsafeMutablePointer<Float>, _ stride: Int) {
    (base + row * stride + unit).store(values, atMost: call.units - unit)
  }

  /// The input sum of a gate.
  @inline(__always)
  func input(_ gate: Int, of gates: Int) -> Vector {
    (call.inputs.base + row * call.inputs.rowStride + unit * gates + gate * lanes).vector()
  }

  @inline(__always)
  func recurrent(_ gate: Int, of gates: Int) -> Vector {
    (call.recurrent.base + row * call.recurrent.rowStride + unit * gates + gate * lanes).vector()
  }

  @inline(__always)
  func sum(_ gate: Int, of gates: Int) -> Vector { input(gate, of: gates) + recurrent(gate, of: gates) }

  /// The product of the candidate of a GRU without reset_after.
  @inline(__always)
  var candidate: Vector { call.candidate.map { ($0.base + row * $0.rowStride + unit).vector() } ?? Vector() }

  @inline(__always)
  var hidden: Vector { load(call.hidden.base, call.hidden.rowStride) }
  @inline(__always)
  var gradient: Vector { load(call.gradient, call.units) }
  @inline(__always)
  func load(cell: UnsafePointer<Float>) -> Vector { load(cell, call.cellStride) }
  @inline(__always)
  func load(own array: UnsafeMutablePointer<Float>) -> Vector { load(UnsafePointer(array), call.units) }
  @inline(__always)
  func store(own values: Vector, _ array: UnsafeMutablePointer<Float>) { store(values, array, call.units) }

  @inline(__always)
  func put(_ values: Vector, _ gate: Int) { store(values, call.sums.base + gate * call.units, call.sums.rowStride) }
  @inline(__always)
  func putRecurrent(_ values: Vector, _ gate: Int) {
    guard let sums = call.recurrentSums else { return }
    store(values, sums.base + gate * call.units, sums.rowStride)
  }
}

// MARK: - SimpleRNN

func simpleRNNGradient(_ call: CellGradient) {
  call.activation.function == .tanh
    ? simpleRNNGradient(call, StandardSlopes())
    : simpleRNNGradient(call, AnySlopes(gateFunction: call.recurrentActivation, activationFunction: call.activation))
}

@inline(__always)
private func simpleRNNGradient(_ call: CellGradient, _ f: some CellSlopes) {
  call.forEach { unit in unit.put(unit.gradient * f.activation(unit.sum(0, of: 1)).slope, 0) }
}

// MARK: - LSTM

func lstmGradient(_ call: CellGradient) {
  call.isStandard
    ? lstmGradient(call, StandardSlopes())
    : lstmGradient(call, AnySlopes(gateFunction: call.recurrentActivation, activationFunction: call.activation))
}

/// Of `c = f c' + i c~` and `h = o act(c)`.
@inline(__always)
private func lstmGradient(_ call: CellGradient, _ f: some CellSlopes) {
  guard let before = call.cell, let after = call.nextCell, let cellGradient = call.cellGradient else { return }
  call.forEach { unit in
    let (input, forget) = (f.gate(unit.sum(0, of: 4)), f.gate(unit.sum(1, of: 4)))
    let (candidate, output) = (f.activation(unit.sum(2, of: 4)), f.gate(unit.sum(3, of: 4)))
    let activated = f.activation(unit.load(cell: after))
    let gradient = unit.gradient
    let ofCell = (gradient * output.value).times(activated.slope, plus: unit.load(own: cellGradient))
    unit.put(ofCell * candidate.value * input.slope, 0)
    unit.put(ofCell * unit.load(cell: before) * forget.slope, 1)
    unit.put(ofCell * input.value * candidate.slope, 2)
    unit.put(gradient * activated.value * output.slope, 3)
    unit.store(own: ofCell * forget.value, cellGradient)
  }
}

// MARK: - GRU

func gruGradient(_ call: CellGradient) {
  call.isStandard
    ? gruGradient(call, StandardSlopes())
    : gruGradient(call, AnySlopes(gateFunction: call.recurrentActivation, activationFunction: call.activation))
}

/// Of `h = z h' + (1 - z) act(x_h + r h_h)`.
@inline(__always)
private func gruGradient(_ call: CellGradient, _ f: some CellSlopes) {
  guard let direct = call.direct else { return }
  call.forEach { unit in
    let (update, reset) = (f.gate(unit.sum(0, of: 3)), f.gate(unit.sum(1, of: 3)))
    let product = unit.recurrent(2, of: 3)
    let candidate = f.activation(reset.value.times(product, plus: unit.input(2, of: 3)))
    let gradient = unit.gradient
    let ofUpdate = gradient * (unit.hidden - candidate.value) * update.slope
    let ofCandidate = gradient * (1 - update.value) * candidate.slope
    let ofReset = ofCandidate * product * reset.slope
    unit.put(ofUpdate, 0)
    unit.put(ofReset, 1)
    unit.put(ofCandidate, 2)
    unit.putRecurrent(ofUpdate, 0)
    unit.putRecurrent(ofReset, 1)
    unit.putRecurrent(ofCandidate * reset.value, 2)
    unit.store(own: gradient * update.value, direct)
  }
}

// MARK: - GRU without reset_after

func gruResetStates(_ call: CellGradient) {
  call.isStandard
    ? gruResetStates(call, StandardSlopes())
    : gruResetStates(call, AnySlopes(gateFunction: call.recurrentActivation, activationFunction: call.activation))
}

/// `direct = r h'`: what the candidate's weights multiply.
@inline(__always)
private func gruResetStates(_ call: CellGradient, _ f: some CellSlopes) {
  guard let direct = call.direct else { return }
  call.forEach { unit in
    unit.store(own: f.gate(unit.input(1, of: 3) + unit.recurrent(1, of: 2)).value * unit.hidden, direct)
  }
}

func gruCandidateGradient(_ call: CellGradient) {
  call.isStandard
    ? gruCandidateGradient(call, StandardSlopes())
    : gruCandidateGradient(call, AnySlopes(gateFunction: call.recurrentActivation, activationFunction: call.activation))
}

/// The candidate of `h = z h' + (1 - z) act(x_h + (r h') U_h)`.
@inline(__always)
private func gruCandidateGradient(_ call: CellGradient, _ f: some CellSlopes) {
  call.forEach { unit in
    let update = f.gate(unit.input(0, of: 3) + unit.recurrent(0, of: 2)).value
    unit.put(unit.gradient * (1 - update) * f.activation(unit.input(2, of: 3) + unit.candidate).slope, 2)
  }
}

func gruGatesGradient(_ call: CellGradient) {
  call.isStandard
    ? gruGatesGradient(call, StandardSlopes())
    : gruGatesGradient(call, AnySlopes(gateFunction: call.recurrentActivation, activationFunction: call.activation))
}

/// The gates z and r, from the gradient of `r h'` in `direct`, which becomes that of h' beside the gates' product.
@inline(__always)
private func gruGatesGradient(_ call: CellGradient, _ f: some CellSlopes) {
  guard let direct = call.direct else { return }
  call.forEach { unit in
    let update = f.gate(unit.input(0, of: 3) + unit.recurrent(0, of: 2))
    let reset = f.gate(unit.input(1, of: 3) + unit.recurrent(1, of: 2))
    let candidate = f.activation(unit.input(2, of: 3) + unit.candidate).value
    let (gradient, hidden, ofReset) = (unit.gradient, unit.hidden, unit.load(own: direct))
    unit.put(gradient * (hidden - candidate) * update.slope, 0)
    unit.put(ofReset * hidden * reset.slope, 1)
    unit.store(own: gradient.times(update.value, plus: ofReset * reset.value), direct)
  }
}
