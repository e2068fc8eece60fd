import KernelInterface

// The gradient of weights: `output += left^T right`, summed over many rows.
//
// Blocks of rows and of the left matrix's columns are copied: the left matrix in strips of R columns, all rows of a
// strip one behind the other, and for each panel of N vectors the right matrix. A tile of R x N vectors then reads both
// in order. A block goes on from the sums of the one before it, so that blocks change no bits.

#if KERNELS_AVX512 || arch(arm64)
  private typealias GradientTile = TileSums<6, 4>
  private let vectorsOfPanel = 4
#else
  private typealias GradientTile = TileSums<6, 2>
  private let vectorsOfPanel = 2
#endif

/// R: columns of the left matrix in a strip.
private let stripWidth = 6

/// Columns of a panel.
var transposedColumns: Int { vectorsOfPanel * lanes }

/// Rows of a block: the copy of a panel takes half of an L1 cache.
private var rowsOfBlock: Int { 4096 / transposedColumns }

/// Strips of a block: the copy of the left matrix takes less than half of the smallest L2 caches.
private var stripsOfBlock: Int { 49_152 / (stripWidth * rowsOfBlock) }

private func stripCount(_ depth: Int) -> Int { (depth + stripWidth - 1) / stripWidth }

/// What a row of a strip writes past its end, in floats.
private let stripSpill = 8 - stripWidth

/// Floats of the copy of the left matrix, in whole lines.
private func leftCount(_ depth: Int) -> Int {
  (min(stripCount(depth), stripsOfBlock) * stripWidth * rowsOfBlock + stripSpill + 15) / 16 * 16
}

func transposedScratch(_ depth: Int) -> Int { leftCount(depth) + rowsOfBlock * transposedColumns }

func transposedProduct(_ call: TransposedProduct) {
  let (total, strips) = (call.groups * call.rows, stripCount(call.depth))
  var first = 0
  while first < total {
    let count = min(rowsOfBlock, total - first)
    var strip = 0
    while strip < strips {
      let end = min(strip + stripsOfBlock, strips)
      TransposedBlock(call, first: first, count: count, strips: strip..<end).add()
      strip = end
    }
    first += count
  }
}

/// Some rows of a transposed product, and some strips of its left matrix.
private struct TransposedBlock {
  let call: TransposedProduct
  let first: Int
  let count: Int
  let range: Range<Int>
  private let strips: UnsafeMutablePointer<Float>
  private let panel: UnsafeMutablePointer<Float>

  init(_ call: TransposedProduct, first: Int, count: Int, strips range: Range<Int>) {
    (self.call, self.first, self.count, self.range) = (call, first, count, range)
    strips = call.scratch
    panel = call.scratch + leftCount(call.depth)
  }

  /// Where the copy of a strip lies.
  private func copy(_ strip: Int) -> UnsafeMutablePointer<Float> {
    strips + (strip - range.lowerBound) * stripWidth * count
  }

  func add() {
    copyLeft()
    var column = 0
    while column < call.columns {
      let columns = min(transposedColumns, call.columns - column)
      copyRight(column, columns)
      for strip in range { tile(strip, column, columns, GradientTile.self) }
      column += columns
    }
  }

  /// Calls `body` with each row of a matrix, and its number in the block.
  @inline(__always)
  private func forEachRow(_ matrix: InputRows, _ body: (_ row: Int, UnsafePointer<Float>) -> Void) {
    var (group, row) = (first / call.rows, first % call.rows)
    for number in 0..<count {
      body(number, matrix.base + group * matrix.groupStride + row * matrix.rowStride)
      row += 1
      if row == call.rows { (group, row) = (group + 1, 0) }
    }
  }

  /// Eight floats are moved for six: the next row, or the next strip, overwrites the two that are too many.
  private func copyLeft() {
    for strip in range {
      let (target, k) = (copy(strip), strip * stripWidth)
      if k + 8 <= call.depth {
        forEachRow(call.left) { row, source in
          UnsafeMutableRawPointer(target + row * stripWidth).storeBytes(
            of: UnsafeRawPointer(source + k).loadUnaligned(as: SIMD8<Float>.self), as: SIMD8<Float>.self)
        }
      } else {
        let width = min(stripWidth, call.depth - k)
        forEachRow(call.left) { row, source in
          for i in 0..<stripWidth { target[row * stripWidth + i] = i < width ? source[k + i] : 0 }
        }
      }
    }
  }

  private func copyRight(_ column: Int, _ columns: Int) {
    forEachRow(call.right) { row, source in
      let target = panel + row * transposedColumns
      if columns == transposedColumns {
        for n in 0..<vectorsOfPanel { (target + n * lanes).store((source + column + n * lanes).vector()) }
      } else {
        for n in 0..<vectorsOfPanel {
          let rest = columns - n * lanes
          (target + n * lanes).store(rest <= 0 ? Vector() : (source + column + n * lanes).vector(atMost: rest))
        }
      }
    }
  }

  @inline(__always)
  private func tile<let R: Int, let N: Int>(_ strip: Int, _ column: Int, _ columns: Int, _ shape: TileSums<R, N>.Type) {
    let rows = min(R, call.depth - strip * R)
    let output = call.output + strip * R * call.outputStride + column
    let source = UnsafePointer(copy(strip))
    if rows == R, columns == N * lanes {
      addTile(source, UnsafePointer(panel), count, output, call.outputStride, shape)
    } else {
      addPartOfTile(source, output, rows: rows, columns: columns, shape)
    }
  }

  /// The same by way of memory for a whole tile.
  @inline(never)
  private func addPartOfTile<let R: Int, let N: Int>(
    _ source: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>, rows: Int, columns: Int,
    _ shape: TileSums<R, N>.Type
  ) {
    var whole = TileSums<R, N>(repeating: Row<N>(repeating: Vector()))
    withUnsafeMutablePointer(to: &whole) { whole in
      let values = UnsafeMutableRawPointer(whole).assumingMemoryBound(to: Float.self)
      for row in 0..<rows {
        for column in 0..<columns { values[row * N * lanes + column] = output[row * call.outputStride + column] }
      }
      addTile(source, UnsafePointer(panel), count, values, N * lanes, shape)
      for row in 0..<rows {
        for column in 0..<columns { output[row * call.outputStride + column] = values[row * N * lanes + column] }
      }
    }
  }
}

/// R strips' columns by N vectors, over `count` rows.
@inline(never)
private func addTile<let R: Int, let N: Int>(
  _ left: UnsafePointer<Float>, _ right: UnsafePointer<Float>, _ count: Int, _ output: UnsafeMutablePointer<Float>,
  _ stride: Int,
  _ shape: TileSums<R, N>.Type
) {
  var sums = TileSums<R, N>(repeating: Row<N>(repeating: Vector()))
  for r in 0..<R {
    for n in 0..<N { sums[r][n] = UnsafePointer(output + r * stride + n * lanes).vector() }
  }
  var (left, right) = (left, right)
  for _ in 0..<count {
    var columns = Row<N>(repeating: Vector())
    for n in 0..<N { columns[n] = (right + n * lanes).vector() }
    for r in 0..<R {
      let value = Vector(repeating: left[r])
      for n in 0..<N { sums[r][n].accumulate(value, columns[n]) }
    }
    left += R
    right += N * lanes
  }
  for r in 0..<R {
    for n in 0..<N { (output + r * stride + n * lanes).store(sums[r][n]) }
  }
}
