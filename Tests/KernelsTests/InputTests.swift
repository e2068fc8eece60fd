import Elman
import KernelInterface
import Testing

/// A layer whose inputs the recurrence multiplies itself, against the same with products that were made before, and as a stream.
private struct Case {
  let gates: Int
  let batch: Int
  let steps = 3
  let features: Int
  let units: Int
  let format: WeightFormat
  let kernels: KernelSet
  private let kernel: Packed
  private let recurrent: Packed
  private let bias: Guarded
  private let recurrentBias: Guarded
  private let inputs: Guarded
  private let scratch: Guarded

  init(
    _ kernels: KernelSet, gates: Int, batch: Int, features: Int, units: Int, format: WeightFormat = .float32, usesDots: Bool = false
  ) {
    (self.kernels, self.gates, self.batch, self.features, self.units) = (kernels, gates, batch, features, units)
    self.format = format
    var values = Values(UInt64(gates + 10 * batch + 1000 * features + 100_000 * units))
    func packed(_ depth: Int) -> Packed {
      let scales = values.array(gates * units).map { (2 + $0) / 500 }
      let weights = values.array(depth * gates * units, scale: 1 / Double(depth).squareRoot()).map { format.sample($0) }
      return Packed(kernels, weights, depth: depth, units: units, gates: gates, format: format, usesDots: usesDots, scales: scales)
    }
    kernel = packed(features)
    recurrent = packed(units)
    bias = Guarded(kernels.gateLayout(values.array(gates * units), units: units, gates: gates))
    recurrentBias = Guarded(kernels.gateLayout(values.array(gates * units), units: units, gates: gates))
    inputs = Guarded(values.array(batch * steps * features), offset: 1)
    scratch = Guarded(kernels.recurrenceScratch(batch, units, gates))
  }

  private func run(_ call: UnsafePointer<Recurrence>) {
    switch gates {
    case 1: kernels.simpleRNN(call)
    case 3: kernels.gruResetAfter(call)
    default: kernels.lstm(call)
    }
  }

  /// (batch, steps, units).
  func outputs(multiplyingInputs: Bool) -> [Float] {
    let width = kernels.gateWidth(units, gates)
    let rows = InputRows(base: inputs.base, groupStride: steps * features, rowStride: features)
    let products = Guarded(batch * steps * width)
    let (zeros, cells) = (Guarded([Float](repeating: 0, count: batch * units)), Guarded([Float](repeating: 0, count: batch * units)))
    let outputs = Guarded(batch * steps * units, offset: 3)
    var call = Recurrence(
      steps: steps, batch: batch, weights: recurrent.matrix, recurrentBias: UnsafePointer(recurrentBias.base), inputs: rows,
      hidden: zeros.base, hiddenStride: units, cell: cells.base, cellStride: units,
      outputs: OutputRows(base: outputs.base, groupStride: steps * units, rowStride: units), ring: steps, activation: .tanh,
      scratch: scratch.base)
    if multiplyingInputs {
      (call.kernel, call.bias) = (kernel.matrix, UnsafePointer(bias.base))
    } else {
      let output = OutputRows(base: products.base, groupStride: steps * width, rowStride: width)
      kernels.product(
        Product(groups: batch, rows: steps, input: rows, weights: kernel.matrix, bias: bias.base, output: output, padded: true))
      call.inputs = InputRows(base: products.base, groupStride: steps * width, rowStride: width)
    }
    run(&call)
    #expect(outputs.guardsAreWhole && cells.guardsAreWhole && scratch.guardsAreWhole && products.guardsAreWhole)
    return outputs.values
  }

  /// (steps, units) of the first row, step by step.
  func streamed() -> [Float] {
    let padded = (units + 15) / 16 * 16
    func zeros() -> Guarded { Guarded([Float](repeating: 0, count: padded)) }
    let (hidden, cell, output) = (zeros(), zeros(), zeros())
    var call = Recurrence(
      steps: 1, batch: 1, weights: recurrent.matrix, recurrentBias: UnsafePointer(recurrentBias.base),
      inputs: InputRows(base: inputs.base, rowStride: 0), hidden: hidden.base, hiddenStride: 0, cell: cell.base,
      outputs: OutputRows(base: output.base, rowStride: 0), ring: 1, activation: .tanh, scratch: scratch.base)
    (call.kernel, call.bias) = (kernel.matrix, UnsafePointer(bias.base))
    let step = kernels.recurrentStep(&call)
    var states: [Float] = []
    for t in 0..<steps {
      call.inputs.base = UnsafePointer(inputs.base + t * features)
      step(&call)
      #expect(hidden.values == output.values)
      states += output.values.prefix(units)
      call.isDescending.toggle()
    }
    #expect(hidden.guardsAreWhole && cell.guardsAreWhole && output.guardsAreWhole)
    return states
  }
}

@Suite struct InputTests {
  @Test(arguments: KernelSet.available.map(\.name), [1, 3, 4])
  func inputsMultipliedByTheStepGiveTheSameBits(_ name: String, _ gates: Int) throws {
    let kernels = try #require(KernelSet.available.first { $0.name == name })
    for units in 1...70 {
      for (batch, features) in [(1, units % 20 + 1), (2, 3), (7, 17), (13, 33)] {
        let sample = Case(kernels, gates: gates, batch: batch, features: features, units: units)
        let fused = sample.outputs(multiplyingInputs: true)
        let isSame = fused == sample.outputs(multiplyingInputs: false)
        #expect(isSame, "\(name) gates=\(gates) batch=\(batch) features=\(features) units=\(units)")
        let isStreamed = sample.streamed() == Array(fused.prefix(sample.steps * units))
        #expect(isStreamed, "\(name) gates=\(gates) batch=\(batch) features=\(features) units=\(units), as a stream")
      }
    }
  }

  @Test(arguments: KernelSet.available.map(\.name), WeightFormat.allCases)
  func alsoWithWeightsOfFewerBits(_ name: String, _ format: WeightFormat) throws {
    let kernels = try #require(KernelSet.available.first { $0.name == name })
    for units in [1, 8, 16, 31, 64, 70, 139] {
      for gates in [1, 3, 4] {
        for (batch, usesDots) in [1, 9].flatMap({ batch in kernels.encodings(of: format).map { (batch, $0) } }) {
          let sample = Case(kernels, gates: gates, batch: batch, features: 21, units: units, format: format, usesDots: usesDots)
          let fused = sample.outputs(multiplyingInputs: true)
          let isSame = fused == sample.outputs(multiplyingInputs: false)
          #expect(isSame, "\(name) \(format) dots=\(usesDots) gates=\(gates) batch=\(batch) units=\(units)")
          let isStreamed = sample.streamed() == Array(fused.prefix(sample.steps * units))
          #expect(isStreamed, "\(name) \(format) dots=\(usesDots) gates=\(gates) batch=\(batch) units=\(units), as a stream")
        }
      }
    }
  }
}
