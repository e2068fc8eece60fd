import CPUFeatures
import KernelInterface

// The micro-kernel: R rows times a panel of N vectors, kept in R * N registers.
//
// R and N are compile-time numbers, so that the loops over them unroll and the accumulators never leave the
// registers. Each element is summed in the order of k, whatever R is: any number of rows gives the same bits.

/// A line of the cache.
let bytesInLine = 64

typealias Row<let N: Int> = InlineArray<N, Vector>
typealias TileSums<let R: Int, let N: Int> = InlineArray<R, InlineArray<N, Vector>>

extension UnsafePointer<Vector> {
  /// N vectors.
  @inline(__always)
  func row<let N: Int>(of type: Row<N>.Type) -> Row<N> {
    var row = Row<N>(repeating: Vector())
    for n in 0..<N { row[n] = self[n] }
    return row
  }

  /// Every Nth vector, M of them.
  @inline(__always)
  func column<let M: Int>(by step: Int, of type: Row<M>.Type) -> Row<M> {
    var column = Row<M>(repeating: Vector())
    for m in 0..<M { column[m] = self[m * step] }
    return column
  }
}

/// What a product begins with and what becomes of it, for one tile at a time.
protocol Epilogue {
  /// The first element of a row of the left matrix.
  func left(_ row: Int) -> UnsafePointer<Float>
  /// What the sums of a row begin with, at a vector of the gate layout.
  func start(_ row: Int, _ vector: Int) -> Vector
  /// Takes M times N finished vectors.
  func finish<let M: Int, let N: Int>(_ places: Places, _ sums: UnsafePointer<Vector>, _ shape: TileSums<M, N>.Type)
}

/// Where groups of finished vectors belong: one row below the other, or one panel beside the other.
struct Places {
  let firstRow: Int
  let firstVector: Int
  let rowStep: Int
  let vectorStep: Int

  @inline(__always)
  func row(_ m: Int) -> Int { firstRow + m * rowStep }

  @inline(__always)
  func vector(_ m: Int) -> Int { firstVector + m * vectorStep }
}

// Sums go from function to function through memory, always as whole vectors: what is stored in other pieces than it is
// loaded stalls the load.

/// The loop over k, compiled once for each tile whatever becomes of its sums: `memory` holds R rows of N, and
/// `memory[r] += left[r] . panel`. Meanwhile what will be read next is brought nearer, a line for each k.
@inline(never)
private func multiply<W: WeightReader, let R: Int, let N: Int>(
  _ memory: UnsafeMutablePointer<TileSums<R, N>>, _ left: InlineArray<R, UnsafePointer<Float>>,
  _ panel: UnsafeRawPointer, _ next: UnsafeRawPointer, _ depth: Int, _ reader: W.Type
) {
  let memory = vectors(memory)
  var sums = TileSums<R, N>(repeating: Row<N>(repeating: Vector()))
  for r in 0..<R {
    for n in 0..<N { sums[r][n] = memory[r * N + n] }
  }
  var weights = panel
  for k in 0..<depth {
    elman_cpu_prefetch(next + k * bytesInLine)
    if R < N {
      // The fewer of the two stay in registers, which AVX2 has just enough of.
      var values = InlineArray<R, Vector>(repeating: Vector())
      for r in 0..<R { values[r] = Vector(repeating: left[r][k]) }
      for n in 0..<N {
        let column = W.vector(weights + n * lanes * W.size)
        for r in 0..<R { sums[r][n].accumulate(values[r], column) }
      }
    } else {
      var columns = Row<N>(repeating: Vector())
      for n in 0..<N { columns[n] = W.vector(weights + n * lanes * W.size) }
      for r in 0..<R {
        let value = Vector(repeating: left[r][k])
        for n in 0..<N { sums[r][n].accumulate(value, columns[n]) }
      }
    }
    weights += N * lanes * W.size
  }
  for r in 0..<R {
    for n in 0..<N { memory[r * N + n] = sums[r][n] }
  }
}

/// The same for one row in two halves of k, both at once: one row alone would wait for the latency of its additions.
@inline(never)
private func multiplyHalves<W: WeightReader, let R: Int, let N: Int>(
  _ memory: UnsafeMutablePointer<TileSums<R, N>>, _ left: UnsafePointer<Float>, _ panel: UnsafeRawPointer, _ depth: Int,
  _ reader: W.Type
) {
  let memory = vectors(memory)
  let half = depth / 2
  var first = Row<N>(repeating: Vector())
  var second = Row<N>(repeating: Vector())
  for n in 0..<N { first[n] = memory[n] }
  for k in 0..<half {
    let weights = panel + k * N * lanes * W.size
    let values = (Vector(repeating: left[k]), Vector(repeating: left[half + k]))
    for n in 0..<N {
      first[n].accumulate(values.0, W.vector(weights + n * lanes * W.size))
      second[n].accumulate(values.1, W.vector(weights + (half * N + n) * lanes * W.size))
    }
  }
  if depth % 2 != 0 {
    let value = Vector(repeating: left[depth - 1])
    for n in 0..<N { second[n].accumulate(value, W.vector(panel + ((depth - 1) * N + n) * lanes * W.size)) }
  }
  for n in 0..<N { memory[n] = first[n] + second[n] }
}

