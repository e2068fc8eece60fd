import KernelInterface

/// `output[r] = f(bias + input[r] . weights)`.
private struct ProductEpilogue<F: VectorFunction>: Epilogue {
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
    for m in 0..<M {
      let (target, left) = (output + places.row(m) * outputStride + places.vector(m) * lanes, columns - places.vector(m) * lanes)
      let values = f.all((sums.vectors + m * N).row(of: Row<N>.self))
      for n in 0..<N {
        if left - n * lanes >= lanes {
          (target + n * lanes).store(values[n])
        } else {
          (target + n * lanes).store(values[n], first: left - n * lanes)
        }
      }
    }
  }
}

func product(_ call: Product) {
  if call.activation == .linear {
    product(call, Linear())
  } else {
    product(call, AnyFunction(function: call.activation))
  }
}

/// Rows lie in two nested strides: where they are not one behind the other, the smaller count is looped over, so that each
/// sweep over the weights has many rows.
@inline(__always)
private func product(_ call: Product, _ f: some VectorFunction) {
  let (byRow, byGroup) = ((call.input.rowStride, call.output.rowStride), (call.input.groupStride, call.output.groupStride))
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

/// Rows from `first` steps on.
@inline(__always)
private func product(
  _ call: Product, _ f: some VectorFunction, rows: Int, first: Int, step: (input: Int, output: Int), _ strides: (input: Int, output: Int)
) {
  guard rows > 0 else { return }
  let epilogue = ProductEpilogue(
    left: Rows(call.input.base + first * step.input, stride: strides.input), output: call.output.base + first * step.output,
    outputStride: strides.output, bias: call.bias, f: f,
    columns: call.padded ? gateWidth(call.weights.units, call.weights.gates) : call.weights.units)
  let operands = Operands(Panels(call.weights, call.panels))
  let gates = call.weights.gates
  if rows == 1, !call.weights.usesDots {
    withRowMemory { sweep(epilogue, operands, 1, $0, gates: gates) }
  } else {
    withTileMemory { sweep(epilogue, operands, rows, $0, gates: gates) }
  }
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
