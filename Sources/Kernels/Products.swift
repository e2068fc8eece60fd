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
  func start(_ row: Int, _ vector: Int) -> Vector {
    call.bias.map { ($0 + vector * lanes).vector() } ?? Vector()
  }

  @inline(__always)
  func finish<let N: Int>(_ row: Int, _ vector: Int, _ sums: UnsafePointer<Vector>, _ shape: Row<N>.Type) {
    let target = output(row) + vector * lanes
    for n in 0..<N {
      let left = columns - (vector + n) * lanes
      if left >= lanes { (target + n * lanes).store(f(sums[n])) } else { (target + n * lanes).store(f(sums[n]), first: left) }
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
  let panels = Panels(call.weights, call.panels)
  guard rows > 0 else { return }
  let epilogue = ProductEpilogue(call, f)
  switch call.weights.gates {
  case 1: sweepSingleGate(epilogue, panels, rows)
  case 2: sweepTwoGates(epilogue, panels, rows)
  case 3: sweepThreeGates(epilogue, panels, rows)
  default: sweepFourGates(epilogue, panels, rows)
  }
}
