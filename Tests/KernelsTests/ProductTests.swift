import Elman
import KernelInterface
import Testing

@Suite struct ProductTests {
  /// groups * rows rows of `depth`, times (depth, gates * units), compared in the layout that the kernel writes.
  private func check(
    _ kernels: KernelSet, groups: Int, rows: Int, depth: Int, units: Int, gates: Int, padded: Bool, offset: Int
  ) {
    var values = Values(UInt64(rows * 1000 + depth * 10 + units))
    let x = values.array(groups * rows * depth)
    let w = values.array(depth * gates * units)
    let bias = values.array(gates * units)
    let packed = Packed(kernels, w, depth: depth, units: units, gates: gates)
    let packedBias = kernels.gateLayout(bias, units: units, gates: gates)
    let width = padded ? kernels.gateWidth(units, gates) : units
    let input = Guarded(x, offset: offset)
    let output = Guarded(groups * rows * width, offset: offset)
    packedBias.withUnsafeBufferPointer { bias in
      kernels.product(
        Product(
          groups: groups, rows: rows,
          input: InputRows(base: input.base, groupStride: rows * depth, rowStride: depth), weights: packed.matrix,
          bias: bias.baseAddress, output: OutputRows(base: output.base, groupStride: rows * width, rowStride: width),
          padded: padded))
    }
    #expect(output.guardsAreWhole && packed.memory.guardsAreWhole)
    let result = output.values
    for row in 0..<groups * rows {
      var expected = [Double](repeating: 0, count: gates * units)
      var bound = expected
      for column in 0..<gates * units {
        expected[column] = Double(bias[column])
        for k in 0..<depth {
          expected[column] += Double(x[row * depth + k]) * Double(w[k * gates * units + column])
          bound[column] += abs(Double(x[row * depth + k]) * Double(w[k * gates * units + column]))
        }
      }
      let layout =
        padded ? kernels.gateLayout(expected.map(Float.init), units: units, gates: gates) : expected.map(Float.init)
      let largest = bound.max() ?? 0
      let got = result[row * width..<(row + 1) * width]
      let isClose = zip(got, layout).allSatisfy { abs(Double($0 - $1)) <= 1e-6 * (1 + largest) }
      #expect(isClose, "\(kernels.name) groups=\(groups) rows=\(rows) depth=\(depth) units=\(units) gates=\(gates)")
    }
  }

  @Test(arguments: KernelSet.available.map(\.name))
  func everyEdgeSize(_ name: String) throws {
    let kernels = try #require(KernelSet.available.first { $0.name == name })
    for units in 1...70 {
      for depth in [0, 1, 2, 15, 16, 17, 33, 64] {
        for rows in [1, 2, 7] {
          check(kernels, groups: 1, rows: rows, depth: depth, units: units, gates: 1, padded: false, offset: units % 3)
        }
      }
    }
    for depth in 0...70 {
      check(kernels, groups: 2, rows: 3, depth: depth, units: 37, gates: 1, padded: true, offset: depth % 4)
    }
    for rows in 0...40 { check(kernels, groups: 3, rows: rows, depth: 9, units: 21, gates: 1, padded: true, offset: 1) }
    for gates in [3, 4] {
      for units in 1...70 {
        check(
          kernels, groups: 1, rows: units % 11 + 1, depth: 20 + units % 5, units: units, gates: gates, padded: true,
          offset: 2)
      }
    }
  }

  @Test(arguments: KernelSet.available.map(\.name))
  func everyRowIsTheRowAlone(_ name: String) throws {
    let kernels = try #require(KernelSet.available.first { $0.name == name })
    // The last one has more rows than stay in the cache.
    let sizes =
      [5, 20, 37, 64, 70, 150].flatMap { units in (2...13).map { (units, 1, 33, $0) } } + [
        (37, 4, 33, 11), (40, 1, 2000, 130),
      ]
    for (units, gates, depth, rows) in sizes {
      var values = Values(UInt64(units + rows))
      let input = Guarded(values.array(rows * depth), offset: 1)
      let packed = Packed(kernels, values.array(depth * gates * units), depth: depth, units: units, gates: gates)
      let width = kernels.gateWidth(units, gates)
      func product(_ range: Range<Int>) -> [Float] {
        let output = Guarded(range.count * width, offset: 3)
        kernels.product(
          Product(
            rows: range.count, input: InputRows(base: input.base + range.lowerBound * depth, rowStride: depth),
            weights: packed.matrix,
            bias: nil, output: OutputRows(base: output.base, rowStride: width), padded: true, activation: .tanh))
        #expect(output.guardsAreWhole)
        return output.values
      }
      let alone = (0..<rows).flatMap { product($0..<$0 + 1) }
      #expect(product(0..<rows) == alone, "\(name) units=\(units) gates=\(gates) depth=\(depth) rows=\(rows)")
    }
  }

