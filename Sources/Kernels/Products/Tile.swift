import KernelInterface

// A tile: what it begins with, the loops over k (`MicroKernels.swift`), and what becomes of its sums.

/// What a tile's sums begin with and what becomes of them.
///
/// A tile sums up two products, of which the first may be empty: a recurrent layer's inputs by its kernel, then its
/// hidden states by its recurrent kernel.
protocol Epilogue {
  /// The left matrix of the first product, where there is one.
  var firstLeft: Rows { get }
  /// The left matrix of the second product.
  var left: Rows { get }
  /// What the sums begin with, at a vector of the gate layout; nil for zeros.
  func start(_ vector: Int) -> Rows?
  /// How far apart the beginnings of neighbouring vectors of a panel lie, in elements.
  var startStep: Int { get }
  /// With three gates: what the second product's sums begin with, those of the first being put aside; nil where they go
  /// on.
  func exchange(_ vector: Int) -> UnsafePointer<Float>?
  /// Takes M times N finished vectors.
  func finish<let M: Int, let N: Int>(_ places: Places, _ sums: FinishedSums, _ shape: TileSums<M, N>.Type)
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

/// Panels by their index, and what will be read after them.
struct PanelPlace {
  let operands: Operands
  let panel: Int
  /// Its first vector.
  let vector: Int
  /// The panels after these.
  let next: Int
  /// How many tiles were multiplied by these panels: each of more than two rows asks for a part of the next ones.
  private(set) var tiles = 0

  @inline(__always)
  init(_ operands: Operands, _ panel: Int, width: Int, next: Int) {
    self.operands = operands
    self.panel = panel
    vector = panel * width
    self.next = next
  }

  @inline(__always)
  mutating func advance() { tiles += 1 }

