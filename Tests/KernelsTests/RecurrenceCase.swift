import KernelInterface

/// A recurrence with all its arrays, run by a kernel set and by plain loops in Double.
struct RecurrenceCase {
  enum Kind: CaseIterable { case simpleRNN, lstm, gru, gruResetBefore }

  let kind: Kind
  let batch: Int
  let steps: Int
  let units: Int
  var gates: Int { kind == .simpleRNN ? 1 : kind == .lstm ? 4 : 3 }

  let z: [Float]
  let u: [Float]
  let h0: [Float]
  let c0: [Float]
  let bias: [Float]

  init(_ kind: Kind, batch: Int, steps: Int, units: Int) {
    self.kind = kind
    self.batch = batch
    self.steps = steps
    self.units = units
    var values = Values(UInt64(batch + 100 * steps + 10_000 * units))
    let columns = (kind == .simpleRNN ? 1 : kind == .lstm ? 4 : 3) * units
    z = values.array(batch * steps * columns)
    u = values.array(units * columns, scale: 1 / Double(units).squareRoot())
    h0 = values.array(batch * units)
    c0 = values.array(batch * units)
    bias = values.array(columns)
  }

  /// (batch, steps, units), and the cell states.
  func run(
    _ kernels: KernelSet, rows: Range<Int>? = nil, cuts: [Int] = [], backwards: Bool = false, descending: Bool = false,
    sharesUnits: Bool = false
  ) -> (outputs: [Float], cell: [Float]) {
    let rows = rows ?? 0..<batch
    let width = kernels.gateWidth(units, gates)
    var inputs: [Float] = []
    for row in rows {
      for t in 0..<steps {
        let first = (row * steps + (backwards ? steps - 1 - t : t)) * gates * units
        inputs += kernels.gateLayout(Array(z[first..<first + gates * units]), units: units, gates: gates)
      }
    }
    let isSplit = kind == .gruResetBefore
    let packed = Packed(
      kernels, isSplit ? columns(0..<2 * units) : u, depth: units, units: units, gates: isSplit ? 2 : gates)
    let candidate = Packed(kernels, columns((gates - 1) * units..<gates * units), depth: units, units: units, gates: 1)
    let bias = Guarded(kernels.gateLayout(self.bias, units: units, gates: gates))
    let input = Guarded(inputs, offset: 1)
    let output = Guarded(rows.count * steps * units, offset: 3)
    let hidden = Guarded(Array(h0[rows.lowerBound * units..<rows.upperBound * units]))
    let cell = Guarded(Array(c0[rows.lowerBound * units..<rows.upperBound * units]), offset: 1)
    let scratch = Guarded(kernels.recurrenceScratch(rows.count, units, gates))
    let bounds = [0] + cuts + [steps]
    for (start, end) in zip(bounds, bounds.dropFirst()) where end > start {
      let first = backwards ? steps - 1 - start : start
      var call = Recurrence(
        steps: end - start, batch: rows.count, weights: packed.matrix,
        candidateWeights: isSplit ? candidate.matrix : nil,
        recurrentBias: UnsafePointer(bias.base),
        inputs: InputRows(
          base: input.base + first * width, groupStride: steps * width, rowStride: backwards ? -width : width),
        hidden: start == 0 ? UnsafePointer(hidden.base) : UnsafePointer(output.base + (start - 1) * units),
        hiddenStride: start == 0 ? units : steps * units, cell: cell.base, cellStride: units,
        outputs: OutputRows(base: output.base + start * units, groupStride: steps * units, rowStride: units),
        ring: end - start, activation: .tanh, recurrentActivation: .sigmoid, scratch: scratch.base)
      call.isDescending = descending
      if sharesUnits {
        for step in 0..<call.steps {
          var one = call.steps(step, count: 1, inputs: call.inputs.base + step * call.inputs.rowStride)
          for panel in 0..<kernels.panelCount(units, gates) {
            one.panels = panel..<panel + 1
            run(kernels, &one)
          }
        }
      } else {
        run(kernels, &call)
      }
    }
    expectGuards(output, cell, input, scratch)
    return (output.values, cell.values)
  }

  private func run(_ kernels: KernelSet, _ call: inout Recurrence) {
    switch kind {
    case .simpleRNN: kernels.simpleRNN(&call)
    case .lstm: kernels.lstm(&call)
    case .gru: kernels.gruResetAfter(&call)
    case .gruResetBefore: kernels.gruResetBefore(&call)
    }
  }

  /// A GRU's step whose reset gate acts on the state.
  private func stepResetBefore(_ x: [Double], _ products: [Double], _ h: [Double]) -> [Double] {
    (0..<units).map { unit in
      let update = sigmoid(x[unit] + products[unit])
      var sum = x[2 * units + unit]
      for k in 0..<units {
        let reset = sigmoid(x[units + k] + products[units + k])
        sum += reset * h[k] * Double(u[k * 3 * units + 2 * units + unit])
      }
      return update * h[unit] + (1 - update) * hyperbolicTangent(sum)
    }
  }

  /// Some columns of the recurrent weights.
  private func columns(_ range: Range<Int>) -> [Float] {
    (0..<units).flatMap { row in range.map { u[row * gates * units + $0] } }
  }

  /// The same in Double.
  func reference() -> [Double] {
    var outputs: [Double] = []
    for row in 0..<batch {
      var h = h0[row * units..<(row + 1) * units].map(Double.init)
      var c = c0[row * units..<(row + 1) * units].map(Double.init)
      for t in 0..<steps {
        let x = z[(row * steps + t) * gates * units..<(row * steps + t + 1) * gates * units].map(Double.init)
        var products = [Double](repeating: 0, count: gates * units)
        for column in 0..<gates * units {
          for k in 0..<units { products[column] += h[k] * Double(u[k * gates * units + column]) }
        }
        for unit in 0..<units {
          func sum(_ gate: Int) -> Double { x[gate * units + unit] + products[gate * units + unit] }
          func recurrent(_ gate: Int) -> Double { products[gate * units + unit] + Double(bias[gate * units + unit]) }
          switch kind {
          case .simpleRNN: h[unit] = hyperbolicTangent(sum(0))
          case .lstm:
            c[unit] = sigmoid(sum(1)) * c[unit] + sigmoid(sum(0)) * hyperbolicTangent(sum(2))
            h[unit] = sigmoid(sum(3)) * hyperbolicTangent(c[unit])
          case .gru:
            let update = sigmoid(x[unit] + recurrent(0))
            let reset = sigmoid(x[units + unit] + recurrent(1))
            let candidate = hyperbolicTangent(x[2 * units + unit] + reset * recurrent(2))
            h[unit] = update * h[unit] + (1 - update) * candidate
          case .gruResetBefore: break
          }
        }
        if kind == .gruResetBefore { h = stepResetBefore(x, products, h) }
        outputs += h
      }
    }
    return outputs
  }
}