  /// The weights of a format are exact: only the scale of int8 rounds once more than the same product in float32.
  @Test(arguments: KernelSet.available.map(\.name), WeightFormat.allCases)
  func everyFormatOfWeights(_ name: String, _ format: WeightFormat) throws {
    let kernels = try #require(KernelSet.available.first { $0.name == name })
    let sizes = [(1, 5), (1, 64), (8, 33)].flatMap { size in kernels.encodings(of: format).map { (size.0, size.1, $0) }
    }
    for (units, gates) in (1...70).map({ ($0, 1) }) + (1...40).flatMap({ [($0, 3), ($0, 4)] }) {
      for (rows, depth, usesDots) in sizes {
        var values = Values(UInt64(units * 100 + rows))
        let x = values.array(rows * depth)
        let w = values.array(depth * gates * units).map { format.sample($0) }
        let scales =
          format == .int8 ? values.array(gates * units).map { 1 + $0 } : [Float](repeating: 1, count: gates * units)
        let packed = Packed(
          kernels, w, depth: depth, units: units, gates: gates, format: format, usesDots: usesDots, scales: scales)
        let width = kernels.gateWidth(units, gates)
        let got = Guarded(rows * width)
        let input = Guarded(x, offset: 1)
        kernels.product(
          Product(
            rows: rows, input: InputRows(base: input.base, rowStride: depth), weights: packed.matrix, bias: nil,
            output: OutputRows(base: got.base, rowStride: width), padded: true))
        var expected: [Float] = []
        for row in 0..<rows {
          let sums = (0..<gates * units).map { column in
            Double(scales[column])
              * (0..<depth).reduce(0.0) { $0 + Double(x[row * depth + $1]) * Double(w[$1 * gates * units + column]) }
          }
          expected += kernels.gateLayout(sums.map { Float($0) }, units: units, gates: gates)
        }
        let largest = 2e-6 * Double(depth) * (format == .int8 ? 254 : 1)
        let isClose = zip(got.values, expected).allSatisfy { abs(Double($0 - $1)) <= largest }
        #expect(
          isClose && got.guardsAreWhole,
          "\(name) \(format) dots=\(usesDots) rows=\(rows) depth=\(depth) units=\(units) gates=\(gates)")
      }
    }
  }

  @Test(arguments: KernelSet.available.map(\.name))
  func partsOfThePanelsGiveTheWhole(_ name: String) throws {
    let kernels = try #require(KernelSet.available.first { $0.name == name })
    for (units, gates, rows) in [(150, 1, 1), (150, 1, 9), (70, 3, 1), (70, 4, 7), (5, 1, 2)] {
      var values = Values(UInt64(units))
      let input = Guarded(values.array(rows * 20))
      let packed = Packed(kernels, values.array(20 * gates * units), depth: 20, units: units, gates: gates)
      let width = kernels.gateWidth(units, gates)
      let (whole, parts) = (Guarded(rows * width), Guarded(rows * width))
      func run(_ output: Guarded, _ panels: Range<Int>?) {
        var product = Product(
          rows: rows, input: InputRows(base: input.base, rowStride: 20), weights: packed.matrix, bias: nil,
          output: OutputRows(base: output.base, rowStride: width), padded: true)
        product.panels = panels
        kernels.product(product)
      }
      run(whole, nil)
      let count = kernels.panelCount(units, gates)
      for panel in (0..<count).reversed() { run(parts, panel..<panel + 1) }
      #expect(parts.values == whole.values && parts.guardsAreWhole)
    }
  }

  @Test(arguments: KernelSet.available.map(\.name))
  func activationsAndSpecialValues(_ name: String) throws {
    let kernels = try #require(KernelSet.available.first { $0.name == name })
    let packed = Packed(kernels, [1, 0, 1, 0, 1, 0], depth: 2, units: 3)
    let x: [Float] = [.infinity, 1, .nan, 1, 1e30, -1e30]
    var y = [Float](repeating: 0, count: 9)
    y.withUnsafeMutableBufferPointer { y in
      kernels.product(
        Product(
          rows: 3, input: InputRows(base: x, rowStride: 2), weights: packed.matrix, bias: nil,
          output: OutputRows(base: y.baseAddress!, rowStride: 3), padded: false, activation: .tanh))
    }
    #expect(y[0] == 1 && y[1].isNaN && y[2] == 1)
    #expect(y[3].isNaN && y[4].isNaN && y[5].isNaN)
    #expect(y[6] == 1 && y[7] == -1)
  }
}
