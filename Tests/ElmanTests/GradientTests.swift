import Elman
import Testing

extension EngineTests {
  /// Gradients of layers beside finite differences.
  @Suite struct GradientTests {
    private func check(
      _ shape: [Int], _ layers: (String, JSON)..., input: [Float]? = nil,
      change: (inout GradientCheck) -> Void = { _ in }
    ) throws {
      let model = Sequential(name: "model")
      for (className, config) in layers { try model.add(layer(className, config)) }
      try model.build(for: Shape([nil] + shape.dropFirst().map { $0 }))
      for (index, weight) in model.weights.enumerated() {
        let values = values(weight.weight.count, seed: UInt64(40 + index)).map { $0 * 0.6 }
        try values.withUnsafeBufferPointer {
          try model.weights.set(index, WeightValue(shape: weight.weight.shape, values: $0))
        }
      }
      var check = GradientCheck(model, shape: shape, input: input)
      change(&check)
      try check.run("\(layers.map { "\($0.0) \($0.1.text)" })")
    }

    @Test(arguments: ["linear", "tanh", "sigmoid", "relu", "softmax", "log_softmax", "silu", "softplus", "elu"])
    func dense(_ activation: String) throws {
      for (shape, units) in [([3, 5], 4), ([2, 3, 17], 33), ([4, 1], 1)] {
        try check(shape, ("Dense", ["units": .int(units), "activation": .string(activation)])) {
          // A difference across a kink of relu is no derivative.
          if activation == "relu" { ($0.step, $0.tolerance) = (1e-3, 2e-2) }
        }
      }
      try check([2, 3], ("Dense", ["units": 4, "use_bias": false]))
    }

    @Test func embedding() throws {
      try check([2, 4], ("Embedding", ["input_dim": 5, "output_dim": 3]), input: [0, 4, 4, 2, 4, 1, 0, 4]) {
        $0.checksInput = false
      }
    }

    @Test func activations() throws {
      for name in ["tanh", "gelu", "mish", "softmax", "log_softmax", "softsign"] {
        try check([2, 3, 5], ("Dense", ["units": 5]), ("Activation", ["activation": .string(name)]))
      }
      try check([2, 3, 5], ("Dense", ["units": 5]), ("Softmax", ["axis": 1]))
      try check([2, 3, 5], ("Dense", ["units": 5]), ("Softmax", ["axis": [1, 2]]))
    }

    @Test func shapes() throws {
      try check([2, 3, 4], ("Dense", ["units": 5]), ("Flatten", [:]), ("Dense", ["units": 2]))
      try check([2, 3, 4], ("Permute", ["dims": [2, 1]]), ("Dense", ["units": 2]))
      try check([2, 3, 4, 2], ("Flatten", ["data_format": "channels_first"]), ("Dense", ["units": 2]))
      try check([2, 6], ("Reshape", ["target_shape": [3, 2]]), ("Dense", ["units": 2]))
      try check([2, 6], ("Dense", ["units": 3]), ("RepeatVector", ["n": 4]))
    }

    @Test func layerNormalization() throws {
      try check([3, 2, 5], ("Dense", ["units": 6]), ("LayerNormalization", [:]))
      try check([3, 4, 5], ("LayerNormalization", ["axis": 1]))
      try check([3, 4, 5], ("LayerNormalization", ["axis": [1, 2], "scale": false]))
    }

    @Test func masking() throws {
      let input = values(12, seed: 5).enumerated().map { (3..<6).contains($0.offset) ? 2 : $0.element }
      let masking: (String, JSON) = ("Masking", ["mask_value": 2])
      try check(
        [2, 2, 3], masking, ("LSTM", ["units": 4, "return_sequences": true]), ("Dense", ["units": 2]), input: input
      ) {
        // A masked place is no longer one when it moves.
        $0.checksInput = false
      }
    }

