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

/// What a tile's sums begin with and what becomes of them.
///
/// A tile sums up two products, of which the first may be empty: a recurrent layer's inputs by its kernel, then its hidden
/// states by its recurrent kernel.
protocol Epilogue {
  /// The left matrix of the first product, where there is one.
  var firstLeft: Rows { get }
  /// The left matrix of the second product.
  var left: Rows { get }
  /// What the sums begin with, at a vector of the gate layout; nil for zeros.
  func start(_ vector: Int) -> Rows?
  /// How far apart the beginnings of neighbouring vectors of a panel lie, in elements.
  var startStep: Int { get }
  /// With three gates: what the second product's sums begin with, those of the first being put aside; nil where they go on.
  func exchange(_ vector: Int) -> UnsafePointer<Float>?
  /// Takes M times N finished vectors.
  func finish<let M: Int, let N: Int>(_ places: Places, _ sums: FinishedSums, _ shape: TileSums<M, N>.Type)
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

extension Epilogue {
  @inline(__always)
  var firstLeft: Rows { left }

  @inline(__always)
  var startStep: Int { lanes }

  @inline(__always)
  func exchange(_ vector: Int) -> UnsafePointer<Float>? { nil }
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

/// Groups of finished vectors one behind the other, and those that were put aside.
struct FinishedSums {
  let vectors: UnsafePointer<Vector>
  let asides: UnsafePointer<Vector>
}

/// Where a tile's sums go from function to function, always as whole vectors: what is stored in other pieces than it is
/// loaded stalls the load.
struct TileMemory {
  /// The most vectors of a tile.
  private static let most = 24
  static var count: Int { 1 + 3 * most }

  fileprivate let zeros: UnsafePointer<Float>
  fileprivate let sums: UnsafeMutablePointer<Vector>
  /// The sums of the first product, where they are put aside.
  fileprivate let asides: UnsafeMutablePointer<Vector>
  /// The sums of first halves.
  fileprivate let halves: UnsafeMutablePointer<Vector>

  /// Memory of `count` vectors.
  @inline(__always)
  init(_ memory: UnsafeMutableRawPointer) {
    let vectors = memory.assumingMemoryBound(to: Vector.self)
    vectors[0] = Vector()
    zeros = UnsafeRawPointer(vectors).assumingMemoryBound(to: Float.self)
    sums = vectors + 1
    asides = sums + Self.most
    halves = asides + Self.most
  }
}

// On the stack, where it is zeroed whole when it is made.

@inline(__always)
func withTileMemory(_ body: (TileMemory) -> Void) {
  var storage = InlineArray<73, Vector>(repeating: Vector())
  withUnsafeMutablePointer(to: &storage) { body(TileMemory($0)) }
}

/// For a row of one product, whose tiles are smaller.
@inline(__always)
func withRowMemory(_ body: (TileMemory) -> Void) {
  var storage = InlineArray<17, Vector>(repeating: Vector())
  withUnsafeMutablePointer(to: &storage) { body(TileMemory($0)) }
}

/// The panels of a tile's two products.
struct Operands {
  let first: Panels
  let second: Panels

  @inline(__always)
  init(first: Panels, second: Panels) {
    self.first = first
    self.second = second
  }

  /// A product alone.
  @inline(__always)
  init(_ panels: Panels) { self.init(first: panels.empty, second: panels) }
}

/// The panels at a vector, and what will be read after them.
struct PanelPlace {
  let operands: Operands
  let vector: Int
  /// The first vector of the panels after these.
  let next: Int
  /// How many tiles were multiplied by these panels: each asks for a part of the next ones.
  private(set) var tiles = 0

  @inline(__always)
  init(_ operands: Operands, _ vector: Int, next: Int) {
    self.operands = operands
    self.vector = vector
    self.next = next
  }

  @inline(__always)
  mutating func advance() { tiles += 1 }

  /// What is worth being brought nearer while a tile is multiplied; where nothing is, what is there already.
  @inline(__always)
  func ahead(in panels: Panels) -> UnsafeRawPointer {
    let part = tiles * panels.depth * bytesInLine
    return panels.isLarge && part < panels.panelBytes ? panels.panel(at: next) + part : panels.panel(at: vector)
  }
}

/// Rows by a panel or, one row, by neighbouring panels.
private struct Factor {
  let left: Rows
  let panel: UnsafeRawPointer
  let depth: Int
  /// Whether the sums are made in two halves of k, which are then added.
  let isSplit: Bool
  let scales: UnsafePointer<Float>?
  /// What is brought nearer meanwhile, a line for each k.
  let ahead: UnsafeRawPointer

