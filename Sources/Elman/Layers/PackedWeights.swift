import KernelInterface

/// Weights in the order in which the kernels read them. Immutable, and shared by everything that runs on them.
final class PackedWeights: Sendable {
  private let storage: FloatBuffer
  let depth: Int
  let units: Int
  let gates: Int

  var matrix: PackedMatrix { PackedMatrix(base: storage.base, depth: depth, units: units, gates: gates) }

  /// Packs `weights`, a (depth, gates * units) matrix whose rows are `rowStride` apart (default: dense), or its
  /// transpose where `isTransposed`.
  init(
    _ weights: UnsafePointer<Float>, depth: Int, units: Int, gates: Int = 1, rowStride: Int? = nil, isTransposed: Bool = false
  ) throws(ElmanError) {
    let kernels = KernelSet.selected
    self.depth = depth
    self.units = units
    self.gates = gates
    storage = try FloatBuffer(count: kernels.packedCount(depth, units, gates))
    let rowStride = isTransposed ? 1 : rowStride ?? gates * units
    let columnStride = isTransposed ? depth : 1
    kernels.pack(weights, rowStride, columnStride, depth, units, gates, storage.base)
  }

  /// A row of gates * units values in gate layout; nil gives zeros.
  static func row(_ values: UnsafePointer<Float>?, units: Int, gates: Int = 1) throws(ElmanError) -> FloatBuffer {
    let row = try FloatBuffer(count: KernelSet.selected.gateWidth(units, gates))
    KernelSet.selected.packRow(values, units, gates, row.base)
    return row
  }
}
