import CPUFeatures

// The micro-kernel: R rows times a panel of N vectors, kept in R * N registers.
//
// R and N are compile-time numbers, so that the loops over them unroll and the accumulators never leave the
// registers. Each element is summed in the order of k, whatever R is: any number of rows gives the same bits.

/// Floats in a line of the cache.
let floatsInLine = 16

typealias Row<let N: Int> = InlineArray<N, Vector>
typealias TileSums<let R: Int, let N: Int> = InlineArray<R, InlineArray<N, Vector>>

/// What a product begins with and what becomes of it, for one tile at a time.
protocol Epilogue {
  /// The first element of a row of the left matrix.
  func left(_ row: Int) -> UnsafePointer<Float>
  /// What the sums of a row begin with, at a vector of the gate layout.
  func start(_ row: Int, _ vector: Int) -> Vector
  /// Takes N finished vectors of a row, the first at `vector`.
  func finish<let N: Int>(_ row: Int, _ vector: Int, _ sums: UnsafePointer<Vector>, _ shape: Row<N>.Type)
}

// Sums go from function to function through memory, always as whole vectors: what is stored in other pieces than it is
// loaded stalls the load.

/// The loop over k, compiled once for each tile whatever becomes of its sums: `memory` holds R rows of N, and
/// `memory[r] += left[r] . panel`. Meanwhile what will be read next is brought nearer, a line for each k.
@inline(never)
private func multiply<let R: Int, let N: Int>(
  _ memory: UnsafeMutablePointer<TileSums<R, N>>, _ left: InlineArray<R, UnsafePointer<Float>>,
  _ panel: UnsafePointer<Float>, _ next: UnsafePointer<Float>, _ depth: Int
) {
  let memory = vectors(memory)
  var sums = TileSums<R, N>(repeating: Row<N>(repeating: Vector()))
  for r in 0..<R {
    for n in 0..<N { sums[r][n] = memory[r * N + n] }
  }
  var weights = panel
  for k in 0..<depth {
    elman_cpu_prefetch(next + k * floatsInLine)
    var columns = Row<N>(repeating: Vector())
    for n in 0..<N { columns[n] = (weights + n * lanes).vector() }
    weights += N * lanes
    for r in 0..<R {
      let value = Vector(repeating: left[r][k])
      for n in 0..<N { sums[r][n].accumulate(value, columns[n]) }
    }
  }
  for r in 0..<R {
    for n in 0..<N { memory[r * N + n] = sums[r][n] }
  }
}

/// The same for one row in two halves of k, both at once: one row alone would wait for the latency of its additions.
@inline(never)
private func multiplyHalves<let R: Int, let N: Int>(
  _ memory: UnsafeMutablePointer<TileSums<R, N>>, _ left: UnsafePointer<Float>, _ panel: UnsafePointer<Float>, _ depth: Int
) {
  let memory = vectors(memory)
  let half = depth / 2
  var first = Row<N>(repeating: Vector())
  var second = Row<N>(repeating: Vector())
  for n in 0..<N { first[n] = memory[n] }
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
  for n in 0..<N { memory[n] = first[n] + second[n] }
}

/// R rows from `row` on, N vectors from `vector` on.
@inline(__always)
func tile<E: Epilogue, let R: Int, let N: Int>(
  _ e: E, _ panels: Panels, _ row: Int, _ vector: Int, _ next: UnsafePointer<Float>, _ shape: TileSums<R, N>.Type
) {
  var sums = TileSums<R, N>(repeating: Row<N>(repeating: Vector()))
  var left = InlineArray<R, UnsafePointer<Float>>(repeating: panels.base)
  for r in 0..<R { left[r] = e.left(row + r) }
  for r in 0..<R {
    for n in 0..<N { sums[r][n] = e.start(row + r, vector + n) }
  }
  let panel = panels.panel(at: vector)
  if !panels.splitsDepth {
    multiply(&sums, left, panel, next, panels.depth)
  } else if R == 1 {
    multiplyHalves(&sums, left[0], panel, panels.depth)
  } else {
    let half = panels.depth / 2
    var second = TileSums<R, N>(repeating: Row<N>(repeating: Vector()))
    multiply(&sums, left, panel, next, half)
    for r in 0..<R { left[r] += half }
    multiply(&second, left, panel + half * N * lanes, next, panels.depth - half)
    for r in 0..<R {
      for n in 0..<N { sums[r][n] += second[r][n] }
    }
  }
  finish(e, row, vector, &sums)
}

