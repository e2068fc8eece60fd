import KernelInterface

/// `output[r] = f(bias + input[r] . weights)`, rows counted through all groups.
private struct ProductEpilogue<F: VectorFunction>: Epilogue {
  let call: Product
  let f: F
  /// Columns that are written.
  let columns: Int

  @inline(__always)
  init(_ call: Product, _ f: F) {
    self.call = call
    self.f = f
    columns = call.padded ? gateWidth(call.weights.units, call.weights.gates) : call.weights.units
  }

  @inline(__always)
  func left(_ row: Int) -> UnsafePointer<Float> {
    if call.groups == 1 { return call.input.base + row * call.input.rowStride }
    return call.input.base + row / call.rows * call.input.groupStride + row % call.rows * call.input.rowStride
  }

  @inline(__always)
  private func output(_ row: Int) -> UnsafeMutablePointer<Float> {
    if call.groups == 1 { return call.output.base + row * call.output.rowStride }
    return call.output.base + row / call.rows * call.output.groupStride + row % call.rows * call.output.rowStride
  }

  @inline(__always)
  func start(_ row: Int, _ vector: Int) -> UnsafePointer<Float>? { call.bias.map { $0 + vector * lanes } }

  @inline(__always)
  func finish<let M: Int, let N: Int>(_ places: Places, _ sums: FinishedSums, _ shape: TileSums<M, N>.Type) {
    for m in 0..<M {
      let (target, left) = (output(places.row(m)) + places.vector(m) * lanes, columns - places.vector(m) * lanes)
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

@inline(__always)
private func product(_ call: Product, _ f: some VectorFunction) {
  let rows = call.groups * call.rows
  let operands = Operands(Panels(call.weights, call.panels))
  guard rows > 0 else { return }
  let epilogue = ProductEpilogue(call, f)
  withTileMemory { memory in
    switch call.weights.gates {
    case 1: sweepSingleGate(epilogue, operands, rows, memory)
    case 2: sweepTwoGates(epilogue, operands, rows, memory)
    case 3: sweepThreeGates(epilogue, operands, rows, memory)
    default: sweepFourGates(epilogue, operands, rows, memory)
    }
  }
}
