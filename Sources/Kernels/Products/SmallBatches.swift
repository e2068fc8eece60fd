import KernelInterface

// Several rows of a layer whose weights are a single panel. Some of them go through all timesteps together: what is
// left of a step of so few units is latency, which the arithmetic of one row hides from another. Their states stay
// close by.

// Tiles are smaller than those of more units: a row's sums are soon made, and what counts is that others begin
// meanwhile. These sizes were the fastest.

@inline(never)
func smallBatchOfSimpleRNN(_ call: UnsafePointer<Recurrence>) {
  @inline(__always)
  func step(_ t: Int) -> SimpleRNNStep<Tanh> { SimpleRNNStep(step: Timestep(call, t), f: Tanh()) }
  switch vectorCount(call.pointee.weights.units, 1) {
  case 1: smallBatch(call, TileSums<8, 1>.self, step)
  case 2: smallBatch(call, TileSums<4, 2>.self, step)
  #if KERNELS_AVX512 || arch(arm64)
    case 3: smallBatch(call, TileSums<6, 3>.self, step)
    case 4: smallBatch(call, TileSums<6, 4>.self, step)
  #endif
  default: break
  }
}

@inline(never)
func smallBatchOfLSTM(_ call: UnsafePointer<Recurrence>) {
  guard let cell = call.pointee.cell else { return }
  smallBatch(call, TileSums<2, 4>.self) { t in
    LSTMStep(step: Timestep(call, t), cell: cell, cellStride: call.pointee.cellStride, f: StandardFunctions())
  }
}

@inline(never)
func smallBatchOfGRU(_ call: UnsafePointer<Recurrence>) {
  guard let bias = call.pointee.recurrentBias else { return }
  smallBatch(call, ThreeGatesTile.self) { t in GRUStep(call, Timestep(call, t), bias, StandardFunctions()) }
}

/// All timesteps of all rows, whose steps `step` makes, in tiles of at most R rows.
@inline(__always)
private func smallBatch<E: Epilogue, let R: Int, let N: Int>(
  _ call: UnsafePointer<Recurrence>, _ tile: TileSums<R, N>.Type, _ step: (Int) -> E
) {
  forEachPart(of: 0..<call.pointee.batch, most: rowsOfGroup) { group in
    for t in 0..<call.pointee.steps {
      let e = step(t)
      forEachPart(of: group, most: rowsFinished(N)) { rows in multiplyAndFinish(e, call, rows, tile) }
    }
  }
}

/// So many that no step waits for the one before, and that their states stay in the L1 cache.
private let rowsOfGroup = 32

/// Rows whose functions come together, four side by side: more where they are few for each row.
@inline(__always)
private func rowsFinished(_ vectors: Int) -> Int {
  switch vectors {
  case 1: 16
  case 2, 3: 8
  default: 4
  }
}

/// The sums of some rows and what becomes of them.
@inline(__always)
private func multiplyAndFinish<E: Epilogue, let R: Int, let N: Int>(
  _ e: E, _ call: UnsafePointer<Recurrence>, _ rows: Range<Int>, _ tile: TileSums<R, N>.Type
) {
  let (kernel, weights) = (call.pointee.kernel ?? .empty(at: call.pointee.weights.base), call.pointee.weights)
  let memory = TileMemory(call)
  forEachPart(of: rows, most: R) { tileRows in
    let (row, count) = (tileRows.lowerBound, tileRows.count)
    let start = TileStart(e, row: row, vector: 0, vectorsInPanel: N, memory)
    let factors = (Factor(kernel, e.firstLeft, row, vectors: N), Factor(weights, e.left, row, vectors: N))
    let place = memory.dropFirst((row - rows.lowerBound) * N)
    multiplyRows(start, factors.0, factors.1, place, .float32, count: count, tile)
  }
  finish(e, row: rows.lowerBound, vector: 0, count: rows.count, memory, isRowOfPanels: false, Row<N>.self)
}

extension Factor {
  /// Rows by the only panel of a matrix, of so many vectors.
  @inline(__always)
  fileprivate init(_ matrix: PackedMatrix, _ left: Rows, _ row: Int, vectors: Int) {
    self.init(
      left: Rows(left[row], stride: left.stride), panel: matrix.base, depth: matrix.depth,
      isSplit: isNarrow(matrix.depth, vectors),
      scales: nil, ahead: matrix.base)
  }
}

extension TileMemory {
  /// What is left behind so many vectors of sums.
  @inline(__always)
  fileprivate func dropFirst(_ count: Int) -> TileMemory {
    TileMemory(zeros: zeros, sums: sums + count, asides: asides + count, halves: halves)
  }
}