  /// What is worth being brought nearer while a tile is multiplied; where nothing is, what is there already.
  @inline(__always)
  func ahead(in panels: Panels) -> UnsafeRawPointer {
    let part = tiles * panels.depth * bytesInLine
    return panels.isLarge && part < panels.panelBytes ? panels.panel(next) + part : panels.panel(panel)
  }
}

/// `count` rows, at most R, from `row` on and N vectors.
@inline(__always)
func tile<E: Epilogue, let R: Int, let N: Int>(
  _ e: E, _ place: PanelPlace, _ row: Int, count: Int, _ memory: TileMemory, _ shape: TileSums<R, N>.Type
) {
  tile(e, place, row, count: count, memory, isRowOfPanels: false, Row<N>.self) { start, first, second in
    #if KERNELS_AVX512
      if place.operands.second.usesDots {
        return multiplyDots(start, first, second, memory, count: count, isRowOfPanels: false, Row<N>.self)
      }
    #endif
    multiplyRows(start, first, second, memory, place.operands.second.format, count: count, shape)
  }
}

/// One row and P panels of N vectors.
@inline(__always)
func tile<E: Epilogue, let P: Int, let N: Int>(
  _ e: E, _ place: PanelPlace, _ memory: TileMemory, _ shape: TileSums<P, N>.Type
) {
  tile(e, place, 0, count: P, memory, isRowOfPanels: true, Row<N>.self) { start, first, second in
    multiplyRow(start, first, second, memory, place.operands.second.format, shape)
  }
}

#if KERNELS_AVX512
  /// One row and some panels of N vectors, which are multiplied as bytes.
  @inline(__always)
  func rowOfDots<E: Epilogue, let N: Int>(
    _ e: E, _ place: PanelPlace, _ row: Int, panels: Int, _ memory: TileMemory, _ shape: Row<N>.Type
  ) {
    tile(e, place, row, count: panels, memory, isRowOfPanels: true, shape) { start, first, second in
      multiplyDots(start, first, second, memory, count: panels, isRowOfPanels: true, shape)
    }
  }
#endif

@inline(__always)
private func multiplyRow<let P: Int, let N: Int>(
  _ start: TileStart, _ first: Factor, _ second: Factor, _ memory: TileMemory, _ format: WeightFormat,
  _ shape: TileSums<P, N>.Type
) {
  switch format {
  case .float32: multiplyRow(start, first, second, memory, Float32Reader.self, shape)
  case .float16:
    #if KERNELS_AVX512
      if !first.isSplit, !second.isSplit { return multiplyRowInHalves(start, first, second, memory, shape) }
    #endif
    multiplyRow(start, first, second, memory, Float16Reader.self, shape)
  case .bfloat16: multiplyRow(start, first, second, memory, BFloat16Reader.self, shape)
  case .int8: multiplyRow(start, first, second, memory, Int8Reader.self, shape)
  }
}

/// The loops of as many rows, at most R, by weights of a format.
@inline(__always)
func multiplyRows<let R: Int, let N: Int>(
  _ start: TileStart, _ first: Factor, _ second: Factor, _ memory: TileMemory, _ format: WeightFormat, count: Int,
  _ shape: TileSums<R, N>.Type
) {
  if count == 1 { return multiplyRow(start, first, second, memory, format, TileSums<1, N>.self) }
  switch format {
  case .float32: multiply(start, first, second, memory, Float32Reader.self, count: count, shape)
  case .float16: multiply(start, first, second, memory, Float16Reader.self, count: count, shape)
  case .bfloat16: multiply(start, first, second, memory, BFloat16Reader.self, count: count, shape)
  case .int8: multiply(start, first, second, memory, Int8Reader.self, count: count, shape)
  }
}

/// The same for two rows or more; R is 2, 3, 4, 6 or 8.
@inline(__always)
private func multiply<W: WeightReader, let R: Int, let N: Int>(
  _ start: TileStart, _ first: Factor, _ second: Factor, _ memory: TileMemory, _ reader: W.Type, count: Int,
  _ shape: TileSums<R, N>.Type
) {
  switch count {
  case 2: multiply(start, first, second, memory, reader, TileSums<2, N>.self)
  case 3: multiply(start, first, second, memory, reader, TileSums<3, N>.self)
  case 4 where R > 3: multiply(start, first, second, memory, reader, TileSums<4, N>.self)
  case 5 where R > 3: multiply(start, first, second, memory, reader, TileSums<5, N>.self)
  case 6 where R > 6: multiply(start, first, second, memory, reader, TileSums<6, N>.self)
  case 7 where R > 6: multiply(start, first, second, memory, reader, TileSums<7, N>.self)
  default: multiply(start, first, second, memory, reader, shape)
  }
}

/// `count` rows and N vectors, or one row and as many panels, whose sums `multiply` makes.
@inline(__always)
func tile<E: Epilogue, let N: Int>(
  _ e: E, _ place: PanelPlace, _ row: Int, count: Int, _ memory: TileMemory, isRowOfPanels: Bool, _ shape: Row<N>.Type,
  multiply: (TileStart, Factor, Factor) -> Void
) {
  let start = TileStart(e, row: row, vector: place.vector, vectorsInPanel: N, memory)
  multiply(
    start, Factor(place, place.operands.first, e.firstLeft, row), Factor(place, place.operands.second, e.left, row))
  finish(e, row: row, vector: place.vector, count: count, memory, isRowOfPanels: isRowOfPanels, shape)
}

/// The epilogue of four groups of N vectors at once, then of two, then of one.
@inline(__always)
func finish<E: Epilogue, let N: Int>(
  _ e: E, row: Int, vector: Int, count: Int, _ memory: TileMemory, isRowOfPanels: Bool, _ shape: Row<N>.Type
) {
  let step = isRowOfPanels ? (row: 0, vector: N) : (row: 1, vector: 0)
  var done = 0
  @inline(__always)
  func finish<let M: Int>(_ shape: TileSums<M, N>.Type) {
    let (row, vector) = (row + done * step.row, vector + done * step.vector)
    let places = Places(firstRow: row, firstVector: vector, rowStep: step.row, vectorStep: step.vector)
    e.finish(places, FinishedSums(vectors: memory.sums + done * N, asides: memory.asides + done * N), shape)
    done += M
  }
  while done + 4 <= count { finish(TileSums<4, N>.self) }
  if done + 2 <= count { finish(TileSums<2, N>.self) }
  if done < count { finish(TileSums<1, N>.self) }
}
