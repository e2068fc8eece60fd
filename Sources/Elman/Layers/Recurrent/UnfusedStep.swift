import KernelInterface

/// Memory of an unfused step; nothing where the cell is fused.
struct UnfusedScratch {
  /// (rows, gateWidth): the recurrent products.
  let products: UnsafeMutablePointer<Float>
  /// (5, rows, units): the gates, plain, and one more.
  let gates: UnsafeMutablePointer<Float>

  init(_ space: inout ScratchSpace, _ cell: FusedCell, rows: Int) {
    let rows = cell.isFused ? 0 : rows
    products = space.take(rows, cell.kernels.gateWidth(cell.units, cell.gates))
    gates = space.take(5, rows, cell.units)
  }
}

/// One timestep whose functions look at whole rows, as softmax does: each gate becomes a plain (rows, units) array.
struct UnfusedStep {
  let cell: FusedCell
  let call: Recurrence
  let scratch: UnfusedScratch

  private var kernels: KernelSet { cell.kernels }
  private var units: Int { cell.units }
  private var count: Int { call.batch * units }

  func run() {
    let output = call.outputs.base
    switch cell.kind {
    case .simpleRNN:
      multiply(call.hidden, call.hiddenStride, by: call.weights)
      fill(0, gates: 1) { $0 + $1 }
      apply(cell.activation, gate(0), to: output)
    case .lstm: runLSTM(output)
    case .gru: runGRU(output)
    }
  }

  private func runLSTM(_ output: UnsafeMutablePointer<Float>) {
    guard let state = call.cell else { return }
    multiply(call.hidden, call.hiddenStride, by: call.weights)
    for index in 0..<4 {
      fill(index, gates: 4) { $0 + $1 }
      apply(index == 2 ? cell.activation : cell.recurrentActivation, gate(index), to: gate(index))
    }
    for index in 0..<count { state[index] = gate(1)[index] * state[index] + gate(0)[index] * gate(2)[index] }
    apply(cell.activation, state, to: gate(4))
    for index in 0..<count { output[index] = gate(3)[index] * gate(4)[index] }
  }

  private func runGRU(_ output: UnsafeMutablePointer<Float>) {
    multiply(call.hidden, call.hiddenStride, by: call.weights)
    let (update, reset, candidate) = (gate(0), gate(1), gate(2))
    for index in 0..<2 {
      fill(index, gates: call.weights.gates) { $0 + $1 }
      apply(cell.recurrentActivation, gate(index), to: gate(index))
    }
    if let weights = call.candidateWeights {
      for row in 0..<call.batch {
        for unit in 0..<units { gate(3)[row * units + unit] = reset[row * units + unit] * hidden(row, unit) }
      }
      multiply(gate(3), units, by: weights)
      fill(2, product: 0, gates: 1) { $0 + $1 }
    } else {
      fill(2, gates: 3) { _, product in product }
      for index in 0..<count { candidate[index] *= reset[index] }
      for row in 0..<call.batch {
        for unit in 0..<units { candidate[row * units + unit] += input(row, 2, unit) }
      }
    }
    apply(cell.activation, candidate, to: candidate)
    for row in 0..<call.batch {
      for unit in 0..<units {
        let index = row * units + unit
        output[index] = update[index] * hidden(row, unit) + (1 - update[index]) * candidate[index]
      }
    }
  }

  // MARK: Pieces

  private func gate(_ index: Int) -> UnsafeMutablePointer<Float> { scratch.gates + index * count }

  private func hidden(_ row: Int, _ unit: Int) -> Float { call.hidden[row * call.hiddenStride + unit] }

  private func input(_ row: Int, _ gate: Int, _ unit: Int) -> Float {
    call.inputs.base[row * call.inputs.groupStride + place(gate, unit, gates: cell.gates)]
  }

  /// Where a gate's unit stands in a row in gate layout.
  private func place(_ gate: Int, _ unit: Int, gates: Int) -> Int {
    let width = kernels.vectorWidth
    return (unit / width * gates + gate) * width + unit % width
  }

  private func multiply(_ left: UnsafePointer<Float>, _ stride: Int, by weights: PackedMatrix) {
    kernels.product(
      Product(
        rows: call.batch, input: InputRows(base: left, rowStride: stride), weights: weights, bias: call.recurrentBias,
        output: OutputRows(base: scratch.products, rowStride: kernels.gateWidth(units, weights.gates)), padded: true))
  }

  /// Fills a gate from the input product and the recurrent product, the latter of `gates` gates.
  private func fill(_ index: Int, product: Int? = nil, gates: Int, _ join: (Float, Float) -> Float) {
    let width = kernels.gateWidth(units, gates)
    for row in 0..<call.batch {
      for unit in 0..<units {
        gate(index)[row * units + unit] = join(
          input(row, index, unit), scratch.products[row * width + place(product ?? index, unit, gates: gates)])
      }
    }
  }

  private func apply(_ f: Activation, _ x: UnsafePointer<Float>, to y: UnsafeMutablePointer<Float>) {
    f.apply(kernels, x, y, rows: call.batch, columns: units)
  }
}
