import KernelInterface

/// `output[r] = f(bias + input[r] . weights)`.
struct ProductEpilogue<F: VectorFunction>: Epilogue {
  let left: Rows
  let output: UnsafeMutablePointer<Float>
  let outputStride: Int
  let bias: UnsafePointer<Float>?
  let f: F
  /// Columns that are written.
  let columns: Int

  @inline(__always)
  func start(_ vector: Int) -> Rows? { bias.map { Rows($0 + vector * lanes, stride: 0) } }

  @inline(__always)
  func finish<let M: Int, let N: Int>(_ places: Places, _ sums: FinishedSums, _ shape: TileSums<M, N>.Type) {
    for m in 0..<M { finish((sums.vectors + m * N).row(of: Row<N>.self), row: places.row(m), vector: places.vector(m)) }
  }

  /// N vectors of what the sums begin with.
  @inline(__always)
  func start<let N: Int>(_ vector: Int, _ shape: Row<N>.Type) -> Row<N> {
    guard let bias else { return Row<N>(repeating: Vector()) }
    return (bias + vector * lanes).row(of: shape)
  }

  /// R rows of N vectors from registers.
  @inline(__always)
  func finish<let R: Int, let N: Int>(_ sums: TileSums<R, N>, row: Int, vector: Int) {
    if isWhole(vector, N) {
      for r in 0..<R { store(f.all(sums[r]), row: row + r, vector: vector) }
    } else {
      // A copy, since what is taken by an index is kept in memory.
      let sums = sums
      for r in 0..<R { finish(sums[r], row: row + r, vector: vector) }
    }
  }

  @inline(__always)
  func finish<let N: Int>(_ sums: Row<N>, row: Int, vector: Int) {
    let values = f.all(sums)
    if isWhole(vector, N) { return store(values, row: row, vector: vector) }
    let (target, left) = (output + row * outputStride + vector * lanes, columns - vector * lanes)
    for n in 0..<N { (target + n * lanes).store(values[n], atMost: left - n * lanes) }
  }

  /// Whether all numbers of N vectors are written.
  @inline(__always)
  private func isWhole(_ vector: Int, _ count: Int) -> Bool { (vector + count) * lanes <= columns }

  @inline(__always)
  private func store<let N: Int>(_ values: Row<N>, row: Int, vector: Int) {
    let target = output + row * outputStride + vector * lanes
    for n in 0..<N { (target + n * lanes).store(values[n]) }
  }
}

func product(_ call: Product) {
  if call.activation.function == .linear {
    product(call, Linear())
  } else {
    product(call, AnyFunction(function: call.activation))
  }
}

/// Rows lie in two nested strides: where they are not one behind the other, the smaller count is looped over, so that
/// each sweep over the weights has many rows.
@inline(__always)
private func product(_ call: Product, _ f: some VectorFunction) {
  let (byRow, byGroup) = (
    (call.input.rowStride, call.output.rowStride), (call.input.groupStride, call.output.groupStride)
  )
  if call.isDense {
    product(call, f, rows: call.groups * call.rows, first: 0, step: (0, 0), byRow)
  } else if call.rows < call.groups {
    for row in 0..<call.rows { product(call, f, rows: call.groups, first: row, step: byRow, byGroup) }
  } else {
    for group in 0..<call.groups { product(call, f, rows: call.rows, first: group, step: byGroup, byRow) }
  }
}

extension Product {
  /// Whether each group begins where the one before it ends.
  fileprivate var isDense: Bool {
    groups == 1 || (input.groupStride == rows * input.rowStride && output.groupStride == rows * output.rowStride)
  }
}

/// One row by a single panel.
@inline(__always)
private func smallRow(_ e: ProductEpilogue<some VectorFunction>, _ weights: PackedMatrix) {
  @inline(__always)
  func multiply<let N: Int>(_ shape: Row<N>.Type) {
    var sums = e.start(0, shape)
    Panel<N>(weights).multiply(e.left.base, &sums)
    e.finish(sums, row: 0, vector: 0)
  }
  switch vectorCount(weights.units, weights.gates) {
  case 1: multiply(Row<1>.self)
  case 2: multiply(Row<2>.self)
  case 3: multiply(Row<3>.self)
  default: multiply(Row<4>.self)
  }
}

/// Rows from `first` steps on.
@inline(__always)
private func product(
  _ call: Product, _ f: some VectorFunction, rows: Int, first: Int, step: (input: Int, output: Int),
  _ strides: (input: Int, output: Int)
) {
  guard rows > 0 else { return }
  let epilogue = ProductEpilogue(
    left: Rows(call.input.base + first * step.input, stride: strides.input),
    output: call.output.base + first * step.output,
    outputStride: strides.output, bias: call.bias, f: f,
    columns: call.padded ? gateWidth(call.weights.units, call.weights.gates) : call.weights.units)
  let gates = call.weights.gates
  if rows == 1, call.panels == nil, call.weights.isSmall { return smallRow(epilogue, call.weights) }
  if multiplyPlain(epilogue, call.weights, call.panels, rows: rows) { return }
  let operands = Operands(Panels(call.weights, call.panels))
  withTileMemory { sweep(epilogue, operands, rows, $0, gates: gates) }
}

@inline(__always)
private func sweep(_ e: some Epilogue, _ operands: Operands, _ rows: Int, _ memory: TileMemory, gates: Int) {
  switch gates {
  case 1: sweepSingleGate(e, operands, rows, memory)
  case 2: sweepTwoGates(e, operands, rows, memory)
  case 3: sweepThreeGates(e, operands, rows, memory)
  default: sweepFourGates(e, operands, rows, memory)
  }
}
