import Elman
import KernelInterface
import Testing

@Suite struct ElementwiseTests {
  /// A sweep over all magnitudes, both signs, and the values where implementations go wrong.
  static let sweep: [Float] = {
    var values: [Float] = [0, -0.0, .infinity, -.infinity, .nan, .leastNonzeroMagnitude, -.leastNonzeroMagnitude, 1e-40, -1e-40]
    for bits in stride(from: UInt32(0x0080_0000), to: 0x7F80_0000, by: 0x7A35) {
      values.append(Float(bitPattern: bits))
      values.append(-Float(bitPattern: bits))
    }
    for step in -30_000...30_000 { values.append(Float(step) * 0.0037) }
    return values
  }()

  static func apply(_ kernels: KernelSet, _ f: Elementwise, _ x: [Float]) -> [Float] {
    var y = x
    kernels.elementwise(f, x, &y, x.count)
    return y
  }

  @Test(arguments: KernelSet.available.map(\.name))
  func exponentialFamilyIsWithinTwoUlps(_ name: String) throws {
    let kernels = try #require(KernelSet.available.first { $0.name == name })
    let functions: [(Elementwise, (Double) -> Double)] = [
      (.tanh, hyperbolicTangent), (.sigmoid, KernelsTests.sigmoid), (Elementwise(.exponential), exponential),
    ]
    for (function, reference) in functions {
      let results = Self.apply(kernels, function, Self.sweep)
      var worst = (ulps: 0.0, x: Float(0), y: Float(0))
      for (x, y) in zip(Self.sweep, results) {
        let error = ulps(y, reference(Double(x)))
        if error > worst.ulps { worst = (error, x, y) }
      }
      #expect(worst.ulps <= 2, "\(name) \(function.function) of \(worst.x) is \(worst.y)")
    }
  }

  @Test(arguments: KernelSet.available.map(\.name))
  func everyFunctionFollowsItsFormula(_ name: String) throws {
    let kernels = try #require(KernelSet.available.first { $0.name == name })
    func clip(_ x: Double, _ low: Double, _ high: Double) -> Double { x < low ? low : x > high ? high : x }
    func softplus(_ x: Double) -> Double { x > 30 ? x : logarithmOfOnePlus(exponential(x)) }
    func expm1(_ x: Double) -> Double { abs(x) < 1e-5 ? x + x * x / 2 : exponential(x) - 1 }
    let functions: [(Elementwise, (Double) -> Double)] = [
      (.linear, { $0 }), (.relu, { $0 < 0 ? 0 : $0 }),
      (Elementwise(.relu, a: 0.2, b: 6, c: 1), { $0 >= 6 ? 6 : $0 >= 1 ? $0 : Double(Float(0.2)) * ($0 - 1) }),
      (Elementwise(.elu, a: 1.5), { $0 < 0 ? 1.5 * expm1($0) : $0 }),
      (Elementwise(.celu, a: 2), { $0 < 0 ? 2 * expm1($0 / 2) : $0 }),
      (Elementwise(.selu), { 1.0507009873554805 * ($0 < 0 ? 1.6732632423543772 * expm1($0) : $0) }),
      (Elementwise(.softplus), softplus), (Elementwise(.softsign), { $0 / (1 + abs($0)) }),
      (Elementwise(.silu), { $0 * KernelsTests.sigmoid($0) }), (Elementwise(.mish), { $0 * hyperbolicTangent(softplus($0)) }),
      (Elementwise(.geluTanh), { 0.5 * $0 * (1 + hyperbolicTangent(0.7978845608028654 * ($0 + 0.044715 * $0 * $0 * $0))) }),
      (Elementwise(.geluErf), { 0.5 * $0 * complementaryError(-$0 * 0.7071067811865476) }),
      (Elementwise(.hardSigmoid2), { clip(0.2 * $0 + 0.5, 0, 1) }), (Elementwise(.hardSigmoid3), { clip(($0 + 3) / 6, 0, 1) }),
      (Elementwise(.hardSilu), { $0 * clip(($0 + 3) / 6, 0, 1) }), (Elementwise(.hardTanh), { clip($0, -1, 1) }),
      (Elementwise(.logSigmoid), { -softplus(-$0) }), (Elementwise(.tanhShrink), { $0 - hyperbolicTangent($0) }),
      (Elementwise(.sparsePlus), { $0 <= -1 ? 0 : $0 >= 1 ? $0 : ($0 + 1) * ($0 + 1) / 4 }),
      (Elementwise(.sparseSigmoid), { clip(($0 + 1) / 2, 0, 1) }),
      (Elementwise(.hardShrink, a: 0.5), { abs($0) > 0.5 ? $0 : 0 }),
      (Elementwise(.softShrink, a: 0.5), { $0 > 0.5 ? $0 - 0.5 : $0 < -0.5 ? $0 + 0.5 : 0 }),
      (Elementwise(.threshold, a: 0.3, b: -7), { $0 > Double(Float(0.3)) ? $0 : -7 }),
      (Elementwise(.squareplus, a: 4), { ($0 + ($0 * $0 + 4).squareRoot()) / 2 }),
    ]
    #expect(Set(functions.map(\.0.function)).count + 3 == ElementwiseFunction.allCases.count)
    let inputs = (-4000...4000).map { Float($0) * 0.0125 }
    for (function, reference) in functions {
      let results = Self.apply(kernels, function, inputs)
      for (x, y) in zip(inputs, results) {
        let expected = reference(Double(x))
        #expect(abs(Double(y) - expected) <= 1e-6 + 2e-6 * abs(expected), "\(name) \(function.function)(\(x)) = \(y), not \(expected)")
      }
      #expect(Self.apply(kernels, function, [.nan])[0].isNaN, "\(name) \(function.function) of NaN")
    }
  }

