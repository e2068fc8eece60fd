import KernelInterface

/// Products of gradients, shared among threads: see decision 14.
enum GradientProducts {
  /// Columns that a thread gets at least: with fewer, the copy that each makes of the left matrix would cost too much.
  private static let leastColumns = 64

  /// Floats of scratch memory for `add`.
  static func scratchCount(depth: Int, threads: Int, _ kernels: KernelSet) -> Int {
    threads * lineCount(kernels.training.transposedScratch(depth))
  }

  private static func lineCount(_ count: Int) -> Int { (count + 15) / 16 * 16 }

  /// Adds a transposed product; its own scratch is that of all threads.
  static func add(_ product: TransposedProduct, threads: Int, _ kernels: KernelSet) {
    let operations = Double(product.groups) * Double(product.rows) * Double(product.depth)
    let most = min(threads, max(product.columns / leastColumns, 1))
    let parts = Threads.parts(rows: product.columns, operationsPerRow: operations, threads: most)
    Threads.run(parts: parts, ColumnParts(product: product, kernels: kernels, count: parts))
  }

  /// The columns of the result, shared out in whole tiles.
  private struct ColumnParts: SharedWork {
    let product: TransposedProduct
    let kernels: KernelSet
    let count: Int

    func callAsFunction(stage: Int, part: Int) {
      let (training, width) = (kernels.training, kernels.training.transposedColumns)
      let tiles = Threads.share(part, of: (product.columns + width - 1) / width, parts: count)
      let columns = tiles.lowerBound * width..<min(tiles.upperBound * width, product.columns)
      let scratch = product.scratch + part * lineCount(training.transposedScratch(product.depth))
      training.transposedProduct(product.columns(columns, scratch: scratch))
    }
  }

  /// Adds the sums over all rows to each column, row by row.
  static func addRows(_ rows: UnsafePointer<Float>, count: Int, columns: Int, to sums: UnsafeMutablePointer<Float>) {
    for row in 0..<count {
      let values = rows + row * columns
      for column in 0..<columns { sums[column] += values[column] }
    }
  }

  /// A product of `groups` of rows, the groups shared out.
  static func multiply(_ product: Product, threads: Int, _ kernels: KernelSet) {
    let operations = Double(product.rows) * Double(product.weights.depth) * Double(product.weights.units)
    let parts = Threads.parts(rows: product.groups, operationsPerRow: operations, threads: threads)
    Threads.run(parts: parts, GroupParts(product: product, kernels: kernels, count: parts))
  }

  private struct GroupParts: SharedWork {
    let product: Product
    let kernels: KernelSet
    let count: Int

    func callAsFunction(stage: Int, part: Int) {
      let groups = Threads.share(part, of: product.groups, parts: count)
      kernels.product(product.groups(groups))
    }
  }
}

extension Product {
  /// Some of its groups.
  func groups(_ range: Range<Int>) -> Product {
    var part = self
    part.groups = range.count
    part.input.base += range.lowerBound * input.groupStride
    part.output.base += range.lowerBound * output.groupStride
    return part
  }
}
