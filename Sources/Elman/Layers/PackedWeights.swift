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
    PackedMatrix(
      base: storage.base, depth: depth, units: units, gates: gates, format: format, scales: scales?.base,
      usesDots: usesDots)
  }

  var bytes: Int { storage.byteCount + (scales?.byteCount ?? 0) }

  /// Packs `weights`, a (depth, gates * units) matrix whose rows are `rowStride` apart (default: dense); where
  /// `isTransposed`, a (gates * units, depth) matrix the other way round.
  init(
    _ weights: UnsafePointer<Float>, depth: Int, units: Int, gates: Int = 1, rowStride: Int? = nil,
    isTransposed: Bool = false,
    kernels: KernelSet = .selected
  ) throws(ElmanError) {
    self.depth = depth
    self.units = units
    self.gates = gates
    format = .float32
    usesDots = false
    scales = nil
    storage = try FloatBuffer(count: kernels.packedCount(depth, units, gates))
    let strides = isTransposed ? (row: 1, column: rowStride ?? depth) : (row: rowStride ?? gates * units, column: 1)
    kernels.pack(weights, strides.row, strides.column, depth, units, gates, storage.base)
  }

  /// Packs a (depth, gates * units) matrix that was rounded to a format.
  convenience init(
    _ weights: UnsafePointer<Float>, depth: Int, units: Int, gates: Int = 1, rowStride: Int? = nil,
    as format: WeightFormat,
    kernels: KernelSet = .selected
  ) throws(ElmanError) {
    guard format == .int8 else {
      let numbers = try PackedWeights(
        weights, depth: depth, units: units, gates: gates, rowStride: rowStride, kernels: kernels)
      try self.init(numbers: numbers, as: format, scales: nil, kernels)
      return
    }
    let matrix = WeightMatrix(base: weights, rows: depth, columns: gates * units, stride: rowStride ?? gates * units)
    let scales = matrix.scales()
    let codes = try matrix.mapped { scales[$1].code($0) }
    let numbers = try withExtendedLifetime(codes) { () throws(ElmanError) in
      try PackedWeights(codes.base, depth: depth, units: units, gates: gates, kernels: kernels)
    }
    try self.init(numbers: numbers, as: format, scales: scales, kernels)
  }

  /// Encodes numbers that a format holds.
  private init(numbers: PackedWeights, as format: WeightFormat, scales: [ColumnScale]?, _ kernels: KernelSet)
    throws(ElmanError)
  {
    (depth, units, gates) = (numbers.depth, numbers.units, numbers.gates)
    self.format = format
    usesDots = format == .int8 && kernels.hasDots
    self.scales = try scales.map { (scales) throws(ElmanError) in
      try PackedWeights.row(scales.map(\.value), units: numbers.units, gates: numbers.gates, kernels: kernels)
    }
    if format == .float32 {
      storage = numbers.storage
    } else {
      storage = try FloatBuffer(count: (kernels.encodedBytes(depth, units, gates, format, usesDots) + 3) / 4)
      kernels.encode(numbers.storage.base, depth, units, gates, format, usesDots, storage.base)
    }
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