    /// An array that two layers read, and a layer that is called twice.
    @Test func gradientsOfSeveralReadersAreAdded() throws {
      let (first, second) = (try layer("Dense", ["units": 4, "activation": "tanh"]), try layer("Dense", ["units": 4]))
      let made = try LayerRegistry.make(className: "InputLayer", config: ["batch_shape": [nil, 4]])
      let input = SymbolicTensor(try #require(made as? InputLayer))
      let hidden = try first.call(CallArguments([input]))
      let again = try second.call(CallArguments(second.call(CallArguments(hidden))))
      let model = try Functional(inputs: [input], outputs: again + hidden + hidden)
      try GradientCheck(model, shape: [3, 4]).run("graph")
    }

    @Test func merging() throws {
      let merges: [(String, JSON)] = [
        ("Add", [:]), ("Subtract", [:]), ("Multiply", [:]), ("Average", [:]), ("Maximum", [:]), ("Minimum", [:]),
        ("Concatenate", [:]), ("Concatenate", ["axis": 1]),
      ]
      for (className, config) in merges {
        let made = try LayerRegistry.make(className: "InputLayer", config: ["batch_shape": [nil, 3, 4]])
        let input = SymbolicTensor(try #require(made as? InputLayer))
        let branches = try (0..<2).map { _ in
          try layer("Dense", ["units": 4, "activation": "tanh"]).call(CallArguments([input]))[0]
        }
        let merged = try layer(className, config).call(CallArguments(branches))
        // Maximum and Minimum meet the first branch again: where both are it, only one gets the gradient.
        let isChoice = className == "Maximum" || className == "Minimum"
        let others = merged + (isChoice ? [branches[0]] : [input, branches[0]])
        let again = className == "Subtract" ? merged : try layer(className, config).call(CallArguments(others))
        let model = try Functional(inputs: [input], outputs: again)
        for (index, weight) in model.weights.enumerated() {
          // The branches' elements are so far apart that no difference changes which is the largest.
          let signs: [Float] = index == 1 ? [1, -1, 1, -1] : [-1, 1, -1, 1]
          let values = index % 2 == 0 ? values(16, seed: UInt64(index)).map { $0 * 0.2 } : signs.map { $0 * 0.8 }
          try values.withUnsafeBufferPointer {
            try model.weights.set(index, WeightValue(shape: weight.weight.shape, values: $0))
          }
        }
        let check = GradientCheck(model, shape: [2, 3, 4])
        try check.run("\(className) \(config.text)")
      }
      // An input of one place along an axis gets the sum over it.
      let made = try LayerRegistry.make(className: "InputLayer", config: ["batch_shape": [nil, 3, 4]])
      let input = SymbolicTensor(try #require(made as? InputLayer))
      let last = try layer("LSTM", ["units": 4]).call(CallArguments([input]))
      let one = try layer("Reshape", ["target_shape": [1, 4]]).call(CallArguments(last))
      for className in ["Add", "Multiply"] {
        let product = try layer(className).call(CallArguments([input] + one))
        try GradientCheck(Functional(inputs: [input], outputs: product), shape: [2, 3, 4]).run("broadcast \(className)")
      }
    }

    @Test func globalPooling() throws {
      let dense: (String, JSON) = ("Dense", ["units": 3])
      for className in ["GlobalAveragePooling1D", "GlobalMaxPooling1D"] {
        try check([2, 4, 3], dense, (className, [:]))
        try check([2, 3, 4], (className, ["data_format": "channels_first"]))
      }
      try check([2, 4, 3], dense, ("GlobalAveragePooling1D", [:])) { $0.mask = ([2, 4], [1, 0, 1, 1, 0, 0, 0, 0]) }
      try check([2, 3, 2, 3], ("GlobalAveragePooling2D", [:]))
    }

    @Test func timeDistributed() throws {
      try check([2, 3, 4], ("TimeDistributed", ["layer": wrapped("Dense", ["units": 5, "activation": "tanh"])]))
    }

    // MARK: Recurrent layers

    enum Cell: String, CaseIterable { case simpleRNN = "SimpleRNN", lstm = "LSTM", gru = "GRU", gruResetBefore }

    private func config(_ cell: Cell, _ members: [JSON.Member]) -> (String, JSON) {
      let form = cell == .gruResetBefore ? [JSON.Member("reset_after", false)] : []
      return (cell == .gruResetBefore ? "GRU" : cell.rawValue, .object(form + members))
    }

    @Test(arguments: Cell.allCases) func recurrentLayers(_ cell: Cell) throws {
      for (shape, units) in [([2, 3, 4], 5), ([1, 1, 1], 1), ([3, 6, 2], 17), ([2, 4, 3], 9)] {
        for (sequences, backwards) in [(false, false), (true, true), (true, false), (false, true)] {
          let members = [
            JSON.Member("units", .int(units)), JSON.Member("return_sequences", .bool(sequences)),
            JSON.Member("go_backwards", .bool(backwards)),
          ]
          try check(shape, config(cell, members))
        }
      }
    }

    @Test(arguments: Cell.allCases) func statesAndNoBias(_ cell: Cell) throws {
      try check(
        [2, 3, 4],
        config(cell, [JSON.Member("units", 5), JSON.Member("return_state", true), JSON.Member("use_bias", false)]))
    }

    @Test(arguments: Cell.allCases) func otherFunctions(_ cell: Cell) throws {
      let gates = cell == .simpleRNN ? [] : [JSON.Member("recurrent_activation", "softsign")]
      try check([2, 3, 4], config(cell, [JSON.Member("units", 5), JSON.Member("activation", "gelu")] + gates))
    }

    @Test(arguments: Cell.allCases) func maskedSteps(_ cell: Cell) throws {
      let mask: [UInt8] = [1, 0, 1, 1, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0]
      for (sequences, zeros) in [(true, false), (true, true), (false, false)] {
        let members = [
          JSON.Member("units", 6), JSON.Member("return_sequences", .bool(sequences)),
          JSON.Member("zero_output_for_mask", .bool(zeros)), JSON.Member("return_state", true),
        ]
        try check([3, 5, 2], config(cell, members)) { $0.mask = ([3, 5], mask) }
      }
    }

    @Test func deepModels() throws {
      try check(
        [3, 4, 2], ("LSTM", ["units": 4, "return_sequences": true]),
        ("SimpleRNN", ["units": 3, "return_sequences": true]),
        ("GRU", ["units": 5]), ("Dense", ["units": 2, "activation": "softmax"]))
    }

    @Test(arguments: Cell.allCases) func bidirectional(_ cell: Cell) throws {
      let mask: [UInt8] = [1, 0, 1, 1, 1, 1, 0, 0]
      for sequences in [false, true] {
        for mode: JSON in ["concat", "sum", "ave", "mul", nil] {
          let members = [JSON.Member("units", 3), JSON.Member("return_sequences", .bool(sequences))]
          let inner = config(cell, members)
          let config: JSON = ["layer": wrapped(inner.0, inner.1), "merge_mode": mode]
          try check([2, 4, 3], ("Bidirectional", config))
          if sequences { try check([2, 4, 3], ("Bidirectional", config)) { $0.mask = ([2, 4], mask) } }
        }
      }
      let states = config(cell, [JSON.Member("units", 3), JSON.Member("return_state", true)])
      try check([2, 4, 3], ("Bidirectional", ["layer": wrapped(states.0, states.1)]))
    }

    @Test func threadsChangeNoBits() throws {
      let model = try model(
        ("LSTM", ["units": 96, "return_sequences": true, "input_shape": [nil, 64]]), ("GRU", ["units": 96]),
        ("Dense", ["units": 70]))
      let check = GradientCheck(model, shape: [16, 12, 64])
      defer { try? Threads.setCount(0) }
      try Threads.setCount(1)
      let alone = try check.gradients()
      for threads in [2, 3] {
        try Threads.setCount(threads)
        let shared = try check.gradients()
        #expect(shared.weights == alone.weights && shared.input == alone.input, "\(threads) threads")
      }
    }

    @Test func aTapeRunsAgainInItsMemory() throws {
      let model = try model(
        ("LSTM", ["units": 5, "return_sequences": true, "input_shape": [nil, 3]]), ("Dense", ["units": 2]))
      let (first, second) = (values(24, seed: 1), values(24, seed: 2))
      let fresh = try GradientCheck(model, shape: [2, 4, 3], input: second).gradients()
      let tape = try first.withUnsafeBufferPointer { try model.record($0, shape: [2, 4, 3]) }
      let factors = values(16, seed: 700)
      for input in [first, second] {
        try input.withUnsafeBufferPointer { try tape.run($0) }
        let gradients = try factors.withUnsafeBufferPointer { try tape.gradients([$0]) }
        if input == second { #expect(gradients.weights.map { Array($0.values) } == fresh.weights) }
      }
    }

    @Test func layersThatAreNotTrainedGetNone() throws {
      let model = try model(("Dense", ["units": 3, "trainable": false]), ("Dense", ["units": 2]))
      try model.build(for: [nil, 4])
      #expect(try GradientCheck(model, shape: [2, 4]).gradients().weights.map(\.count) == [6, 2])
    }

    @Test func errorsNameWhatWasGiven() throws {
      let model = try model(("Dense", ["units": 3, "input_shape": [4]]))
      let tape = try values(8).withUnsafeBufferPointer { try model.record($0, shape: [2, 4]) }
      #expect(error { _ = try tape.gradients([]) }?.message.contains("1 outputs") == true)
      let short = values(5)
      short.withUnsafeBufferPointer { short in
        #expect(error { _ = try tape.gradients([short]) }?.message.contains("5 floats") == true)
      }
    }
  }
}
