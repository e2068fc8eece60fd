import KernelInterface

// The order in which packed weights lie in memory.
//
// A row in gate layout has ceil(U / W) * G vectors. They are cut into panels of N vectors (the last one may have
// fewer), and a panel is stored for k = 0, 1, ... depth-1, N vectors each: what a tile of N vectors reads, in order.
// A panel holds whole blocks of gates, so that a tile can finish its units.

struct Panels {
  let base: UnsafeRawPointer
  let format: WeightFormat
  /// Whether int8 weights are multiplied as `multiplyDots` does.
  let usesDots: Bool
  let scales: UnsafePointer<Float>?
  let depth: Int
  /// All vectors of the matrix.
  let vectors: Int
  /// The panels to be read.
  let range: Range<Int>
  /// Whether the last panel is read first.
  let isDescending: Bool
  /// Whether sums over k are made in two halves, which are then added.
  let splitsDepth: Bool
  /// Whether the matrix is larger than the cache of one core, so that its next panel is worth asking for.
  let isLarge: Bool
  let panelBytes: Int

  @inline(__always)
  init(_ matrix: PackedMatrix, _ range: Range<Int>? = nil, isDescending: Bool = false) {
    base = matrix.base
    format = matrix.format
    usesDots = matrix.usesDots
    scales = matrix.scales
    depth = matrix.depth
    vectors = vectorCount(matrix.units, matrix.gates)
    self.range = range ?? 0..<panelCount(matrix.units, matrix.gates)
    self.isDescending = isDescending
    splitsDepth = isNarrow(matrix.depth, vectors)
    panelBytes = bytesOfPanel(depth, panelWidth(gates: matrix.gates), format, usesDots: usesDots)
    isLarge = panelBytes * self.range.upperBound > bytesInCache
  }

  /// These without a depth, which are never read.
  @inline(__always)
  var empty: Panels { Panels(.empty(at: base)) }

  /// A panel by its index; all before it are whole.
  @inline(__always)
  func panel(_ index: Int) -> UnsafeRawPointer { base + index * panelBytes }

  /// The panel of a range that is read after so many others, and the one after it: none but itself after the last.
  @inline(__always)
  func inOrder(_ number: Int, of range: Range<Int>) -> (panel: Int, next: Int) {
    let panel = range.lowerBound + (isDescending ? range.count - 1 - number : number)
    return (panel, number + 1 < range.count ? panel + (isDescending ? -1 : 1) : panel)
  }
}

extension PackedMatrix {
  /// One without a depth, which is never read.
  @inline(__always)
  static func empty(at base: UnsafeRawPointer) -> PackedMatrix {
    PackedMatrix(base: base, depth: 0, units: 0, gates: 1)
  }
}

/// Half a mebibyte: less than the L2 cache of most.
private let bytesInCache = 524_288

/// N: vectors in a panel.
@inline(__always)
func panelWidth(gates: Int) -> Int {
  if gates != 1 { return gates }
  #if KERNELS_AVX512 || arch(arm64)
    return 4
  #else
    return 2
  #endif
}

/// Vectors of a row in gate layout.
@inline(__always)
func vectorCount(_ units: Int, _ gates: Int) -> Int { (units + lanes - 1) / lanes * gates }

/// Panels of a packed matrix, the last one perhaps with fewer vectors.
func panelCount(_ units: Int, _ gates: Int) -> Int {
  let width = panelWidth(gates: gates)
  return (vectorCount(units, gates) + width - 1) / width
}

/// A layer of so few columns that one row fills too few accumulators to hide the latency of its additions: its sums
/// over k are made in two halves. It depends on the shape alone, so that every row of every batch is summed alike.
@inline(__always)
func isNarrow(_ depth: Int, _ vectors: Int) -> Bool { depth >= 16 && vectors <= mostNarrowVectors }

#if KERNELS_AVX512
  /// Four vectors of 64 bytes take as long to be read as additions take to follow each other.
  private let mostNarrowVectors = 3
#else
  private let mostNarrowVectors = 4
#endif

func gateWidth(_ units: Int, _ gates: Int) -> Int { vectorCount(units, gates) * lanes }

func packedCount(_ depth: Int, _ units: Int, _ gates: Int) -> Int { gateWidth(units, gates) * depth }

/// Packs element (k, gate, unit) = weights[k * rowStride + (gate * units + unit) * columnStride].
func pack(
  _ weights: UnsafePointer<Float>, _ rowStride: Int, _ columnStride: Int, _ depth: Int, _ units: Int, _ gates: Int,
  _ packed: UnsafeMutablePointer<Float>
) {
  var target = packed
  forEachPanel(units, gates) { first, vectors in
    if rowStride == 1 {
      packTransposedPanel(weights, columnStride, depth, first..<first + vectors, units, gates, target)
    } else {
      for k in 0..<depth {
        for n in 0..<vectors {
          packVector(weights + k * rowStride, columnStride, first + n, units, gates, target + (k * vectors + n) * lanes)
        }
      }
    }
    target += depth * vectors * lanes
  }
}

