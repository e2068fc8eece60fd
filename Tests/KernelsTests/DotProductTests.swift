import KernelInterface
import Testing

/// int8 weights that are multiplied as bytes, on the CPUs that do it: the left matrix is rounded to whole numbers.
@Suite struct DotProductTests {
  private static let kernels = KernelSet.available.filter(\.hasDots)

  /// (rows, units) sums of rows by whole numbers with one scale for all columns.
  private func products(_ kernels: KernelSet, _ x: [Float], _ q: [Float], depth: Int, units: Int) -> [Float] {
    let rows = x.count / depth
    let weights = Packed(
      kernels, q, depth: depth, units: units, format: .int8, usesDots: true, scales: Array(repeating: 0.5, count: units)
    )
    let (input, output) = (Guarded(x, offset: 1), Guarded(rows * units, offset: 3))
    kernels.product(
      Product(
        rows: rows, input: InputRows(base: input.base, rowStride: depth), weights: weights.matrix, bias: nil,
        output: OutputRows(base: output.base, rowStride: units), padded: false))
    #expect(output.guardsAreWhole)
    return output.values
  }

  private func weights(_ values: inout Values, _ count: Int) -> [Float] {
    values.array(count).map { WeightFormat.int8.sample($0) }
  }

  /// Off by no more than half a whole number for each of the left numbers.
  @Test func everyDepth() {
    for kernels in Self.kernels {
      for depth in Array(1...140) + [255, 511, 512, 513, 575, 700, 1024, 1100] {
        for units in [1, 37, 64, 70, 450] where depth < 140 || units != 37 {
          for scale in [1, 1e-30, 1e30] {
            var values = Values(UInt64(depth * 1000 + units))
            let (x, q) = (values.array(3 * depth, scale: scale), weights(&values, depth * units))
            let got = products(kernels, x, q, depth: depth, units: units)
            let most = Double(depth) * 0x1p-21 * 127 * 0.5 * scale
            for row in 0..<3 {
              let isClose = (0..<units).allSatisfy { column in
                let sum = (0..<depth).reduce(0.0) { $0 + Double(x[row * depth + $1]) * Double(q[$1 * units + column]) }
                return abs(Double(got[row * units + column]) - 0.5 * sum) <= most
              }
              #expect(isClose, "depth=\(depth) units=\(units) scale=\(scale)")
              // Alone it takes another way over the panels.
              let isSame = products(kernels, Array(x[row * depth..<(row + 1) * depth]), q, depth: depth, units: units)
                .elementsEqual(
                  got[row * units..<(row + 1) * units])
              #expect(isSame, "depth=\(depth) units=\(units) scale=\(scale), one row")
            }
          }
        }
      }
    }
  }

  /// Whole numbers of few bits, whose sums are exact.
  @Test func wholeNumbersAreExact() {
    for kernels in Self.kernels {
      let (depth, units) = (600, 100)
      var values = Values(3)
      let (x, q) = (values.array(depth).map { (1000 * $0).rounded() }, weights(&values, depth * units))
      let got = products(kernels, x, q, depth: depth, units: units)
      for column in 0..<units {
        let sum = (0..<depth).reduce(0.0) { $0 + Double(x[$1]) * Double(q[$1 * units + column]) }
        #expect(got[column] == Float(0.5 * sum))
      }
    }
  }

  /// Small numbers are not lost beside large ones, whose weight may be zero.
  @Test func numbersOfAllSizesKeepTheirBits() {
    for kernels in Self.kernels {
      for (big, smalls) in [(1e3, 0.1), (1e6, 0.1), (1.7e9, 0.1), (3e38, 1e-3), (1, 1e-12)] as [(Float, Float)] {
        let got = products(kernels, [big, smalls, 2 * smalls, 3 * smalls], [0, 100, 100, 100], depth: 4, units: 1)
        #expect(abs(got[0] / (300 * smalls) - 1) < 0x1p-8, "\(smalls) beside \(big)")
      }
      for depth in [5, 64, 600] {
        let units = 70
        var values = Values(UInt64(depth))
        let exponents = values.array(depth, scale: 50)
        let x = zip(values.array(depth), exponents).map { $0 * Float(sign: .plus, exponent: Int($1), significand: 1) }
        let q = weights(&values, depth * units)
        let got = products(kernels, x, q, depth: depth, units: units)
        for column in 0..<units {
          let terms = (0..<depth).map { Double(x[$0]) * Double(q[$0 * units + column]) }
          let bound = terms.reduce(0.0) { $0 + $1.magnitude } / 256
          #expect(
            abs(Double(got[column]) - 0.5 * terms.reduce(0.0, +)) <= 0.5 * bound, "depth=\(depth) column=\(column)")
        }
      }
    }
  }

  @Test func whatIsNotFiniteStaysSoAndInItsRow() {
    for kernels in Self.kernels {
      let (depth, units) = (530, 70)
      var values = Values(4)
      var x = values.array(4 * depth)
      // Columns of zeros and of positive numbers.
      let q = (0..<depth * units).map { index in index % units % 2 == 0 ? Float(index % 100 + 1) : 0 }
      x[2] = .infinity
      x[depth + 520] = -.infinity
      x[2 * depth + 529] = .nan
      let got = products(kernels, x, q, depth: depth, units: units)
      for column in 0..<units {
        let isZero = column % 2 != 0
        #expect(isZero ? got[column].isNaN : got[column] == .infinity)
        #expect(isZero ? got[units + column].isNaN : got[units + column] == -.infinity)
        #expect(got[2 * units + column].isNaN)
        #expect(got[3 * units + column].isFinite)
      }
    }
  }

  /// The largest and the smallest numbers, and zeros.
  @Test func extremes() {
    for kernels in Self.kernels {
      let x: [Float] = [0x1p127, 1, .leastNormalMagnitude, 0, .leastNonzeroMagnitude, 0, 0, 0]
      let got = products(kernels, x, [1, 2], depth: 2, units: 1)
      #expect(got == [0x1p126, .leastNormalMagnitude * 0.5, 0, 0])
    }
  }
}
