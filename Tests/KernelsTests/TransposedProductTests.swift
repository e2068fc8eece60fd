import Elman
import KernelInterface
import Testing

@Suite struct TransposedProductTests {
  /// Sizes of a product, and how its rows lie.
  private struct Case {
    var groups = 1
    var rows: Int
    var depth: Int
    var columns: Int
    /// Floats behind each row and each group.
    var gap = 0
    var isReversed = false

    func stride(_ width: Int) -> Int { width + gap }
    func groupStride(_ width: Int) -> Int { rows * stride(width) + gap }

    /// Rows of a matrix of some width in memory.
    func rows(_ base: UnsafePointer<Float>, _ width: Int) -> InputRows {
      let first = isReversed ? base + max(rows - 1, 0) * stride(width) : base
      return InputRows(
        base: first, groupStride: groupStride(width), rowStride: isReversed ? -stride(width) : stride(width))
    }

    func place(_ group: Int, _ row: Int, _ width: Int) -> Int {
      group * groupStride(width) + (isReversed ? rows - 1 - row : row) * stride(width)
    }
  }

  private func check(_ kernels: KernelSet, _ size: Case) {
    var values = Values(UInt64(size.rows * 1000 + size.depth * 10 + size.columns))
    let left = Guarded(values.array(size.groups * size.groupStride(size.depth)), offset: 1)
    let right = Guarded(values.array(size.groups * size.groupStride(size.columns)), offset: 3)
    let before = values.array(size.depth * size.columns)
    let output = Guarded(before, offset: 2)
    let scratch = Guarded(kernels.training.transposedScratch(size.depth))
    kernels.training.transposedProduct(
      TransposedProduct(
        groups: size.groups, rows: size.rows, left: size.rows(left.base, size.depth), depth: size.depth,
        right: size.rows(right.base, size.columns), columns: size.columns, output: output.base,
        outputStride: size.columns,
        scratch: scratch.base))
    var worst = 0.0
    for k in 0..<size.depth {
      for n in 0..<size.columns {
        var sum = Double(before[k * size.columns + n])
        for group in 0..<size.groups {
          for row in 0..<size.rows {
            let (x, y) = (
              left.base[size.place(group, row, size.depth) + k], right.base[size.place(group, row, size.columns) + n]
            )
            sum += Double(x) * Double(y)
          }
        }
        worst = max(worst, abs(Double(output.base[k * size.columns + n]) - sum))
      }
    }
    #expect(worst <= 1e-6 * (1 + Double(size.groups * size.rows)), "\(kernels.name) \(size)")
    #expect(
      output.guardsAreWhole && scratch.guardsAreWhole && left.guardsAreWhole && right.guardsAreWhole,
      "\(kernels.name) \(size)")
  }

  @Test(arguments: KernelSet.available.map(\.name)) func everyEdgeSize(_ name: String) throws {
    let kernels = try #require(KernelSet.available.first { $0.name == name })
    for depth in 0...20 {
      for columns in [0, 1, 3, 4, 7, 8, 9, 16, 17, 33, 64, 70] {
        check(kernels, Case(rows: 5, depth: depth, columns: columns))
      }
    }
    for rows in [0, 1, 2, 31, 32, 33, 300, 700] { check(kernels, Case(rows: rows, depth: 13, columns: 37)) }
    for isReversed in [false, true] {
      check(kernels, Case(groups: 3, rows: 7, depth: 11, columns: 20, gap: 2, isReversed: isReversed))
      check(kernels, Case(groups: 50, rows: 9, depth: 6, columns: 16, isReversed: isReversed))
    }
    check(kernels, Case(rows: 70, depth: 2000, columns: 5))
  }

  @Test(arguments: KernelSet.available.map(\.name)) func partsOfTheColumnsGiveTheWhole(_ name: String) throws {
    let kernels = try #require(KernelSet.available.first { $0.name == name })
    let (rows, depth, columns) = (400, 23, 75)
    var values = Values(5)
    let (left, right) = (Guarded(values.array(rows * depth)), Guarded(values.array(rows * columns)))
    let scratch = Guarded(kernels.training.transposedScratch(depth))
    func product(_ output: Guarded) -> TransposedProduct {
      output.base.update(repeating: 0, count: depth * columns)
      return TransposedProduct(
        rows: rows, left: InputRows(base: left.base, rowStride: depth), depth: depth,
        right: InputRows(base: right.base, rowStride: columns), columns: columns, output: output.base,
        outputStride: columns,
        scratch: scratch.base)
    }
    let (whole, parts) = (Guarded(depth * columns), Guarded(depth * columns))
    kernels.training.transposedProduct(product(whole))
    let cut = product(parts)
    for range in [40..<75, 0..<1, 1..<17, 17..<40] {
      kernels.training.transposedProduct(cut.columns(range, scratch: scratch.base))
    }
    #expect(whole.values == parts.values && parts.guardsAreWhole)
  }

  @Test(arguments: KernelSet.available.map(\.name)) func specialValuesStayInTheirRowsAndColumns(_ name: String) throws {
    let kernels = try #require(KernelSet.available.first { $0.name == name })
    let (rows, depth, columns) = (9, 8, 19)
    let (left, right) = (
      Guarded([Float](repeating: 1, count: rows * depth)), Guarded([Float](repeating: 1, count: rows * columns))
    )
    left.base[4 * depth + 3] = .nan
    right.base[2 * columns + 18] = .infinity
    let output = Guarded([Float](repeating: 0, count: depth * columns))
    let scratch = Guarded(kernels.training.transposedScratch(depth))
    kernels.training.transposedProduct(
      TransposedProduct(
        rows: rows, left: InputRows(base: left.base, rowStride: depth), depth: depth,
        right: InputRows(base: right.base, rowStride: columns), columns: columns, output: output.base,
        outputStride: columns,
        scratch: scratch.base))
    for k in 0..<depth {
      for n in 0..<columns {
        let value = output.base[k * columns + n]
        #expect(k == 3 ? value.isNaN : n == 18 ? value == .infinity : value == 9)
      }
    }
  }
}