/// A panel of a matrix whose columns lie in order: each is read from its beginning to its end.
private func packTransposedPanel(
  _ weights: UnsafePointer<Float>, _ columnStride: Int, _ depth: Int, _ vectors: Range<Int>, _ units: Int, _ gates: Int,
  _ packed: UnsafeMutablePointer<Float>
) {
  let step = vectors.count * lanes
  for vector in vectors {
    let firstUnit = vector / gates * lanes
    let column = weights + (vector % gates * units + firstUnit) * columnStride
    for lane in 0..<lanes {
      let target = packed + (vector - vectors.lowerBound) * lanes + lane
      if firstUnit + lane < units {
        let source = column + lane * columnStride
        for k in 0..<depth { target[k * step] = source[k] }
      } else {
        for k in 0..<depth { target[k * step] = 0 }
      }
    }
  }
}

/// Calls `body` with the first vector of each panel, and how many it has.
@inline(__always)
private func forEachPanel(_ units: Int, _ gates: Int, _ body: (_ first: Int, _ vectors: Int) -> Void) {
  let (vectors, width) = (vectorCount(units, gates), panelWidth(gates: gates))
  for first in stride(from: 0, to: vectors, by: width) { body(first, min(width, vectors - first)) }
}

@inline(__always)
private func bytesOfPanel(_ depth: Int, _ vectors: Int, _ format: WeightFormat, usesDots: Bool) -> Int {
  #if KERNELS_AVX512
    if usesDots { return quads(depth) * vectors * lanes * 4 }
  #endif
  return depth * bytesOfVectors(vectors, format)
}

func encodedBytes(_ depth: Int, _ units: Int, _ gates: Int, _ format: WeightFormat, usesDots: Bool) -> Int {
  var bytes = 0
  forEachPanel(units, gates) { _, vectors in bytes += bytesOfPanel(depth, vectors, format, usesDots: usesDots) }
  return bytes
}

/// Writes a packed matrix, whose numbers a format holds, in that format.
func encode(
  _ packed: UnsafePointer<Float>, _ depth: Int, _ units: Int, _ gates: Int, _ format: WeightFormat, usesDots: Bool,
  _ encoded: UnsafeMutableRawPointer
) {
  var (source, target) = (packed, encoded)
  forEachPanel(units, gates) { _, vectors in
    encodePanel(source, depth, vectors, format, usesDots: usesDots, target)
    source += depth * vectors * lanes
    target += bytesOfPanel(depth, vectors, format, usesDots: usesDots)
  }
}

private func encodePanel(
  _ packed: UnsafePointer<Float>, _ depth: Int, _ vectors: Int, _ format: WeightFormat, usesDots: Bool,
  _ encoded: UnsafeMutableRawPointer
) {
  #if KERNELS_AVX512
    if usesDots { return encodeForDots(packed, depth, vectors: vectors, encoded) }
  #endif
  switch format {
  case .float32: encodePanel(packed, depth, vectors, Float32Reader.self, encoded)
  case .float16: encodePanel(packed, depth, vectors, Float16Reader.self, encoded)
  case .bfloat16: encodePanel(packed, depth, vectors, BFloat16Reader.self, encoded)
  case .int8: encodePanel(packed, depth, vectors, Int8Reader.self, encoded)
  }
}

private func encodePanel<W: WeightReader>(
  _ packed: UnsafePointer<Float>, _ depth: Int, _ vectors: Int, _ reader: W.Type, _ encoded: UnsafeMutableRawPointer
) {
  for k in 0..<depth {
    let (source, target) = (packed + k * vectors * lanes, encoded + k * W.bytes(vectors))
    for n in 0..<vectors {
      for lane in 0..<lanes { W.write(source[n * lanes + lane], target + W.offset(n, lane: lane, vectors: vectors)) }
    }
  }
}

/// A plain row into gate layout; nil gives zeros.
func packRow(_ row: UnsafePointer<Float>?, _ units: Int, _ gates: Int, _ packed: UnsafeMutablePointer<Float>) {
  for vector in 0..<vectorCount(units, gates) {
    let target = packed + vector * lanes
    if let row { packVector(row, 1, vector, units, gates, target) } else { target.store(Vector()) }
  }
}

/// One vector of a row: block vector / G, gate vector % G; units past the last are zero.
@inline(__always)
private func packVector(
  _ row: UnsafePointer<Float>, _ columnStride: Int, _ vector: Int, _ units: Int, _ gates: Int,
  _ target: UnsafeMutablePointer<Float>
) {
  let firstUnit = vector / gates * lanes
  let column = vector % gates * units + firstUnit
  if columnStride == 1, firstUnit + lanes <= units { return target.store((row + column).vector()) }
  for lane in 0..<lanes {
    target[lane] = firstUnit + lane < units ? row[(column + lane) * columnStride] : 0
  }
}
