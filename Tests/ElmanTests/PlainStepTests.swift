import Elman
import Testing

extension EngineTests {
  /// SimpleRNN, LSTM and GRU beside their plain steps in Double.
  @Suite struct PlainStepTests {
    enum Kind: String, CaseIterable { case simpleRNN, lstm, gru, gruResetBefore }

    @Test(arguments: Kind.allCases, [false, true]) func aLayerComputesItsPlainSteps(_ kind: Kind, _ isBackwards: Bool)
      throws
    {
      let sizes = [
        (1, 1, 1, 1), (3, 5, 2, 7), (1, 10, 4, 8), (2, 9, 13, 17), (7, 4, 33, 65), (1, 60, 70, 130), (9, 3, 8, 1),
      ]
      for (batch, timesteps, features, units) in sizes {
        for isMasked in [false, true] {
          let plain = PlainLayer(kind, features: features, units: units, isBackwards: isBackwards)
          try plain.compare(batch: batch, timesteps: timesteps, isMasked: isMasked)
        }
      }
    }

    @Test(arguments: Kind.allCases) func functionsOfWholeRowsAreComputedAsInPlainSteps(_ kind: Kind) throws {
      for isMasked in [false, true] {
        var plain = PlainLayer(kind, features: 5, units: 11, isBackwards: isMasked)
        plain.functions = ("softmax", "softmax")
        try plain.compare(batch: 3, timesteps: 6, isMasked: isMasked)
        plain.functions.recurrent = "sigmoid"
        try plain.compare(batch: 3, timesteps: 6, isMasked: isMasked)
      }
    }

    @Test(arguments: Kind.allCases) func aLayerWithoutBiasComputesItsPlainSteps(_ kind: Kind) throws {
      var plain = PlainLayer(kind, features: 3, units: 9, isBackwards: false)
      plain.usesBias = false
      try plain.compare(batch: 2, timesteps: 7, isMasked: true)
    }
  }
}

/// A layer, and the same in plain loops.
private struct PlainLayer {
  typealias Kind = EngineTests.PlainStepTests.Kind

  let kind: Kind
  let features: Int
  let units: Int
  let isBackwards: Bool
  var usesBias = true
  var functions = (activation: "tanh", recurrent: "sigmoid")

  private var className: String { kind == .simpleRNN ? "SimpleRNN" : kind == .lstm ? "LSTM" : "GRU" }
  private var stateCount: Int { kind == .lstm ? 2 : 1 }
  private var columns: Int { units * (kind == .simpleRNN ? 1 : kind == .lstm ? 4 : 3) }
  private var biasRows: Int { kind == .gru ? 2 : 1 }

  init(_ kind: Kind, features: Int, units: Int, isBackwards: Bool) {
    (self.kind, self.features, self.units, self.isBackwards) = (kind, features, units, isBackwards)
  }

