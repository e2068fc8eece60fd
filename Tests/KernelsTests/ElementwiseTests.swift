import Elman
import KernelInterface
import Testing

@Suite struct ElementwiseTests {
  static func apply(_ kernels: KernelSet, _ f: Elementwise, _ x: [Float]) -> [Float] {
    var y = x
    kernels.elementwise(f, x, &y, x.count)
    return y
  }

  @Test(arguments: KernelSet.available.map(\.name))
  func exponentialFamilyIsWithinTwoUlps(_ name: String) throws {
    let kernels = try #require(KernelSet.available.first { $0.name == name })
    for (function, reference) in exponentialFamily {
      let results = Self.apply(kernels, function, magnitudeSweep)
      var worst = (ulps: 0.0, x: Float(0), y: Float(0))
      for (x, y) in zip(magnitudeSweep, results) {
        let error = ulps(y, reference(Double(x)))
        if error > worst.ulps { worst = (error, x, y) }
      }
      #expect(worst.ulps <= 2, "\(name) \(function.function) of \(worst.x) is \(worst.y)")
    }
  }

  @Test(arguments: KernelSet.available.map(\.name))
  func everyFunctionFollowsItsFormula(_ name: String) throws {
    let kernels = try #require(KernelSet.available.first { $0.name == name })
    #expect(Set(elementwiseFormulas.map(\.function.function)).count + 3 == ElementwiseFunction.allCases.count)
    let inputs = (-4000...4000).map { Float($0) * 0.0125 }
    for (function, reference) in elementwiseFormulas {
      let results = Self.apply(kernels, function, inputs)
      for (x, y) in zip(inputs, results) {
        let expected = reference(Double(x))
        #expect(
          abs(Double(y) - expected) <= 1e-6 + 2e-6 * abs(expected),
          "\(name) \(function.function)(\(x)) = \(y), not \(expected)")
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
      for (index, value) in x.enumerated() {
        #expect(Self.apply(kernels, f, [value])[0].bitPattern == whole[index].bitPattern)
      }
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
