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
      let layout = padded ? kernels.gateLayout(expected.map(Float.init), units: units, gates: gates) : expected.map(Float.init)
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
    for depth in 0...70 { check(kernels, groups: 2, rows: 3, depth: depth, units: 37, gates: 1, padded: true, offset: depth % 4) }
    for rows in 0...40 { check(kernels, groups: 3, rows: rows, depth: 9, units: 21, gates: 1, padded: true, offset: 1) }
    for gates in [3, 4] {
      for units in 1...40 {
        check(kernels, groups: 1, rows: units % 11 + 1, depth: 20 + units % 5, units: units, gates: gates, padded: true, offset: 2)
      }
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