  @inline(__always)
  init(_ place: PanelPlace, _ panels: Panels, _ left: Rows, _ row: Int) {
    self.left = Rows(left[row], stride: left.stride)
    panel = panels.panel(at: place.vector)
    depth = panels.depth
    isSplit = panels.splitsDepth
    scales = panels.scales.map { $0 + place.vector * lanes }
    ahead = place.ahead(in: panels)
  }
}

/// What the sums of a tile begin with.
private struct TileStart {
  let rows: Rows
  /// From vector to vector.
  let step: Int
  /// From panel to panel.
  let panelStep: Int
  let exchange: UnsafePointer<Float>?

  @inline(__always)
  init(_ e: some Epilogue, _ place: PanelPlace, _ row: Int, vectorsInPanel: Int, _ memory: TileMemory) {
    exchange = e.exchange(place.vector)
    if let start = e.start(place.vector), let next = e.start(place.vector + vectorsInPanel) {
      rows = Rows(start[row], stride: start.stride)
      (step, panelStep) = (e.startStep, next.base - start.base)
    } else {
      rows = Rows(memory.zeros, stride: 0)
      (step, panelStep) = (0, 0)
    }
  }
}

/// The loops over k, compiled once for each tile whatever becomes of its sums.
@inline(never)
private func multiply<W: WeightReader, let R: Int, let N: Int>(
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
        elman_cpu_prefetch(factor.ahead + k * bytesInLine)
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
        k += 1
      }
      if end == depth { break }
      // The other half begins with zeros.
      end = depth
      for r in 0..<R {
        for n in 0..<N {
          memory.halves[r * N + n] = sums[r][n]
          sums[r][n] = Vector()
        }
      }
    }
    if factor.isSplit {
      for r in 0..<R {
        for n in 0..<N { sums[r][n] = memory.halves[r * N + n] + sums[r][n] }
      }
    }
    if W.isScaled { add(&sums, to: memory, scales: factor.scales, scaleStep: 0) }
    if product == 0, N == 3, let exchange = start.exchange {
      for r in 0..<R {
        for n in 0..<N {
          memory.asides[r * N + n] = sums[r][n]
          sums[r][n] = (exchange + n * lanes).vector()
        }
      }
    }
  }
  for r in 0..<R {
    for n in 0..<N { memory.sums[r * N + n] = sums[r][n] }
  }
}

/// The same for one row and P panels at once: a row alone fills too few accumulators. Where there are too few panels for
/// that, the two halves of k are summed at once.
@inline(never)
private func multiplyRow<W: WeightReader, let P: Int, let N: Int>(
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
    let vectorBytes = lanes * W.size
    if P == 1, factor.isSplit {
      let half = depth / 2
      var second = Row<N>(repeating: Vector())
      for k in 0..<half {
        let weights = panel + k * N * vectorBytes
        let values = (Vector(repeating: left[k]), Vector(repeating: left[half + k]))
        for n in 0..<N { sums[0][n].accumulate(values.0, W.vector(weights + n * vectorBytes)) }
        for n in 0..<N { second[n].accumulate(values.1, W.vector(weights + (half * N + n) * vectorBytes)) }
      }
      if depth % 2 != 0 {
        let value = Vector(repeating: left[depth - 1])
        for n in 0..<N { second[n].accumulate(value, W.vector(panel + ((depth - 1) * N + n) * vectorBytes)) }
      }
      for n in 0..<N { sums[0][n] += second[n] }
    } else {
      let panelBytes = depth * N * vectorBytes
      for k in 0..<depth {
        let value = Vector(repeating: left[k])
        let weights = panel + k * N * vectorBytes
        for p in 0..<P {
          for n in 0..<N { sums[p][n].accumulate(value, W.vector(weights + p * panelBytes + n * vectorBytes)) }
        }
      }
    }
    if W.isScaled { add(&sums, to: memory, scales: factor.scales, scaleStep: N * lanes) }
    if product == 0, N == 3, let exchange = start.exchange {
      for p in 0..<P {
        for n in 0..<N {
          memory.asides[p * N + n] = sums[p][n]
          sums[p][n] = (exchange + (p * N + n) * lanes).vector()
        }
      }
    }
  }
  for p in 0..<P {
    for n in 0..<N { memory.sums[p * N + n] = sums[p][n] }
  }
}

