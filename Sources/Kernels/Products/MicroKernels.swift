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
  func row<let N: Int>(of type: Row<N>.Type) -> Row<N> { UnsafeRawPointer(self).loadUnaligned(as: Row<N>.self) }

  /// Every Nth vector, M of them.
  @inline(__always)
  func column<let M: Int>(by step: Int, of type: Row<M>.Type) -> Row<M> {
    var column = Row<M>(repeating: Vector())
    for m in 0..<M { column[m] = self[m * step] }
    return column
  }
}

/// Rows of a matrix.
struct Rows {
  let base: UnsafePointer<Float>
  /// From row to row, in elements.
  let stride: Int

  @inline(__always)
  init(_ base: UnsafePointer<Float>, stride: Int) {
    self.base = base
    self.stride = stride
  }

  @inline(__always)
  subscript(_ row: Int) -> UnsafePointer<Float> { base + row * stride }
}

/// Where a tile's sums go from function to function, always as whole vectors: what is stored in other pieces than it is
/// loaded stalls the load. It is one vector of zeros, and three times what a tile or a row of panels that are
/// multiplied as bytes holds.
struct TileMemory {
  /// Vectors of it: as many of 64 bytes as that on the stack has when it begins at a multiple of these.
  static var count: Int { MemoryLayout<elman_cpu_scratch>.size / 64 - 1 }
  /// The most vectors of a tile.
  static var most: Int { (count - 1) / 3 }

  let zeros: UnsafePointer<Float>
  let sums: UnsafeMutablePointer<Vector>
  /// The sums of the first product, where they are put aside.
  let asides: UnsafeMutablePointer<Vector>
  /// The sums of first halves, or the digits of `multiplyDots`.
  let halves: UnsafeMutablePointer<Vector>
}

extension TileMemory {
  /// Memory of `count` vectors.
  @inline(__always)
  init(_ memory: UnsafeMutableRawPointer) {
    let vectors = memory.assumingMemoryBound(to: Vector.self)
    vectors[0] = Vector()
    let sums = vectors + 1
    self.init(
      zeros: UnsafeRawPointer(vectors).assumingMemoryBound(to: Float.self), sums: sums, asides: sums + Self.most,
      halves: sums + 2 * Self.most)
  }
}

/// On the stack.
@inline(__always)
func withTileMemory(_ body: (TileMemory) -> Void) {
  var storage = elman_cpu_unset_scratch()
  withUnsafeMutablePointer(to: &storage) { body(TileMemory(UnsafeMutableRawPointer($0).alignedUp(toMultipleOf: 64))) }
}

/// Rows by a panel or, one row, by neighbouring panels.
struct Factor {
  let left: Rows
  let panel: UnsafeRawPointer
  let depth: Int
  /// Whether the sums are made in two halves of k, which are then added.
  let isSplit: Bool
  let scales: UnsafePointer<Float>?
  /// What is brought nearer meanwhile, a line for each k.
  let ahead: UnsafeRawPointer
}

extension Factor {
  @inline(__always)
  init(_ place: PanelPlace, _ panels: Panels, _ left: Rows, _ row: Int) {
    self.init(
      left: Rows(left[row], stride: left.stride), panel: panels.panel(place.panel), depth: panels.depth,
      isSplit: panels.splitsDepth,
      scales: panels.scales.map { $0 + place.vector * lanes }, ahead: place.ahead(in: panels))
  }
}

/// What the sums of a tile begin with.
struct TileStart {
  let rows: Rows
  /// From vector to vector.
  let step: Int
  /// From panel to panel.
  let panelStep: Int
  let exchange: UnsafePointer<Float>?

  @inline(__always)
  init(_ e: some Epilogue, row: Int, vector: Int, vectorsInPanel: Int, _ memory: TileMemory) {
    exchange = e.exchange(vector)
    if let start = e.start(vector), let next = e.start(vector + vectorsInPanel) {
      rows = Rows(start[row], stride: start.stride)
      (step, panelStep) = (e.startStep, next.base - start.base)
    } else {
      rows = Rows(memory.zeros, stride: 0)
      (step, panelStep) = (0, 0)
    }
  }
}

/// One k of R rows by N vectors of weights, which stay in registers.
@inline(__always)
func accumulate<W: WeightReader, let R: Int, let N: Int>(
  _ sums: inout TileSums<R, N>, _ left: InlineArray<R, UnsafePointer<Float>>, _ k: Int, _ weights: UnsafeRawPointer,
  _ reader: W.Type
) {
  var columns = Row<N>(repeating: Vector())
  for n in 0..<N { columns[n] = W.vector(n, weights, Row<N>.self) }
  for r in 0..<R {
    let value = Vector(repeating: left[r][k])
    for n in 0..<N { sums[r][n].accumulate(value, columns[n]) }
  }
}

