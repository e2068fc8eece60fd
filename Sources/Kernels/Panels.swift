import KernelInterface

// The order in which packed weights lie in memory.
//
// A row in gate layout has ceil(U / W) * G vectors. They are cut into panels of N vectors (the last one may have
// fewer), and a panel is stored for k = 0, 1, ... depth-1, N vectors each: what a tile of N vectors reads, in order.
// A panel holds whole blocks of gates, so that a tile can finish its units.

struct Panels {
  let base: UnsafeRawPointer
  let format: WeightFormat
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
    scales = matrix.scales
    depth = matrix.depth
    vectors = vectorCount(matrix.units, matrix.gates)
    self.range = range ?? 0..<panelCount(matrix.units, matrix.gates)
    self.isDescending = isDescending
    splitsDepth = isNarrow(matrix.depth, vectors)
    isLarge = depth * vectors * lanes * matrix.format.size > bytesInCache
    panelBytes = depth * panelWidth(gates: matrix.gates) * lanes * matrix.format.size
  }

  /// These without a depth, which are never read.
  @inline(__always)
  var empty: Panels {
    Panels(PackedMatrix(base: base, depth: 0, units: 0, gates: 1))
  }

  /// The panel that begins at a vector; all before it are whole.
  @inline(__always)
  func panel(at vector: Int) -> UnsafeRawPointer { base + vector * depth * lanes * format.size }
}

/// Half a mebibyte: less than the L2 cache of most.
private let bytesInCache = 524_288

/// N: vectors in a panel.
@inline(__always)
func panelWidth(gates: Int) -> Int {
  if gates != 1 { return gates }
  #if KERNELS_AVX512
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
private func isNarrow(_ depth: Int, _ vectors: Int) -> Bool { depth >= 16 && vectors <= 4 }

func gateWidth(_ units: Int, _ gates: Int) -> Int { vectorCount(units, gates) * lanes }

func packedCount(_ depth: Int, _ units: Int, _ gates: Int) -> Int { gateWidth(units, gates) * depth }

/// Packs element (k, gate, unit) = weights[k * rowStride + (gate * units + unit) * columnStride].
func pack(
  _ weights: UnsafePointer<Float>, _ rowStride: Int, _ columnStride: Int, _ depth: Int, _ units: Int, _ gates: Int,
  _ packed: UnsafeMutablePointer<Float>
) {
  let vectors = vectorCount(units, gates)
  let width = panelWidth(gates: gates)
  var target = packed
  for first in stride(from: 0, to: vectors, by: width) {
    for k in 0..<depth {
      for vector in first..<min(first + width, vectors) {
        packVector(weights + k * rowStride, columnStride, vector, units, gates, target)
        target += lanes
      }
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
  for lane in 0..<lanes {
    target[lane] = firstUnit + lane < units ? row[(column + lane) * columnStride] : 0
  }
}
