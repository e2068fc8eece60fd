import KernelInterface

func checkRecurrences(_ kernels: KernelSet) {
  for kind in RecurrenceCase.Kind.allCases {
    check("\(name(kind)) against Double") {
      for units in Array(1...70) + [129] {
        let sample = RecurrenceCase(kind, batch: units % 9 + 1, steps: 3, units: units)
        let isClose = zip(sample.run(kernels).outputs, sample.reference()).allSatisfy { abs(Double($0) - $1) <= 3e-6 }
        expect(isClose, "units=\(units)")
      }
    }
    check("\(name(kind)), the same bits by any batch and any cut") {
      for units in [1, 3, 4, 7, 8, 15, 16, 17, 33, 40, 64] {
        checkBits(kernels, RecurrenceCase(kind, batch: 13, steps: 6, units: units))
        checkRows(kernels, RecurrenceCase(kind, batch: 37, steps: 2, units: units))
      }
      let sample = RecurrenceCase(kind, batch: 4, steps: 5, units: 11)
      expect(isSame(sample.run(kernels, backwards: true).outputs, sample.run(kernels).outputs), "backwards")
    }
  }
  for gates in [1, 3, 4] {
    check("layers of \(gates) gates that multiply their inputs, and as streams") {
      for units in 1...70 {
        for (batch, features) in [(1, units % 20 + 1), (2, 3), (5, 9), (7, 17), (13, 33)] {
          checkInputs(InputCase(kernels, gates: gates, batch: batch, features: features, units: units))
        }
      }
      for format in WeightFormat.allCases {
        for units in [1, 8, 31, 64] {
          for batch in [1, 5, 9] {
            checkInputs(InputCase(kernels, gates: gates, batch: batch, features: 21, units: units, format: format))
          }
        }
      }
    }
  }
  check("hidden states in Double") { checkHiddenStates(kernels) }
}

private func name(_ kind: RecurrenceCase.Kind) -> String {
  switch kind {
  case .simpleRNN: "SimpleRNN"
  case .lstm: "LSTM"
  case .gru: "GRU with reset_after"
  case .gruResetBefore: "GRU without reset_after"
  }
}

private func checkBits(_ kernels: KernelSet, _ sample: RecurrenceCase) {
  let whole = sample.run(kernels)
  func expectSame(_ other: (outputs: [Float], cell: [Float]), _ what: String) {
    expect(isSame(other.outputs, whole.outputs) && isSame(other.cell, whole.cell), "units=\(sample.units), \(what)")
  }
  expectSame(sample.run(kernels, cuts: [1, 2, 5]), "in four calls")
  expectSame(sample.run(kernels, descending: true), "last panel first")
  if sample.kind != .gruResetBefore { expectSame(sample.run(kernels, sharesUnits: true), "panel by panel") }
}

/// Every row of every batch has the bits of the row alone.
private func checkRows(_ kernels: KernelSet, _ sample: RecurrenceCase) {
  let alone = (0..<sample.batch).map { sample.run(kernels, rows: $0..<$0 + 1).outputs }
  for count in Array(2...18) + [32, 33, sample.batch] {
    let outputs = sample.run(kernels, rows: 0..<count).outputs
    expect(isSame(outputs, alone[0..<count].joined()), "units=\(sample.units), a batch of \(count)")
  }
}

private func checkInputs(_ sample: InputCase) {
  let outputs = sample.outputs(multiplyingInputs: true)
  let title = "batch=\(sample.batch) features=\(sample.features) units=\(sample.units) format=\(sample.format.rawValue)"
  expect(isSame(outputs, sample.outputs(multiplyingInputs: false)), "\(title), with products made before")
  expect(isSame(sample.streamed(), outputs.prefix(sample.steps * sample.units)), "\(title), as a stream")
}
