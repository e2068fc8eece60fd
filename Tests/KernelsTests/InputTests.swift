import Elman
import KernelInterface
import Testing

@Suite struct InputTests {
  @Test(arguments: KernelSet.available.map(\.name), [1, 3, 4])
  func inputsMultipliedByTheStepGiveTheSameBits(_ name: String, _ gates: Int) throws {
    let kernels = try #require(KernelSet.available.first { $0.name == name })
    for units in 1...70 {
      for (batch, features) in [(1, units % 20 + 1), (2, 3), (5, 9), (7, 17), (13, 33), (35, 2)] {
        let sample = InputCase(kernels, gates: gates, batch: batch, features: features, units: units)
        let fused = sample.outputs(multiplyingInputs: true)
        let isSame = fused == sample.outputs(multiplyingInputs: false)
        #expect(isSame, "\(name) gates=\(gates) batch=\(batch) features=\(features) units=\(units)")
        let isStreamed = sample.streamed() == Array(fused.prefix(sample.steps * units))
        #expect(isStreamed, "\(name) gates=\(gates) batch=\(batch) features=\(features) units=\(units), as a stream")
      }
    }
  }

  @Test(arguments: KernelSet.available.map(\.name), [1, 3, 4])
  func inputsMultipliedByAShareOfTheUnitsGiveTheSameBits(_ name: String, _ gates: Int) throws {
    let kernels = try #require(KernelSet.available.first { $0.name == name })
    // With 208 units the weights are larger than a cache, and the next panel is asked for.
    for (units, batch) in [(32, 6), (64, 7), (70, 9), (96, 13), (208, 6), (208, 64)] {
      let sample = InputCase(kernels, gates: gates, batch: batch, features: 21, units: units)
      let isSame =
        sample.outputs(multiplyingInputs: true, sharesUnits: true) == sample.outputs(multiplyingInputs: false)
      #expect(isSame, "\(name) gates=\(gates) batch=\(batch) units=\(units)")
    }
  }

  @Test(arguments: KernelSet.available.map(\.name), [1, 3, 4])
  func inputsMultipliedBesideEarlierStepsGiveTheSameBits(_ name: String, _ gates: Int) throws {
    let kernels = try #require(KernelSet.available.first { $0.name == name })
    let shapes = [(64, 16), (80, 33), (96, 97), (128, 32), (130, 200), (192, 64), (256, 250)]
    let ahead = shapes.filter { InputCase(kernels, gates: gates, batch: 1, features: $1, units: $0).stepsAhead > 0 }
    #expect(ahead.count == (name != "avx512" ? 0 : gates == 1 ? 3 : gates == 3 ? 7 : 6))
    for (units, features) in ahead {
      for steps in [1, 5, 6, 7, 12, 13, 24] {
        let sample = InputCase(kernels, gates: gates, batch: 1, steps: steps, features: features, units: units)
        let expected = sample.outputs(multiplyingInputs: false)
        for (bySteps, byPanels) in [(false, false), (true, false), (true, true)] {
          let isSame = sample.outputsAhead(bySteps: bySteps, byPanels: byPanels) == expected
          #expect(
            isSame, "\(name) gates=\(gates) units=\(units) features=\(features) steps=\(steps) \(bySteps) \(byPanels)")
        }
      }
    }
  }

  @Test(arguments: KernelSet.available.map(\.name), WeightFormat.allCases)
  func alsoWithWeightsOfFewerBits(_ name: String, _ format: WeightFormat) throws {
    let kernels = try #require(KernelSet.available.first { $0.name == name })
    for units in [1, 8, 16, 31, 64, 70, 139] {
      for gates in [1, 3, 4] {
        for (batch, usesDots) in [1, 5, 9].flatMap({ batch in kernels.encodings(of: format).map { (batch, $0) } }) {
          let sample = InputCase(
            kernels, gates: gates, batch: batch, features: 21, units: units, format: format, usesDots: usesDots)
          let fused = sample.outputs(multiplyingInputs: true)
          let isSame = fused == sample.outputs(multiplyingInputs: false)
          #expect(isSame, "\(name) \(format) dots=\(usesDots) gates=\(gates) batch=\(batch) units=\(units)")
          let isStreamed = sample.streamed() == Array(fused.prefix(sample.steps * units))
          #expect(
            isStreamed, "\(name) \(format) dots=\(usesDots) gates=\(gates) batch=\(batch) units=\(units), as a stream")
        }
      }
    }
  }
}
