// The micro-kernel: R rows times a panel of N vectors, kept in R * N registers.
//
// R and N are compile-time numbers, so that the loops over them unroll and the accumulators never leave the
// registers. Each element is summed in the order of k, whatever R is: any number of rows gives the same bits.

typealias Row<let N: Int> = InlineArray<N, Vector>
typealias TileSums<let R: Int, let N: Int> = InlineArray<R, InlineArray<N, Vector>>

/// What a product begins with and what becomes of it, for one tile at a time.
protocol Epilogue {
  /// The first element of a row of the left matrix.
  func left(_ row: Int) -> UnsafePointer<Float>
  /// What the sums of a row begin with, at a vector of the gate layout.
  func start(_ row: Int, _ vector: Int) -> Vector
  /// Takes N finished vectors of a row, the first at `vector`.
  func finish<let N: Int>(_ row: Int, _ vector: Int, _ sums: InlineArray<N, Vector>)
}

/// `sums[r] += left[r] . panel` over k in `range`.
@inline(__always)
private func accumulate<let R: Int, let N: Int>(
  _ sums: inout TileSums<R, N>, _ left: InlineArray<R, UnsafePointer<Float>>, _ panel: UnsafePointer<Float>,
  _ range: Range<Int>
) {
  var weights = panel + range.lowerBound * N * lanes
  for k in range {
    var columns = Row<N>(repeating: Vector())
    for n in 0..<N { columns[n] = (weights + n * lanes).vector() }
    weights += N * lanes
    for r in 0..<R {
      let value = Vector(repeating: left[r][k])
      for n in 0..<N { sums[r][n].accumulate(value, columns[n]) }
    }
  }
}

/// The loop over k, compiled once for each tile whatever becomes of its sums: `memory` holds what they begin with, and
/// takes them in the end.
@inline(never)
private func multiply<let R: Int, let N: Int>(
  _ memory: UnsafeMutablePointer<TileSums<R, N>>, _ left: InlineArray<R, UnsafePointer<Float>>,
  _ panel: UnsafePointer<Float>, _ depth: Int
) {
  var sums = memory.pointee
  accumulate(&sums, left, panel, 0..<depth)
  memory.pointee = sums
}

/// The same in two halves of k, both at once: one row alone would wait for the latency of its additions.
@inline(never)
private func multiplyHalves<let N: Int>(
  _ memory: UnsafeMutablePointer<TileSums<1, N>>, _ left: UnsafePointer<Float>, _ panel: UnsafePointer<Float>,
  _ depth: Int
) {
  let half = depth / 2
  var first = memory.pointee[0]
  var second = Row<N>(repeating: Vector())
  for k in 0..<half {
    let weights = panel + k * N * lanes
    let values = (Vector(repeating: left[k]), Vector(repeating: left[half + k]))
    for n in 0..<N {
      first[n].accumulate(values.0, (weights + n * lanes).vector())
      second[n].accumulate(values.1, (weights + (half * N + n) * lanes).vector())
    }
  }
  if depth % 2 != 0 {
    let value = Vector(repeating: left[depth - 1])
    for n in 0..<N { second[n].accumulate(value, (panel + ((depth - 1) * N + n) * lanes).vector()) }
  }
  for n in 0..<N { memory.pointee[0][n] = first[n] + second[n] }
}

/// R rows from `row` on, N vectors from `vector` on.
@inline(__always)
func tile<E: Epilogue, let R: Int, let N: Int>(
  _ e: E, _ panels: Panels, _ row: Int, _ vector: Int, _ shape: TileSums<R, N>.Type
) {
  var sums = TileSums<R, N>(repeating: Row<N>(repeating: Vector()))
  var left = InlineArray<R, UnsafePointer<Float>>(repeating: panels.base)
  for r in 0..<R {
    left[r] = e.left(row + r)
    for n in 0..<N { sums[r][n] = e.start(row + r, vector + n) }
  }
  let panel = panels.panel(at: vector)
  if !panels.splitsDepth {
    multiply(&sums, left, panel, panels.depth)
  } else if R == 1 {
    var single = TileSums<1, N>(repeating: sums[0])
    multiplyHalves(&single, left[0], panel, panels.depth)
    sums[0] = single[0]
  } else {
    let half = panels.depth / 2
    var second = TileSums<R, N>(repeating: Row<N>(repeating: Vector()))
    var rest = left
    for r in 0..<R { rest[r] += half }
    multiply(&sums, left, panel, half)
    multiply(&second, rest, panel + half * N * lanes, panels.depth - half)
    for r in 0..<R {
      for n in 0..<N { sums[r][n] += second[r][n] }
    }
  }
  for r in 0..<R { e.finish(row + r, vector, sums[r]) }
}