/// Begins with zeros: columns have scales, which come before what the sums began with.
@inline(__always)
private func put<let R: Int, let N: Int>(_ sums: inout TileSums<R, N>, aside memory: TileMemory) {
  for r in 0..<R {
    for n in 0..<N {
      memory.sums[r * N + n] = sums[r][n]
      sums[r][n] = Vector()
    }
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

/// R rows from `row` on and N vectors, or one row and R panels of N vectors.
@inline(__always)
private func tile<E: Epilogue, let R: Int, let N: Int>(
  _ e: E, _ place: PanelPlace, _ row: Int, _ memory: TileMemory, isRowOfPanels: Bool, _ shape: TileSums<R, N>.Type
) {
  let (panels, vector) = (place.operands.second, place.vector)
  let step = isRowOfPanels ? (row: 0, vector: N) : (row: 1, vector: 0)
  let start = TileStart(e, place, row, vectorsInPanel: N, memory)
  let first = Factor(place, place.operands.first, e.firstLeft, row)
  let second = Factor(place, panels, e.left, row)
  if isRowOfPanels || R == 1 {
    switch panels.format {
    case .float32: multiplyRow(start, first, second, memory, Float32Reader.self, shape)
    case .float16: multiplyRow(start, first, second, memory, Float16Reader.self, shape)
    case .bfloat16: multiplyRow(start, first, second, memory, BFloat16Reader.self, shape)
    case .int8: multiplyRow(start, first, second, memory, Int8Reader.self, shape)
    }
  } else {
    switch panels.format {
    case .float32: multiply(start, first, second, memory, Float32Reader.self, shape)
    case .float16: multiply(start, first, second, memory, Float16Reader.self, shape)
    case .bfloat16: multiply(start, first, second, memory, BFloat16Reader.self, shape)
    case .int8: multiply(start, first, second, memory, Int8Reader.self, shape)
    }
  }
  finish(e, row, vector, step, memory, shape)
}

/// The epilogue of four groups of N vectors at once, then of two, then of one.
@inline(__always)
private func finish<E: Epilogue, let R: Int, let N: Int>(
  _ e: E, _ row: Int, _ vector: Int, _ step: (row: Int, vector: Int), _ memory: TileMemory, _ shape: TileSums<R, N>.Type
) {
  @inline(__always)
  func finish<let M: Int>(_ r: Int, _ shape: TileSums<M, N>.Type) {
    let (row, vector) = (row + r * step.row, vector + r * step.vector)
    let places = Places(firstRow: row, firstVector: vector, rowStep: step.row, vectorStep: step.vector)
    e.finish(places, FinishedSums(vectors: memory.sums + r * N, asides: memory.asides + r * N), shape)
  }
  let (fours, twos) = (R / 4 * 4, R / 2 * 2)
  for r in stride(from: 0, to: fours, by: 4) { finish(r, TileSums<4, N>.self) }
  if fours < twos { finish(fours, TileSums<2, N>.self) }
  if twos < R { finish(twos, TileSums<1, N>.self) }
}

/// Some rows of the left matrices with one panel, R at a time, then 4, 2 and 1.
@inline(__always)
private func allRows<E: Epilogue, let R: Int, let N: Int>(
  _ e: E, _ place: PanelPlace, _ rows: Range<Int>, _ memory: TileMemory, _ shape: TileSums<R, N>.Type
) {
  var (row, place) = (rows.lowerBound, place)
  while row + R <= rows.upperBound {
    tile(e, place, row, memory, isRowOfPanels: false, shape)
    row += R
    place.advance()
  }
  if R > 4, row + 4 <= rows.upperBound {
    tile(e, place, row, memory, isRowOfPanels: false, TileSums<4, N>.self)
    row += 4
  }
  if R > 2, row + 2 <= rows.upperBound {
    tile(e, place, row, memory, isRowOfPanels: false, TileSums<2, N>.self)
    row += 2
  }
  while row < rows.upperBound {
    tile(e, place, row, memory, isRowOfPanels: false, TileSums<1, N>.self)
    row += 1
  }
}

/// The whole panels of a product: tiles of R rows and N vectors and, for one row, P panels at once.
@inline(__always)
private func sweep<E: Epilogue, let R: Int, let N: Int, let P: Int>(
  _ e: E, _ operands: Operands, _ rows: Int, _ memory: TileMemory, _ shape: TileSums<R, N>.Type, _ single: TileSums<P, N>.Type
) {
  let panels = operands.second
  let whole = panels.range.clamped(to: 0..<panels.vectors / N)
  let (first, count) = (whole.lowerBound, whole.count)
  let isRow = rows == 1 && !panels.splitsDepth && !operands.first.splitsDepth
  var grouped = isRow ? count / P * P : 0
  @inline(__always)
  func rowOfPanels<let Q: Int>(_ index: Int, _ shape: TileSums<Q, N>.Type) {
    let vector = (first + (panels.isDescending ? count - Q - index : index)) * N
    tile(e, PanelPlace(operands, vector, next: vector), 0, memory, isRowOfPanels: true, shape)
  }
  for index in stride(from: 0, to: grouped, by: P) { rowOfPanels(index, single) }
  if P > 2, isRow, grouped + 2 <= count {
    rowOfPanels(grouped, TileSums<2, N>.self)
    grouped += 2
  }
  // So many rows at once stay in the cache while one panel after the other meets them.
  let block = max(bytesOfLeftRows / (4 * max(panels.depth, 1)) / R, 8) * R
  for row in stride(from: 0, to: rows, by: block) {
    let rows = row..<min(row + block, rows)
    for index in grouped..<count {
      let panel = first + (panels.isDescending ? count - 1 - index : index)
      let next = index + 1 < count ? panel + (panels.isDescending ? -1 : 1) : panel
      allRows(e, PanelPlace(operands, panel * N, next: next * N), rows, memory, shape)
    }
  }
}

/// A quarter of a mebibyte: half of the smallest L2 caches.
private let bytesOfLeftRows = 262_144

// The tiles of each number of gates: as many accumulators as the registers hold beside one row of weights.

@inline(__always)
func sweepSingleGate(_ e: some Epilogue, _ operands: Operands, _ rows: Int, _ memory: TileMemory) {
  #if KERNELS_AVX512
    sweep(e, operands, rows, memory, TileSums<6, 4>.self, TileSums<2, 4>.self)
    let width = 4
  #else
    sweep(e, operands, rows, memory, TileSums<6, 2>.self, TileSums<4, 2>.self)
    let width = 2
  #endif
  let panels = operands.second
  let last = panels.vectors / width * width
  guard panels.range.upperBound * width > last else { return }
  let place = PanelPlace(operands, last, next: last)
  switch panels.vectors - last {
  case 1: allRows(e, place, 0..<rows, memory, TileSums<6, 1>.self)
  #if KERNELS_AVX512
    case 2: allRows(e, place, 0..<rows, memory, TileSums<6, 2>.self)
    case 3: allRows(e, place, 0..<rows, memory, TileSums<6, 3>.self)
  #endif
  default: break
  }
}

@inline(__always)
func sweepTwoGates(_ e: some Epilogue, _ operands: Operands, _ rows: Int, _ memory: TileMemory) {
  #if KERNELS_AVX512
    sweep(e, operands, rows, memory, TileSums<8, 2>.self, TileSums<4, 2>.self)
  #else
    sweep(e, operands, rows, memory, TileSums<6, 2>.self, TileSums<4, 2>.self)
  #endif
}

@inline(__always)
func sweepThreeGates(_ e: some Epilogue, _ operands: Operands, _ rows: Int, _ memory: TileMemory) {
  #if KERNELS_AVX512
    sweep(e, operands, rows, memory, TileSums<8, 3>.self, TileSums<3, 3>.self)
  #else
    // 4 x 3 would need one register more than the compiler has for it.
    sweep(e, operands, rows, memory, TileSums<3, 3>.self, TileSums<3, 3>.self)
  #endif
}

@inline(__always)
func sweepFourGates(_ e: some Epilogue, _ operands: Operands, _ rows: Int, _ memory: TileMemory) {
  #if KERNELS_AVX512
    sweep(e, operands, rows, memory, TileSums<6, 4>.self, TileSums<2, 4>.self)
  #else
    sweep(e, operands, rows, memory, TileSums<3, 4>.self, TileSums<2, 4>.self)
  #endif
}