/// R rows from `row` on, N vectors from `vector` on.
@inline(__always)
func tile<E: Epilogue, let R: Int, let N: Int>(
  _ e: E, _ panels: Panels, _ row: Int, _ vector: Int, _ next: UnsafeRawPointer, _ shape: TileSums<R, N>.Type
) {
  var sums = TileSums<R, N>(repeating: Row<N>(repeating: Vector()))
  var left = InlineArray<R, UnsafePointer<Float>>(repeating: e.left(row))
  for r in 1..<R { left[r] = e.left(row + r) }
  if panels.scales == nil {
    for r in 0..<R {
      for n in 0..<N { sums[r][n] = e.start(row + r, vector + n) }
    }
  }
  let panel = panels.panel(at: vector)
  switch panels.format {
  case .float32: multiply(&sums, left, panel, next, panels, Float32Reader.self)
  case .float16: multiply(&sums, left, panel, next, panels, Float16Reader.self)
  case .bfloat16: multiply(&sums, left, panel, next, panels, BFloat16Reader.self)
  case .int8: multiply(&sums, left, panel, next, panels, Int8Reader.self)
  }
  if let scales = panels.scales {
    for r in 0..<R {
      for n in 0..<N {
        sums[r][n] = (scales + (vector + n) * lanes).vector().times(sums[r][n], plus: e.start(row + r, vector + n))
      }
    }
  }
  finish(e, row, vector, (row: 1, vector: 0), &sums)
}

/// The loop over k, in two halves where the panels ask for it.
@inline(__always)
private func multiply<W: WeightReader, let R: Int, let N: Int>(
  _ sums: UnsafeMutablePointer<TileSums<R, N>>, _ left: InlineArray<R, UnsafePointer<Float>>, _ panel: UnsafeRawPointer,
  _ next: UnsafeRawPointer, _ panels: Panels, _ reader: W.Type
) {
  let depth = panels.depth
  if !panels.splitsDepth { return multiply(sums, left, panel, next, depth, reader) }
  if R == 1 { return multiplyHalves(sums, left[0], panel, depth, reader) }
  let half = depth / 2
  var second = TileSums<R, N>(repeating: Row<N>(repeating: Vector()))
  var rest = left
  for r in 0..<R { rest[r] += half }
  multiply(sums, left, panel, next, half, reader)
  multiply(&second, rest, panel + half * N * lanes * W.size, next, depth - half, reader)
  let memory = vectors(sums)
  for r in 0..<R {
    for n in 0..<N { memory[r * N + n] += second[r][n] }
  }
}

/// The epilogue of four groups of N vectors at once, then of two, then of one.
@inline(__always)
private func finish<E: Epilogue, let R: Int, let N: Int>(
  _ e: E, _ row: Int, _ vector: Int, _ step: (row: Int, vector: Int), _ sums: UnsafePointer<TileSums<R, N>>
) {
  let sums = vectors(sums)
  @inline(__always)
  func finish<let M: Int>(_ r: Int, _ shape: TileSums<M, N>.Type) {
    let (row, vector) = (row + r * step.row, vector + r * step.vector)
    let places = Places(firstRow: row, firstVector: vector, rowStep: step.row, vectorStep: step.vector)
    e.finish(places, sums + r * N, shape)
  }
  let (fours, twos) = (R / 4 * 4, R / 2 * 2)
  for r in stride(from: 0, to: fours, by: 4) { finish(r, TileSums<4, N>.self) }
  if fours < twos { finish(fours, TileSums<2, N>.self) }
  if twos < R { finish(twos, TileSums<1, N>.self) }
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
private func multiplyRow<W: WeightReader, let P: Int, let N: Int>(
  _ memory: UnsafeMutablePointer<TileSums<P, N>>, _ left: UnsafePointer<Float>, _ panel: UnsafeRawPointer, _ depth: Int,
  _ reader: W.Type
) {
  let memory = vectors(memory)
  var sums = TileSums<P, N>(repeating: Row<N>(repeating: Vector()))
  for p in 0..<P {
    for n in 0..<N { sums[p][n] = memory[p * N + n] }
  }
  let panelStride = depth * N * lanes * W.size
  for k in 0..<depth {
    let value = Vector(repeating: left[k])
    let weights = panel + k * N * lanes * W.size
    for p in 0..<P {
      for n in 0..<N { sums[p][n].accumulate(value, W.vector(weights + p * panelStride + n * lanes * W.size)) }
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
  if panels.scales == nil {
    for p in 0..<P {
      for n in 0..<N { sums[p][n] = e.start(row, vector + p * N + n) }
    }
  }
  let (left, panel, depth) = (e.left(row), panels.panel(at: vector), panels.depth)
  switch panels.format {
  case .float32: multiplyRow(&sums, left, panel, depth, Float32Reader.self)
  case .float16: multiplyRow(&sums, left, panel, depth, Float16Reader.self)
  case .bfloat16: multiplyRow(&sums, left, panel, depth, BFloat16Reader.self)
  case .int8: multiplyRow(&sums, left, panel, depth, Int8Reader.self)
  }
  if let scales = panels.scales {
    for p in 0..<P {
      for n in 0..<N {
        let place = vector + p * N + n
        sums[p][n] = (scales + place * lanes).vector().times(sums[p][n], plus: e.start(row, place))
      }
    }
  }
  finish(e, row, vector, (row: 0, vector: N), &sums)
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
  let end = ahead + panels.depth * N * lanes * panels.format.size
  while row + R <= rows {
    tile(e, panels, row, vector, ahead, shape)
    row += R
    ahead += panels.depth * bytesInLine
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
    // 4 x 3 would need one register more than the compiler has for it.
    sweep(e, panels, rows, TileSums<3, 3>.self, TileSums<3, 3>.self)
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
