import KernelInterface

/// The kernel of a convolution as products read it: one matrix for each group of channels.
///
/// A row of the matrix belongs to one tap and one channel, in the order (columns, rows, channels) of the windows: where
/// the rows under a window stand side by side for each column, neighbouring windows overlap in memory as they do in the
/// picture.
struct PackedKernel {
  let windows: (rows: Window, columns: Window)
  /// Channels and filters of one group.
  let channels: Int
  let filters: Int
  let groups: [(weights: PackedWeights, bias: FloatBuffer)]

  /// Packs a kernel (rows..., columns, channels of a group, filters of all groups).
  init(_ kernel: Weight, bias: Weight?, windows: [Window], groups count: Int = 1) throws(ElmanError) {
    self.windows = (windows.fromLast(1), windows.fromLast(0))
    let (shape, allFilters) = (kernel.shape, kernel.shape.last ?? 0)
    channels = shape[shape.count - 2]
    filters = allFilters / count
    let depth = self.windows.rows.size * self.windows.columns.size * channels
    let ordered = try PackedKernel.byColumns(try kernel.values, windows: self.windows, width: channels * allFilters)
    var groups: [(weights: PackedWeights, bias: FloatBuffer)] = []
    for group in 0..<count {
      let first = group * filters
      groups.append(
        (
          try PackedWeights(ordered.base + first, depth: depth, units: filters, rowStride: allFilters),
          try PackedWeights.row(bias?.values.base.advanced(by: first), units: filters)
        ))
    }
    self.groups = groups
  }

  var bytes: Int { groups.reduce(0) { $0 + $1.weights.bytes + $1.bias.byteCount } }

  /// The taps of a kernel (rows, columns, width) in the order (columns, rows, width).
  private static func byColumns(
    _ kernel: FloatBuffer, windows: (rows: Window, columns: Window), width: Int
  ) throws(ElmanError) -> FloatBuffer {
    let (rows, columns) = (windows.rows.size, windows.columns.size)
    if rows == 1 || columns == 1 { return kernel }
    let ordered = try FloatBuffer(count: kernel.count)
    for row in 0..<rows {
      for column in 0..<columns {
        (ordered.base + (column * rows + row) * width).update(
          from: kernel.base + (row * columns + column) * width, count: width)
      }
    }
    return ordered
  }
}