@inline(__always)
private func finish<E: Epilogue, let R: Int, let N: Int>(
  _ e: E, _ row: Int, _ vector: Int, _ sums: UnsafePointer<TileSums<R, N>>
) {
  let sums = vectors(sums)
  for r in 0..<R { e.finish(row + r, vector, sums + r * N, Row<N>.self) }
}

/// The vectors of a tile, row after row.
@inline(__always)
private func vectors<let R: Int, let N: Int>(_ sums: UnsafePointer<TileSums<R, N>>) -> UnsafePointer<Vector> {
  UnsafeRawPointer(sums).assumingMemoryBound(to: Vector.self)
}

@inline(__always)
private func vectors<let R: Int, let N: Int>(_ sums: UnsafeMutablePointer<TileSums<R, N>>) -> UnsafeMutablePointer<Vector> {
  UnsafeMutableRawPointer(sums).assumingMemoryBound(to: Vector.self)
}

/// One row and P panels at once.
@inline(never)
private func multiplyRow<let P: Int, let N: Int>(
  _ memory: UnsafeMutablePointer<TileSums<P, N>>, _ left: UnsafePointer<Float>, _ panel: UnsafePointer<Float>, _ depth: Int
) {
  let memory = vectors(memory)
  var sums = TileSums<P, N>(repeating: Row<N>(repeating: Vector()))
  for p in 0..<P {
    for n in 0..<N { sums[p][n] = memory[p * N + n] }
  }
  let panelStride = depth * N * lanes
  for k in 0..<depth {
    let value = Vector(repeating: left[k])
    let weights = panel + k * N * lanes
    for p in 0..<P {
      for n in 0..<N { sums[p][n].accumulate(value, (weights + p * panelStride + n * lanes).vector()) }
    }
  }
  for p in 0..<P {
    for n in 0..<N { memory[p * N + n] = sums[p][n] }
  }
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
  finishPanels(e, row, vector, &sums)
}

@inline(__always)
private func finishPanels<E: Epilogue, let P: Int, let N: Int>(
  _ e: E, _ row: Int, _ vector: Int, _ sums: UnsafePointer<TileSums<P, N>>
) {
  let sums = vectors(sums)
  for p in 0..<P { e.finish(row, vector + p * N, sums + p * N, Row<N>.self) }
}

/// All rows of the left matrix with one panel, R at a time, then 4, 2 and 1. Each tile brings a part of the panel that
/// comes next nearer.
@inline(__always)
private func allRows<E: Epilogue, let R: Int, let N: Int>(
  _ e: E, _ panels: Panels, _ rows: Int, _ vector: Int, _ next: Int, _ shape: TileSums<R, N>.Type
) {
  var row = 0
  // Where nothing is worth it, what is there already.
  var ahead = panels.panel(at: panels.isLarge ? next : vector)
  let end = ahead + panels.depth * N * lanes
  while row + R <= rows {
    tile(e, panels, row, vector, ahead, shape)
    row += R
    ahead += panels.depth * floatsInLine
    if ahead >= end { ahead = panels.panel(at: vector) }
  }
  if R > 4, row + 4 <= rows {
    tile(e, panels, row, vector, ahead, TileSums<4, N>.self)
    row += 4
  }
  if R > 2, row + 2 <= rows {
    tile(e, panels, row, vector, ahead, TileSums<2, N>.self)
    row += 2
  }
  while row < rows {
    tile(e, panels, row, vector, ahead, TileSums<1, N>.self)
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
    let next = index + 1 < count ? panel + (panels.isDescending ? -1 : 1) : panel
    allRows(e, panels, rows, panel * N, next * N, shape)
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
  case 1: allRows(e, panels, rows, last, last, TileSums<6, 1>.self)
  #if KERNELS_AVX512
    case 2: allRows(e, panels, rows, last, last, TileSums<6, 2>.self)
    case 3: allRows(e, panels, rows, last, last, TileSums<6, 3>.self)
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
