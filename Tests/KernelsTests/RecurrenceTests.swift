import Elman
import KernelInterface
import Testing

@Suite struct RecurrenceTests {
  @Test(arguments: KernelSet.available.map(\.name))
  func everyKindAgreesWithTheReference(_ name: String) throws {
    let kernels = try #require(KernelSet.available.first { $0.name == name })
    for kind in RecurrenceCase.Kind.allCases {
      for units in Array(1...70) + [129] {
        let sample = RecurrenceCase(kind, batch: units % 9 + 1, steps: 3, units: units)
        for (got, expected) in zip(sample.run(kernels).outputs, sample.reference())
        where abs(Double(got) - expected) > 3e-6 {
          Issue.record("\(name) \(kind) units=\(units): \(got), not \(expected)")
          break
        }
      }
    }
  }

  @Test(arguments: KernelSet.available.map(\.name))
  func anyBatchAndAnyCutGiveTheSameBits(_ name: String) throws {
    let kernels = try #require(KernelSet.available.first { $0.name == name })
    for kind in RecurrenceCase.Kind.allCases {
      for units in [1, 7, 8, 16, 17, 40, 64, 100] {
        let sample = RecurrenceCase(kind, batch: 13, steps: 6, units: units)
        let whole = sample.run(kernels)
        #expect(sample.run(kernels, cuts: [1, 2, 5]) == whole)
        #expect(sample.run(kernels, descending: true) == whole)
        if kind != .gruResetBefore { #expect(sample.run(kernels, sharesUnits: true) == whole) }
        for row in [0, 5, 12] {
          let alone = sample.run(kernels, rows: row..<row + 1)
          #expect(
            alone.outputs == Array(whole.outputs[row * 6 * units..<(row + 1) * 6 * units]),
            "\(name) \(kind) units=\(units)")
        }
      }
    }
  }

  @Test(arguments: KernelSet.available.map(\.name))
  func everyRowOfABatchIsTheRowAlone(_ name: String) throws {
    let kernels = try #require(KernelSet.available.first { $0.name == name })
    for kind in RecurrenceCase.Kind.allCases {
      for units in [3, 8, 16, 20, 33, 64, 80] {
        let sample = RecurrenceCase(kind, batch: 71, steps: 2, units: units)
        let alone = (0..<71).map { sample.run(kernels, rows: $0..<$0 + 1).outputs }
        for count in Array(1...24) + [32, 33, 71] {
          let outputs = sample.run(kernels, rows: 0..<count).outputs
          #expect(outputs == Array(alone[0..<count].joined()), "\(name) \(kind) units=\(units) batch=\(count)")
        }
      }
    }
  }

  @Test(arguments: KernelSet.available.map(\.name))
  func negativeStridesReadBackwards(_ name: String) throws {
    let kernels = try #require(KernelSet.available.first { $0.name == name })
    for kind in RecurrenceCase.Kind.allCases {
      let sample = RecurrenceCase(kind, batch: 4, steps: 5, units: 11)
      // The case mirrors its inputs and the strides mirror them back.
      #expect(sample.run(kernels, backwards: true) == sample.run(kernels))
    }
  }

  @Test(arguments: KernelSet.available.map(\.name))
  func hiddenStatesInDouble(_ name: String) throws {
    let kernels = try #require(KernelSet.available.first { $0.name == name })
    checkHiddenStates(kernels)
  }
}