/// One row and P panels at once.
@inline(never)
private func multiplyRow<let P: Int, let N: Int>(
  _ memory: UnsafeMutablePointer<TileSums<P, N>>, _ left: UnsafePointer<Float>, _ panel: UnsafePointer<Float>,
  _ depth: Int
) {
  var sums = memory.pointee
  let panelStride = depth * N * lanes
  for k in 0..<depth {
    let value = Vector(repeating: left[k])
    let weights = panel + k * N * lanes
    for p in 0..<P {
      for n in 0..<N { sums[p][n].accumulate(value, (weights + p * panelStride + n * lanes).vector()) }
    }
  }
  memory.pointee = sums
}

/// One row and P panels at once: a row alone fills too few accumulators.
@inline(__always)
private func rowOfPanels<E: Epilogue, let P: Int, let N: Int>(
  _ e: E, _ panels: Panels, _ row: Int, _ vector: Int, _ shape: TileSums<P, N>.Type
) {
  var sums = TileSums<P, N>(repeating: Row<N>(repeating: Vector()))
  for p in 0..<P {
    for n in 0..<N { sums[p][n] = e.start(row, vector + p * N + n) }
  }
  multiplyRow(&sums, e.left(row), panels.panel(at: vector), panels.depth)
  for p in 0..<P { e.finish(row, vector + p * N, sums[p]) }
}

/// All rows of the left matrix with one panel, R at a time, then 4, 2 and 1.
@inline(__always)
private func allRows<E: Epilogue, let R: Int, let N: Int>(
  _ e: E, _ panels: Panels, _ rows: Int, _ vector: Int, _ shape: TileSums<R, N>.Type
) {
  var row = 0
  while row + R <= rows {
    tile(e, panels, row, vector, shape)
    row += R
  }
  if R > 4, row + 4 <= rows {
    tile(e, panels, row, vector, TileSums<4, N>.self)
    row += 4
  }
  if R > 2, row + 2 <= rows {
    tile(e, panels, row, vector, TileSums<2, N>.self)
    row += 2
  }
  while row < rows {
    tile(e, panels, row, vector, TileSums<1, N>.self)
    row += 1
  }
}

/// The whole panels of a product: tiles of R rows and N vectors and, for one row, P panels at once.
@inline(__always)
private func sweep<E: Epilogue, let R: Int, let N: Int, let P: Int>(
  _ e: E, _ panels: Panels, _ rows: Int, _ shape: TileSums<R, N>.Type, _ single: TileSums<P, N>.Type
) {
  let whole = panels.range.clamped(to: 0..<panels.vectors / N)
  let first = whole.lowerBound
  let count = whole.count
  let grouped = rows == 1 && !panels.splitsDepth ? count / P * P : 0
  for index in 0..<grouped / P {
    let group = panels.isDescending ? grouped / P - 1 - index : index
    rowOfPanels(e, panels, 0, (first + group * P) * N, single)
  }
  for index in grouped..<count {
    let panel = first + (panels.isDescending ? grouped + count - 1 - index : index)
    allRows(e, panels, rows, panel * N, shape)
  }
}

// The tiles of each number of gates: as many accumulators as the registers hold beside one row of weights.

@inline(__always)
func sweepSingleGate(_ e: some Epilogue, _ panels: Panels, _ rows: Int) {
  #if KERNELS_AVX512
    sweep(e, panels, rows, TileSums<6, 4>.self, TileSums<2, 4>.self)
    let width = 4
  #else
    sweep(e, panels, rows, TileSums<6, 2>.self, TileSums<4, 2>.self)
    let width = 2
  #endif
  let last = panels.vectors / width * width
  guard panels.range.upperBound * width > last else { return }
  switch panels.vectors - last {
  case 1: allRows(e, panels, rows, last, TileSums<6, 1>.self)
  #if KERNELS_AVX512
    case 2: allRows(e, panels, rows, last, TileSums<6, 2>.self)
    case 3: allRows(e, panels, rows, last, TileSums<6, 3>.self)
  #endif
  default: break
  }
}

@inline(__always)
func sweepTwoGates(_ e: some Epilogue, _ panels: Panels, _ rows: Int) {
  #if KERNELS_AVX512
    sweep(e, panels, rows, TileSums<8, 2>.self, TileSums<4, 2>.self)
  #else
    sweep(e, panels, rows, TileSums<6, 2>.self, TileSums<4, 2>.self)
  #endif
}

@inline(__always)
func sweepThreeGates(_ e: some Epilogue, _ panels: Panels, _ rows: Int) {
  #if KERNELS_AVX512
    sweep(e, panels, rows, TileSums<8, 3>.self, TileSums<3, 3>.self)
  #else
    sweep(e, panels, rows, TileSums<4, 3>.self, TileSums<3, 3>.self)
  #endif
}

@inline(__always)
func sweepFourGates(_ e: some Epilogue, _ panels: Panels, _ rows: Int) {
  #if KERNELS_AVX512
    sweep(e, panels, rows, TileSums<6, 4>.self, TileSums<2, 4>.self)
  #else
    sweep(e, panels, rows, TileSums<3, 4>.self, TileSums<2, 4>.self)
  #endif
}
