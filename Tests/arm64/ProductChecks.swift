import KernelInterface

/// A product of up to nine rows in Double, and what it takes to run it.
private struct ProductCase {
  static let mostRows = 9

  let kernels: KernelSet
  let depth: Int
  let columns: Int
  let width: Int
  private let input: Guarded
  private let bias: Guarded
  private let weights: Packed
  /// In gate layout, row after row.
  private let expected: [Double]
  private let tolerance: Double
  private let title: String

  init(_ kernels: KernelSet, depth: Int, units: Int, gates: Int, format: WeightFormat = .float32) {
    (self.kernels, self.depth, columns, width) = (kernels, depth, gates * units, kernels.gateWidth(units, gates))
    title = "depth=\(depth) units=\(units) gates=\(gates) format=\(format.rawValue)"
    var values = Values(UInt64(1000 * depth + 10 * units + gates))
    let x = values.array(Self.mostRows * depth)
    let w = values.array(depth * columns).map { format.sample($0) }
    let offsets = values.array(columns)
    let scales = values.array(columns).map { format == .int8 ? 1 + $0 : 1 }
    input = Guarded(x, offset: 1)
    bias = Guarded(kernels.gateLayout(offsets, units: units, gates: gates))
    weights = Packed(kernels, w, depth: depth, units: units, gates: gates, format: format, scales: scales)
    tolerance = 1e-6 * Double(depth + 1) * (format == .int8 ? 254 : 1)
    var expected: [Double] = []
    for row in 0..<Self.mostRows {
      var sums = [Double](repeating: 0, count: gates * units)
      for k in 0..<depth {
        let value = Double(x[row * depth + k])
        for column in sums.indices { sums[column] += value * Double(w[k * sums.count + column]) }
      }
      for column in sums.indices { sums[column] = Double(scales[column]) * sums[column] + Double(offsets[column]) }
      expected += kernels.gateLayout(sums.map { Float($0) }, units: units, gates: gates).map { Double($0) }
    }
    self.expected = expected
  }

  /// Of the first rows, the padding included.
  func run(rows: Int, panels: Range<Int>? = nil, activation: Elementwise = .linear, into output: Guarded? = nil)
    -> [Float]
  {
    let output = output ?? Guarded(rows * width, offset: 3)
    var product = Product(
      rows: rows, input: InputRows(base: input.base, rowStride: depth), weights: weights.matrix, bias: bias.base,
      output: OutputRows(base: output.base, rowStride: width), padded: true, activation: activation)
    product.panels = panels
    kernels.product(product)
    expectGuards(output, weights.memory, input)
    return output.values
  }

  /// All rows against Double, then every number of rows against these.
  func check(rowCounts: some Sequence<Int> = 1..<ProductCase.mostRows) {
    let whole = run(rows: Self.mostRows)
    let isClose = zip(whole, expected).allSatisfy { abs(Double($0) - $1) <= tolerance }
    expect(isClose, "\(title) is not the product in Double")
    for rows in rowCounts {
      expect(isSame(run(rows: rows), whole.prefix(rows * width)), "\(title): \(rows) rows have other bits")
    }
  }

  func checkActivation(_ activation: Elementwise) {
    let sums = run(rows: 5)
    var values = sums
    kernels.elementwise(activation, sums, &values, sums.count)
    expect(isSame(run(rows: 5, activation: activation), values), "\(title): other bits with an activation")
  }

  func checkPanels(count: Int) {
    for rows in [1, 7] {
      let parts = Guarded(rows * width)
      for panel in (0..<count).reversed() { _ = run(rows: rows, panels: panel..<panel + 1, into: parts) }
      expect(isSame(parts.values, run(rows: rows)), "\(title): panel by panel, \(rows) rows have other bits")
    }
  }
}

func checkProducts(_ kernels: KernelSet) {
  check("products of all edge sizes") {
    for gates in 1...4 {
      for units in 1...70 {
        for depth in [1, 2, 15, 16, 17, 33] { ProductCase(kernels, depth: depth, units: units, gates: gates).check() }
        ProductCase(kernels, depth: 3 + units % 12, units: units, gates: gates).check()
      }
    }
    for gates in 1...4 { ProductCase(kernels, depth: 0, units: 9, gates: gates).check() }
  }
  check("products with activations, and panel by panel") {
    for (units, gates) in [(5, 1), (150, 1), (70, 2), (70, 3), (70, 4)] {
      let sample = ProductCase(kernels, depth: 20, units: units, gates: gates)
      for activation in [.tanh, .sigmoid, .relu, Elementwise(.softplus)] { sample.checkActivation(activation) }
      sample.checkPanels(count: kernels.panelCount(units, gates))
    }
  }
  check("products of exactly so many columns") {
    for units in 1...70 {
      let weights = Packed(kernels, [Float](repeating: 1, count: units), depth: 1, units: units)
      let (input, output) = (Guarded([1, 2, 3]), Guarded(3 * units, offset: 1))
      kernels.product(
        Product(
          rows: 3, input: InputRows(base: input.base, rowStride: 1), weights: weights.matrix, bias: nil,
          output: OutputRows(base: output.base, rowStride: units), padded: false))
      expectGuards(output)
      expect(isSame(output.values, (0..<3 * units).map { Float($0 / units + 1) }), "units=\(units)")
    }
  }
  check("products of weights of fewer bits") {
    for format in WeightFormat.allCases where format != .float32 {
      for gates in [1, 3, 4] {
        for units in 1...70 {
          for depth in [5, 33] {
            ProductCase(kernels, depth: depth, units: units, gates: gates, format: format).check(rowCounts: [
              1, 2, 3, 5, 6, 8,
            ])
          }
        }
      }
    }
  }
  check("infinity and NaN") {
    let weights = Packed(kernels, [1, 0, 1, 0, 1, 0], depth: 2, units: 3)
    let (input, output) = (Guarded([.infinity, 1, .nan, 1, 1e30, -1e30]), Guarded(9))
    kernels.product(
      Product(
        rows: 3, input: InputRows(base: input.base, rowStride: 2), weights: weights.matrix, bias: nil,
        output: OutputRows(base: output.base, rowStride: 3), padded: false, activation: .tanh))
    let y = output.values
    expect(y[0] == 1 && y[1].isNaN && y[2] == 1, "of infinity")
    expect(y[3].isNaN && y[4].isNaN && y[5].isNaN, "of NaN")
    expect(y[6] == 1 && y[7] == -1, "of large numbers")
  }
}
