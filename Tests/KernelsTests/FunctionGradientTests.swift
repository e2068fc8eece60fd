import Elman
import KernelInterface
import Testing

@Suite struct FunctionGradientTests {
  private func gradients(
    _ kernels: KernelSet, _ f: Elementwise, _ values: [Float], areOutputs: Bool = false, _ gradient: [Float]
  ) -> [Float] {
    let result = Guarded(values.count, offset: 1)
    kernels.training.elementwiseGradient(f, values, areOutputs, gradient, result.base, values.count)
    #expect(result.guardsAreWhole)
    return result.values
  }

  /// Points where no formula has a kink within the step of a difference.
  private let points = (-2000...2000).map { Float($0) * 0.0125 + 0.00371 }

  @Test(arguments: KernelSet.available.map(\.name)) func everyDerivativeIsThatOfItsFormula(_ name: String) throws {
    let kernels = try #require(KernelSet.available.first { $0.name == name })
    let formulas = elementwiseFormulas + exponentialFamily
    #expect(Set(formulas.map(\.function.function)).count == ElementwiseFunction.allCases.count)
    for (function, reference) in formulas where function.b >= 0 || function.function == .threshold {
      let got = gradients(kernels, function, points, [Float](repeating: 2, count: points.count))
      for (x, slope) in zip(points, got) {
        let (x, step) = (Double(x), 1e-5)
        let expected = (reference(x + step) - reference(x - step)) / step
        #expect(
          abs(Double(slope) - expected) <= 1e-4 * (1 + abs(expected)),
          "\(name) \(function.function)'(\(x)) = \(slope / 2)")
      }
    }
  }

  @Test(arguments: KernelSet.available.map(\.name))
  func valuesGiveTheDerivativeOfTheirArguments(_ name: String) throws {
    let kernels = try #require(KernelSet.available.first { $0.name == name })
    let functions: [Elementwise] = [
      .linear, .tanh, .sigmoid, .relu, Elementwise(.relu, b: 6), Elementwise(.relu, a: 0.2, b: .infinity),
    ]
    let gradient = [Float](repeating: -3, count: points.count)
    for function in functions {
      #expect(function.hasSlopeOfValue)
      var values = points
      kernels.elementwise(function, points, &values, points.count)
      let got = gradients(kernels, function, values, areOutputs: true, gradient)
      let expected = gradients(kernels, function, points, gradient)
      #expect(zip(got, expected).allSatisfy { abs($0 - $1) <= 1e-6 }, "\(name) \(function.function)")
    }
  }

  @Test(arguments: KernelSet.available.map(\.name)) func derivativesFarOutAreFinite(_ name: String) throws {
    let kernels = try #require(KernelSet.available.first { $0.name == name })
    let far: [Float] = [.infinity, -.infinity, 3e38, -3e38]
    for function in ElementwiseFunction.allCases where function != .exponential {
      let got = gradients(kernels, Elementwise(function, a: 0.5, b: 1), far, [1, 1, 1, 1])
      #expect(got.allSatisfy { abs($0) < 2 }, "\(name) \(function) \(got)")
    }
  }

  @Test(arguments: KernelSet.available.map(\.name)) func everyCountTouchesNothingElse(_ name: String) throws {
    let kernels = try #require(KernelSet.available.first { $0.name == name })
    var values = Values(9)
    let (x, gradient) = (values.array(40, scale: 3), values.array(40))
    let whole = gradients(kernels, Elementwise(.silu), x, gradient)
    for count in 0...40 {
      #expect(
        gradients(kernels, Elementwise(.silu), Array(x[..<count]), Array(gradient[..<count])) == Array(whole[..<count]))
    }
  }
}