  @Test(arguments: KernelSet.available.map(\.name))
  func bitsDoNotDependOnThePosition(_ name: String) throws {
    let kernels = try #require(KernelSet.available.first { $0.name == name })
    var values = Values(3)
    let x = values.array(70, scale: 4)
    for function in ElementwiseFunction.allCases {
      let f = Elementwise(function, a: 0.5, b: 1)
      let whole = Self.apply(kernels, f, x)
      for (index, value) in x.enumerated() { #expect(Self.apply(kernels, f, [value])[0].bitPattern == whole[index].bitPattern) }
      for count in 0...35 {
        let output = Guarded(count, offset: 1)
        kernels.elementwise(f, x, output.base, count)
        #expect(output.guardsAreWhole)
      }
    }
  }

  @Test(arguments: KernelSet.available.map(\.name))
  func softmaxRowsSumToOne(_ name: String) throws {
    let kernels = try #require(KernelSet.available.first { $0.name == name })
    var values = Values(4)
    for columns in [1, 2, 7, 16, 33] {
      let x = values.array(3 * columns, scale: 100)
      var y = x
      var logarithms = x
      kernels.softmax(x, &y, 3, columns)
      kernels.logSoftmax(x, &logarithms, 3, columns)
      for row in 0..<3 {
        let inputs = x[row * columns..<(row + 1) * columns].map(Double.init)
        let largest = inputs.max() ?? 0
        let sum = inputs.reduce(0) { $0 + exponential($1 - largest) }
        for column in 0..<columns {
          let expected = exponential(inputs[column] - largest) / sum
          #expect(abs(Double(y[row * columns + column]) - expected) < 1e-6)
          let shifted = inputs[column] - largest
          #expect(abs(Double(logarithms[row * columns + column]) - (shifted - logarithmOfOnePlus(sum - 1))) < 2e-5)
        }
      }
    }
    var y: [Float] = [1, .nan, 2]
    kernels.softmax(y, &y, 1, 3)
    #expect(y[0].isNaN && y[1].isNaN && y[2].isNaN)
  }
}
