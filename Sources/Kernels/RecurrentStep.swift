import KernelInterface

// A step of one row, for streams: the sweeps of a product and of a recurrence with the number of rows known beforehand,
// so that nothing is left of them but their inner loops.

func recurrentStep(_ input: UnsafePointer<Product>, _ recurrence: UnsafePointer<Recurrence>) {
  let weights = Panels(input.pointee.weights, isDescending: recurrence.pointee.isDescending)
  let recurrentWeights = Panels(recurrence)
  switch (recurrence.pointee.weights.gates, recurrence.pointee.hasStandardFunctions) {
  case (1, true):
    sweepSingleGate(InputProduct(input), weights, 1)
    sweepSingleGate(SimpleRNNStep(step: Timestep(padded: recurrence), f: Tanh()), recurrentWeights, 1)
  case (3, true):
    sweepThreeGates(InputProduct(input), weights, 1)
    sweepThreeGates(
      GRUStep(step: Timestep(padded: recurrence), bias: recurrence.pointee.recurrentBias, f: StandardFunctions()),
      recurrentWeights, 1)
  case (4, true):
    guard let cell = recurrence.pointee.cell else { return }
    sweepFourGates(InputProduct(input), weights, 1)
    sweepFourGates(LSTMStep(step: Timestep(padded: recurrence), cell: cell, cellStride: 0, f: StandardFunctions()), recurrentWeights, 1)
  case (1, false):
    product(input.pointee)
    simpleRNN(recurrence)
  case (3, false):
    product(input.pointee)
    gruResetAfter(recurrence)
  default:
    product(input.pointee)
    lstm(recurrence)
  }
}

/// A row's product with its bias, padded and without a function.
private struct InputProduct: Epilogue {
  let row: UnsafePointer<Float>
  let bias: UnsafePointer<Float>?
  let output: UnsafeMutablePointer<Float>

  @inline(__always)
  init(_ call: UnsafePointer<Product>) {
    row = call.pointee.input.base
    bias = call.pointee.bias
    output = call.pointee.output.base
  }

  @inline(__always)
  func left(_ row: Int) -> UnsafePointer<Float> { self.row }

  @inline(__always)
  func start(_ row: Int, _ vector: Int) -> Vector { bias.map { ($0 + vector * lanes).vector() } ?? Vector() }

  @inline(__always)
  func finish<let M: Int, let N: Int>(_ places: Places, _ sums: UnsafePointer<Vector>, _ shape: TileSums<M, N>.Type) {
    for m in 0..<M {
      for n in 0..<N { (output + (places.vector(m) + n) * lanes).store(sums[m * N + n]) }
    }
  }
}
