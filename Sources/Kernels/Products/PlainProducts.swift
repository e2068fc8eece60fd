import KernelInterface

// Products by float32 weights whose panels are as wide as those of one gate. Their sums stay in registers from the bias
// to the output: what a tile of `Tile.swift` does beside its loop would be a third of the time of two rows by 64
// columns, and 4 % of that of 100 rows by 128.

/// R rows by P panels of N vectors.
private typealias Sums<let R: Int, let P: Int, let N: Int> = InlineArray<R, TileSums<P, N>>

private typealias OneRow = InlineArray<1, SingleGateRow>

#if KERNELS_AVX512 || arch(arm64)
  private typealias TwoRows = Sums<2, 1, 4>
  private typealias ThreeRows = Sums<3, 1, 4>
  /// The compiler finds no registers for a sixth row.
  private typealias ManyRows = Sums<5, 1, 4>
#else
  private typealias TwoRows = Sums<2, 2, 2>
  private typealias ThreeRows = Sums<3, 2, 2>
  private typealias ManyRows = Sums<6, 1, 2>
#endif

/// Multiplies by some panels of a matrix, all where none are named. False, and nothing is done, where these are of
/// another kind.
@inline(__always)
func multiplyPlain(_ e: ProductEpilogue<some VectorFunction>, _ matrix: PackedMatrix, _ panels: Range<Int>?, rows: Int)
  -> Bool
{
  let vectors = vectorCount(matrix.units, matrix.gates)
  let isWide = panelWidth(gates: matrix.gates) == panelWidth(gates: 1) && !isNarrow(matrix.depth, vectors)
  guard isWide, matrix.format == .float32 else { return false }
  let product = PlainProduct(
    e: e, weights: matrix.base, depth: matrix.depth, vectors: vectors, first: panels?.lowerBound ?? 0,
    end: panels?.upperBound ?? vectors)
  switch rows {
  case 1: product.multiply(OneRow.self)
  case 2: product.multiply(TwoRows.self)
  case 3: product.multiply(ThreeRows.self)
  default: product.multiplyMany(rows, ManyRows.self)
  }
  return true
}

private struct PlainProduct<F: VectorFunction> {
  let e: ProductEpilogue<F>
  let weights: UnsafeRawPointer
  let depth: Int
  /// All vectors of the matrix.
  let vectors: Int
  /// The panels to be read; `end` may lie behind the last.
  let first: Int
  let end: Int

  /// Four or five rows are one tile; more go in blocks that stay in the cache, at most R in a tile.
  @inline(__always)
  func multiplyMany<let R: Int, let N: Int>(_ rows: Int, _ shape: Sums<R, 1, N>.Type) {
    switch rows {
    case 4: return multiply(Sums<4, 1, N>.self)
    case 5: return multiply(Sums<5, 1, N>.self)
    default: break
    }
    forEachPart(of: 0..<rows, most: rowsOfBlock(rows, depth, R)) { block in
      for panel in wholePanels(N) { multiply(block, panel, width: N, shape) }
      switch lastVectors(N) {
      case 1: multiply(block, vectors / N, width: N, Sums<R, 1, 1>.self)
      case 2 where N > 2: multiply(block, vectors / N, width: N, Sums<R, 1, 2>.self)
      case 3 where N > 3: multiply(block, vectors / N, width: N, Sums<R, 1, 3>.self)
      default: break
      }
    }
  }

  @inline(__always)
  private func multiply<let R: Int, let N: Int>(
    _ rows: Range<Int>, _ panel: Int, width: Int, _ shape: Sums<R, 1, N>.Type
  ) {
    forEachPart(of: rows, most: R) { part in
      switch part.count {
      case 1: tile(part.lowerBound, panel, width: width, Sums<1, 1, N>.self)
      case 2: tile(part.lowerBound, panel, width: width, Sums<2, 1, N>.self)
      case 3: tile(part.lowerBound, panel, width: width, Sums<3, 1, N>.self)
      case 4: tile(part.lowerBound, panel, width: width, Sums<4, 1, N>.self)
      case 5 where R > 5: tile(part.lowerBound, panel, width: width, Sums<5, 1, N>.self)
      default: tile(part.lowerBound, panel, width: width, shape)
      }
    }
  }

