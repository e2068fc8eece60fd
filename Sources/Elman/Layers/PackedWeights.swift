import KernelInterface

/// Weights in the order in which the kernels read them. Immutable, and shared by everything that runs on them.
final class PackedWeights: Sendable {
  private let storage: FloatBuffer
  private let scales: FloatBuffer?
  let depth: Int
  let units: Int
  let gates: Int
  let format: WeightFormat
  private let usesDots: Bool

  var matrix: PackedMatrix {
    PackedMatrix(base: storage.base, depth: depth, units: units, gates: gates, format: format, scales: scales?.base, usesDots: usesDots)
  }

  /// Packs `weights`, a (depth, gates * units) matrix whose rows are `rowStride` apart (default: dense), or its
  /// transpose where `isTransposed`.
  init(
    _ weights: UnsafePointer<Float>, depth: Int, units: Int, gates: Int = 1, rowStride: Int? = nil, isTransposed: Bool = false,
    kernels: KernelSet = .selected
  ) throws(ElmanError) {
    self.depth = depth
    self.units = units
    self.gates = gates
    format = .float32
    usesDots = false
    scales = nil
    storage = try FloatBuffer(count: kernels.packedCount(depth, units, gates))
    let rowStride = isTransposed ? 1 : rowStride ?? gates * units
    let columnStride = isTransposed ? depth : 1
    kernels.pack(weights, rowStride, columnStride, depth, units, gates, storage.base)
  }

  /// Packs a (depth, gates * units) matrix in a format.
  init(
    _ weights: UnsafePointer<Float>, depth: Int, units: Int, gates: Int = 1, rowStride: Int? = nil, as format: WeightFormat,
    kernels: KernelSet = .selected
  ) throws(ElmanError) {
    self.depth = depth
    self.units = units
    self.gates = gates
    self.format = format
    usesDots = format == .int8 && kernels.hasDots
    let matrix = WeightMatrix(base: weights, rows: depth, columns: gates * units, stride: rowStride ?? gates * units)
    if format != .float32 { try matrix.requireFinite(for: format) }
    let columnScales = format == .int8 ? matrix.scales() : nil
    scales = try columnScales.map { (scales) throws(ElmanError) in
      try PackedWeights.row(scales.map(\.value), units: units, gates: gates, kernels: kernels)
    }
    let numbers = try PackedWeights.packed(matrix, depth, units, gates, kernels) { value, column in
      columnScales?[column].code(value) ?? format.rounded(value)
    }
    if format == .float32 {
      storage = numbers
    } else {
      storage = try FloatBuffer(count: (kernels.encodedBytes(depth, units, gates, format, usesDots) + 3) / 4)
      kernels.encode(numbers.base, depth, units, gates, format, usesDots, storage.base)
    }
  }

  /// A matrix in packed order, each number changed by a function of it and its column; zeros where there is padding.
  private static func packed(
    _ matrix: WeightMatrix, _ depth: Int, _ units: Int, _ gates: Int, _ kernels: KernelSet, _ change: (Float, Int) -> Float
  ) throws(ElmanError) -> FloatBuffer {
    let changed = try FloatBuffer(count: try elementCount([matrix.rows, matrix.columns]))
    for row in 0..<matrix.rows {
      for column in 0..<matrix.columns {
        changed.base[row * matrix.columns + column] = change(matrix.base[row * matrix.stride + column], column)
      }
    }
    let packed = try FloatBuffer(count: kernels.packedCount(depth, units, gates))
    kernels.pack(changed.base, matrix.columns, 1, depth, units, gates, packed.base)
    return packed
  }

  /// A row of gates * units values in gate layout; nil gives zeros.
  static func row(
    _ values: UnsafePointer<Float>?, units: Int, gates: Int = 1, kernels: KernelSet = .selected
  ) throws(ElmanError) -> FloatBuffer {
    let row = try FloatBuffer(count: kernels.gateWidth(units, gates))
    kernels.packRow(values, units, gates, row.base)
    return row
  }
}