  func compare(batch: Int, timesteps: Int, isMasked: Bool) throws {
    let x = values(batch * timesteps * features, seed: 3)
    let mask: [UInt8]? = isMasked ? values(batch * timesteps, seed: 4).map { $0 > -0.3 ? 1 : 0 } : nil
    let states = (0..<stateCount).map { values(batch * units, seed: UInt64(5 + $0)) }
    let expected = run(x, mask: mask, states: states, batch: batch, timesteps: timesteps)
    let got = try outputs(x, mask: mask, states: states, batch: batch, timesteps: timesteps)
    #expect(got.count == expected.count)
    for (got, expected) in zip(got, expected) {
      #expect(got.count == expected.count)
      let error = zip(got, expected).map { abs(Double($0) - $1) }.max() ?? .infinity
      #expect(
        error < 4e-6,
        "\(kind) batch=\(batch) timesteps=\(timesteps) features=\(features) units=\(units) masked=\(isMasked)")
    }
  }

  // MARK: The layer

  private var weights: [[Float]] {
    let scale = 1 / Float(features + units).squareRoot()
    let counts = [features * columns, units * columns] + (usesBias ? [biasRows * columns] : [])
    return counts.enumerated().map { index, count in values(count, seed: UInt64(20 + index)).map { $0 * scale } }
  }

  private func outputs(
    _ x: [Float], mask: [UInt8]?, states: [[Float]], batch: Int, timesteps: Int
  ) throws -> [[Float]] {
    var config: [JSON.Member] = [
      JSON.Member("units", .int(units)), JSON.Member("activation", .string(functions.activation)),
      JSON.Member("use_bias", .bool(usesBias)), JSON.Member("go_backwards", .bool(isBackwards)),
      JSON.Member("return_sequences", true), JSON.Member("return_state", true),
      JSON.Member("input_shape", [nil, .int(features)]),
    ]
    if kind != .simpleRNN { config.append(JSON.Member("recurrent_activation", .string(functions.recurrent))) }
    if className == "GRU" { config.append(JSON.Member("reset_after", .bool(kind == .gru))) }
    let model = try model((className, .object(config)))
    for (index, weight) in weights.enumerated() {
      let shape = model.weights[index].weight.shape
      try weight.withUnsafeBufferPointer { try model.weights.set(index, WeightValue(shape: shape, values: $0)) }
    }
    let initial = states.map { UnsafeMutableBufferPointer<Float>.allocate(capacity: $0.count) }
    defer { initial.forEach { $0.deallocate() } }
    for (buffer, state) in zip(initial, states) { _ = buffer.initialize(from: state) }
    let given = try initial.map { try WeightValue(shape: [batch, units], values: UnsafeBufferPointer($0)) }
    let shape = [batch, timesteps, features]
    guard let mask else { return try model.outputs(x, shape, initialStates: given) }
    return try mask.withUnsafeBufferPointer {
      var options = RunOptions()
      options.mask = (try Dimensions([batch, timesteps]), $0)
      return try model.outputs(x, shape, options, initialStates: given)
    }
  }

  // MARK: Plain loops

  private func step(_ x: [Double], _ states: [[Double]], _ weights: PlainWeights) -> [[Double]] {
    switch kind {
    case .simpleRNN: return [SimpleRNN.plainStep(x, h: states[0], weights)]
    case .lstm:
      let next = LSTM.plainStep(x, h: states[0], c: states[1], weights)
      return [next.h, next.c]
    case .gru, .gruResetBefore: return [GRU.plainStep(x, h: states[0], weights, resetAfter: kind == .gru)]
    }
  }

  /// The output (batch, timesteps, units) and the last states (batch, units). A masked step leaves the states of its
  /// row and repeats the row's output, zeros at first.
  private func run(_ x: [Float], mask: [UInt8]?, states: [[Float]], batch: Int, timesteps: Int) -> [[Double]] {
    let arrays = weights.map { $0.map(Double.init) }
    let weights = PlainWeights(
      kernel: arrays[0], recurrentKernel: arrays[1],
      bias: usesBias ? arrays[2] : [Double](repeating: 0, count: biasRows * columns),
      activation: function(functions.activation), recurrentActivation: function(functions.recurrent))
    var (output, last) = ([Double](), [[Double]](repeating: [], count: stateCount))
    for row in 0..<batch {
      var h = states.map { $0[row * units..<(row + 1) * units].map(Double.init) }
      var shown = [Double](repeating: 0, count: units)
      for step in 0..<timesteps {
        let place = row * timesteps + (isBackwards ? timesteps - 1 - step : step)
        if mask?[place] != 0 {
          h = self.step(x[place * features..<(place + 1) * features].map(Double.init), h, weights)
          shown = h[0]
        }
        output += shown
      }
      for index in 0..<stateCount { last[index] += h[index] }
    }
    return [output] + last
  }

  private func function(_ name: String) -> PlainWeights.Function {
    switch name {
    case "softmax":
      return { row in
        let powers = row.map(exponential)
        return powers.map { $0 / powers.reduce(0, +) }
      }
    case "sigmoid": return { $0.map { 1 / (1 + exponential(-$0)) } }
    default: return { $0.map(hyperbolicTangent) }
    }
  }
}