  /// R rows by P panels at once, where one would take as long as its additions wait for each other.
  @inline(__always)
  func multiply<let R: Int, let P: Int, let N: Int>(_ shape: Sums<R, P, N>.Type) {
    let panels = wholePanels(N)
    var panel = panels.lowerBound
    // No last panel is left alone where the ones before can be with it.
    while P > 1, panel + P <= panels.upperBound, P == 2 || panel + P + 1 != panels.upperBound {
      tile(0, panel, width: N, shape)
      panel += P
    }
    while P > 3, panel + 3 <= panels.upperBound {
      tile(0, panel, width: N, Sums<R, 3, N>.self)
      panel += 3
    }
    while P > 2, panel + 2 <= panels.upperBound {
      tile(0, panel, width: N, Sums<R, 2, N>.self)
      panel += 2
    }
    while panel < panels.upperBound {
      tile(0, panel, width: N, Sums<R, 1, N>.self)
      panel += 1
    }
    switch lastVectors(N) {
    case 1: tile(0, vectors / N, width: N, Sums<R, 1, 1>.self)
    case 2 where N > 2: tile(0, vectors / N, width: N, Sums<R, 1, 2>.self)
    case 3 where N > 3: tile(0, vectors / N, width: N, Sums<R, 1, 3>.self)
    default: break
    }
  }

  @inline(__always)
  private func wholePanels(_ width: Int) -> Range<Int> { (first..<end).clamped(to: 0..<vectors / width) }

  /// The vectors of the panel that has fewer than others, where it is to be read.
  @inline(__always)
  private func lastVectors(_ width: Int) -> Int { end > vectors / width ? vectors % width : 0 }

  /// R rows by P panels, behind others of `width` vectors.
  @inline(__always)
  private func tile<let R: Int, let P: Int, let N: Int>(
    _ row: Int, _ panel: Int, width: Int, _ shape: Sums<R, P, N>.Type
  ) {
    let vector = panel * width
    var sums = Sums<R, P, N>(repeating: TileSums<P, N>(repeating: Row<N>(repeating: Vector())))
    for p in 0..<P {
      let bias = e.start(vector + p * N, Row<N>.self)
      for r in 0..<R {
        for n in 0..<N { sums[r][p][n] = bias[n] }
      }
    }
    var left = InlineArray<R, UnsafePointer<Float>>(repeating: e.left[row])
    for r in 1..<R { left[r] = e.left[row + r] }
    let (rowBytes, panelBytes) = (Float32Reader.bytes(N), depth * Float32Reader.bytes(N))
    var weights = weights + panel * depth * Float32Reader.bytes(width)
    for k in 0..<depth {
      // What there is less of stays in registers.
      if P > 1 {
        var values = InlineArray<R, Vector>(repeating: Vector())
        for r in 0..<R { values[r] = Vector(repeating: left[r][k]) }
        for p in 0..<P {
          for n in 0..<N {
            let column = Float32Reader.vector(n, weights + p * panelBytes, Row<N>.self)
            for r in 0..<R { sums[r][p][n].accumulate(values[r], column) }
          }
        }
      } else {
        var columns = Row<N>(repeating: Vector())
        for n in 0..<N { columns[n] = Float32Reader.vector(n, weights, Row<N>.self) }
        for r in 0..<R {
          let value = Vector(repeating: left[r][k])
          for n in 0..<N { sums[r][0][n].accumulate(value, columns[n]) }
        }
      }
      weights += rowBytes
    }
    for p in 0..<P {
      var finished = TileSums<R, N>(repeating: Row<N>(repeating: Vector()))
      for r in 0..<R {
        for n in 0..<N { finished[r][n] = sums[r][p][n] }
      }
      e.finish(finished, row: row, vector: vector + p * N)
    }
  }
}
