import KernelInterface

// Products of a few rows by float32 weights of one gate. Their sums stay in registers from the bias to the output: what a tile
// of `Tile.swift` does beside its loop would be a third of the time of two rows by 64 columns.

/// The most rows whose sums the compiler keeps in registers beside a row of weights.
private let mostRows = 5

/// Multiplies by some panels of a matrix, all where none are named. False, and nothing is done, where it is another product.
@inline(__always)
func multiplyFewRows(_ e: ProductEpilogue<some VectorFunction>, _ matrix: PackedMatrix, _ panels: Range<Int>?, count: Int) -> Bool {
  let vectors = vectorCount(matrix.units, 1)
  guard count <= mostRows, matrix.gates == 1, matrix.format == .float32, !isNarrow(matrix.depth, vectors) else { return false }
  let product = FewRows(
    e: e, weights: matrix.base, depth: matrix.depth, vectors: vectors, first: panels?.lowerBound ?? 0, end: panels?.upperBound ?? vectors)
  product.multiply(count, SingleGateRow.self)
  return true
}

private struct FewRows<F: VectorFunction> {
  let e: ProductEpilogue<F>
  let weights: UnsafeRawPointer
  let depth: Int
  /// All vectors of the matrix.
  let vectors: Int
  /// The panels to be read, where there are so many.
  let first: Int
  let end: Int

  /// One row by P panels at once, or several by one after the other.
  @inline(__always)
  func multiply<let P: Int, let N: Int>(_ rows: Int, _ shape: TileSums<P, N>.Type) {
    switch rows {
    case 1: multiplyOne(shape)
    case 2: multiply(TileSums<2, N>.self)
    case 3: multiply(TileSums<3, N>.self)
    case 4: multiply(TileSums<4, N>.self)
    default: multiply(TileSums<5, N>.self)
    }
  }

  @inline(__always)
  private func multiplyOne<let P: Int, let N: Int>(_ shape: TileSums<P, N>.Type) {
    var panels = wholePanels(N)
    while panels.count >= P { neighbours(panels.removePrefix(P), shape) }
    for panel in panels { tile(panel, width: N, TileSums<1, N>.self) }
    lastPanel(TileSums<1, N>.self)
  }

  @inline(__always)
  private func multiply<let R: Int, let N: Int>(_ shape: TileSums<R, N>.Type) {
    for panel in wholePanels(N) { tile(panel, width: N, shape) }
    lastPanel(shape)
  }

  @inline(__always)
  private func wholePanels(_ width: Int) -> Range<Int> { (first..<end).clamped(to: 0..<vectors / width) }

  /// By the panel of fewer than N vectors, where there is one.
  @inline(__always)
  private func lastPanel<let R: Int, let N: Int>(_ shape: TileSums<R, N>.Type) {
    let panel = vectors / N
    guard end > panel else { return }
    switch vectors % N {
    case 1: tile(panel, width: N, TileSums<R, 1>.self)
    case 2 where N > 2: tile(panel, width: N, TileSums<R, 2>.self)
    case 3 where N > 3: tile(panel, width: N, TileSums<R, 3>.self)
    default: break
    }
  }

  /// R rows by N vectors, of a panel behind others of `width`.
  @inline(__always)
  private func tile<let R: Int, let N: Int>(_ panel: Int, width: Int, _ shape: TileSums<R, N>.Type) {
    let vector = panel * width
    var sums = TileSums<R, N>(repeating: Row<N>(repeating: Vector()))
    let bias = start(vector, Row<N>.self)
    for r in 0..<R {
      for n in 0..<N { sums[r][n] = bias[n] }
    }
    var left = InlineArray<R, UnsafePointer<Float>>(repeating: e.left.base)
    for r in 1..<R { left[r] = e.left[r] }
    var weights = weights + panel * depth * Float32Reader.bytes(width)
    for k in 0..<depth {
      var columns = Row<N>(repeating: Vector())
      for n in 0..<N { columns[n] = Float32Reader.vector(n, weights, Row<N>.self) }
      for r in 0..<R {
        let value = Vector(repeating: left[r][k])
        for n in 0..<N { sums[r][n].accumulate(value, columns[n]) }
      }
      weights += Float32Reader.bytes(N)
    }
    e.finish(sums, vector: vector)
  }

  /// One row by P panels: a single one would take as long as its additions wait for each other.
  @inline(__always)
  private func neighbours<let P: Int, let N: Int>(_ panel: Int, _ shape: TileSums<P, N>.Type) {
    var sums = TileSums<P, N>(repeating: Row<N>(repeating: Vector()))
    for p in 0..<P { sums[p] = start((panel + p) * N, Row<N>.self) }
    let (left, rowBytes, panelBytes) = (e.left.base, Float32Reader.bytes(N), depth * Float32Reader.bytes(N))
    let weights = weights + panel * panelBytes
    for k in 0..<depth {
      let value = Vector(repeating: left[k])
      for p in 0..<P {
        let column = weights + p * panelBytes + k * rowBytes
        for n in 0..<N { sums[p][n].accumulate(value, Float32Reader.vector(n, column, Row<N>.self)) }
      }
    }
    for p in 0..<P { e.finish(sums[p], row: 0, vector: (panel + p) * N) }
  }

  @inline(__always)
  private func start<let N: Int>(_ vector: Int, _ shape: Row<N>.Type) -> Row<N> {
    guard let bias = e.bias else { return Row<N>(repeating: Vector()) }
    return (bias + vector * lanes).row(of: shape)
  }
}

extension Range<Int> {
  /// Takes away its first numbers, and gives the first of them.
  @inline(__always)
  fileprivate mutating func removePrefix(_ count: Int) -> Int {
    defer { self = lowerBound + count..<upperBound }
    return lowerBound
  }
}