/// The loops over k, compiled once for each tile whatever becomes of its sums.
@inline(never)
func multiply<W: WeightReader, let R: Int, let N: Int>(
  _ start: TileStart, _ first: Factor, _ second: Factor,
  _ memory: TileMemory, _ reader: W.Type, _ shape: TileSums<R, N>.Type
) {
  var sums = TileSums<R, N>(repeating: Row<N>(repeating: Vector()))
  for r in 0..<R {
    for n in 0..<N { sums[r][n] = (start.rows[r] + n * start.step).vector() }
  }
  for product in 0..<2 {
    if W.isScaled { put(&sums, aside: memory) }
    let factor = product == 0 ? first : second
    let depth = factor.depth
    var left = InlineArray<R, UnsafePointer<Float>>(repeating: factor.left.base)
    for r in 1..<R { left[r] = factor.left[r] }
    var (k, end, weights) = (0, factor.isSplit ? depth / 2 : depth, factor.panel)
    while true {
      while k < end {
        // Two rows read weights as fast as they come: nothing is to be asked for beside them.
        if R > 2 { elman_cpu_prefetch(factor.ahead + k * bytesInLine) }
        if R < N {
          // The fewer of the two stay in registers, which AVX2 has just enough of.
          var values = InlineArray<R, Vector>(repeating: Vector())
          for r in 0..<R { values[r] = Vector(repeating: left[r][k]) }
          for n in 0..<N {
            let column = W.vector(n, weights, Row<N>.self)
            for r in 0..<R { sums[r][n].accumulate(values[r], column) }
          }
        } else {
          accumulate(&sums, left, k, weights, reader)
        }
        weights += W.bytes(N)
        k += 1
      }
      if end == depth { break }
      // The other half begins with zeros.
      end = depth
      store(sums, memory.halves)
      for r in 0..<R {
        for n in 0..<N { sums[r][n] = Vector() }
      }
    }
    if factor.isSplit {
      for r in 0..<R {
        for n in 0..<N { sums[r][n] = memory.halves[r * N + n] + sums[r][n] }
      }
    }
    if W.isScaled { add(&sums, to: memory, scales: factor.scales, scaleStep: 0) }
    if product == 0, N == 3, let next = start.exchange { exchange(&sums, for: next, step: 0, memory) }
  }
  store(sums, memory.sums)
}

/// The same for one row and P panels at once: a row alone fills too few accumulators. Where there are too few panels
/// for that, the two halves of k are summed at once.
@inline(never)
func multiplyRow<W: WeightReader, let P: Int, let N: Int>(
  _ start: TileStart, _ first: Factor, _ second: Factor,
  _ memory: TileMemory, _ reader: W.Type, _ shape: TileSums<P, N>.Type
) {
  var sums = TileSums<P, N>(repeating: Row<N>(repeating: Vector()))
  for p in 0..<P {
    for n in 0..<N { sums[p][n] = (start.rows.base + p * start.panelStep + n * start.step).vector() }
  }
  for product in 0..<2 {
    if W.isScaled { put(&sums, aside: memory) }
    let factor = product == 0 ? first : second
    let (left, panel, depth) = (factor.left.base, factor.panel, factor.depth)
    let rowBytes = W.bytes(N)
    if P == 1, factor.isSplit {
      let half = depth / 2
      var second = Row<N>(repeating: Vector())
      for k in 0..<half {
        let (weights, others) = (panel + k * rowBytes, panel + (half + k) * rowBytes)
        let values = (Vector(repeating: left[k]), Vector(repeating: left[half + k]))
        for n in 0..<N { sums[0][n].accumulate(values.0, W.vector(n, weights, Row<N>.self)) }
        for n in 0..<N { second[n].accumulate(values.1, W.vector(n, others, Row<N>.self)) }
      }
      if depth % 2 != 0 {
        let value = Vector(repeating: left[depth - 1])
        for n in 0..<N { second[n].accumulate(value, W.vector(n, panel + (depth - 1) * rowBytes, Row<N>.self)) }
      }
      for n in 0..<N { sums[0][n] += second[n] }
    } else {
      let panelBytes = depth * rowBytes
      for k in 0..<depth {
        let value = Vector(repeating: left[k])
        let weights = panel + k * rowBytes
        for p in 0..<P {
          for n in 0..<N { sums[p][n].accumulate(value, W.vector(n, weights + p * panelBytes, Row<N>.self)) }
        }
      }
    }
    if W.isScaled { add(&sums, to: memory, scales: factor.scales, scaleStep: N * lanes) }
    if product == 0, N == 3, let next = start.exchange { exchange(&sums, for: next, step: N * lanes, memory) }
  }
  store(sums, memory.sums)
}

@inline(__always)
private func store<let R: Int, let N: Int>(_ sums: TileSums<R, N>, _ place: UnsafeMutablePointer<Vector>) {
  for r in 0..<R {
    for n in 0..<N { place[r * N + n] = sums[r][n] }
  }
}

/// Puts the sums of the first product aside, and begins anew with a row of vectors, the same or the next one for each
/// row of the tile.
@inline(__always)
private func exchange<let R: Int, let N: Int>(
  _ sums: inout TileSums<R, N>, for next: UnsafePointer<Float>, step: Int, _ memory: TileMemory
) {
  store(sums, memory.asides)
  for r in 0..<R {
    for n in 0..<N { sums[r][n] = (next + r * step + n * lanes).vector() }
  }
}

/// Begins with zeros: columns have scales, which come before what the sums began with.
@inline(__always)
private func put<let R: Int, let N: Int>(_ sums: inout TileSums<R, N>, aside memory: TileMemory) {
  store(sums, memory.sums)
  for r in 0..<R {
    for n in 0..<N { sums[r][n] = Vector() }
  }
}

/// The sums by their scales, and what was put aside.
@inline(__always)
private func add<let R: Int, let N: Int>(
  _ sums: inout TileSums<R, N>, to memory: TileMemory, scales: UnsafePointer<Float>?, scaleStep: Int
) {
  for r in 0..<R {
    for n in 0..<N {
      let scale = scales.map { ($0 + r * scaleStep + n * lanes).vector() } ?? Vector()
      sums[r][n] = scale.times(sums[r][n], plus: memory.sums[r * N + n])
    }
  }
}
