import Elman
import Testing

extension EngineTests {
  /// Losses and optimizers beside the values of Keras in `python/expected/training.json`.
  @Suite struct TrainingValueTests {
    private let expected: JSON

    init() throws {
      let folder = #filePath.split(separator: "/").dropLast(2).joined(separator: "/")
      expected = try JSON.parse(try textOfFile("/\(folder)/python/expected/training.json"))
    }

    @Test func lossesAreThoseOfKeras() throws {
      let cases = list(expected["losses"])
      #expect(Set(cases.compactMap { text($0["class_name"]) }).count == 17)
      for content in cases {
        let loss = try Loss(named: text(content["class_name"]) ?? "", config: content["config"] ?? .null)
        let what = "\(text(content["class_name"]) ?? "") \(content["config"]?.text ?? "")"
        let (value, gradient, _) = try evaluate(loss, content)
        expectClose([value], numbers(content["loss"]), what)
        expectClose(gradient, numbers(content["gradient"]), "\(what): gradient")
      }
    }

    /// The gradients of all losses beside finite differences of their values.
    @Test func gradientsOfLossesAreTheirDerivatives() throws {
      for content in list(expected["losses"]) {
        let loss = try Loss(named: text(content["class_name"]) ?? "", config: content["config"] ?? .null)
        let outputs = numbers(content["outputs"])
        let (_, gradient, _) = try evaluate(loss, content)
        for place in outputs.indices where outputs[place] != 0 {
          func value(_ step: Float) throws -> Double {
            var changed = outputs
            changed[place] += step
            // Losses are float32: the samples' own values have more to say than their sum.
            return Double(try evaluate(loss, content, outputs: changed).value)
          }
          let step: Float = 2e-3
          let slope = (try value(step) - value(-step)) / Double(2 * step)
          let error = abs(Double(gradient[place]) - slope)
          #expect(
            error < 2e-3 + 2e-2 * abs(slope), "\(loss.name)[\(place)] = \(gradient[place]), by differences \(slope)")
        }
      }
    }

    @Test func samplesOfTimestepsHaveWeightsAndMasks() throws {
      let loss = try Loss(named: "mse")
      let outputs: [Float] = [1, 2, 3, 4, 5, 6]
      let content: JSON = [
        "shape": [3, 2, 1], "outputs": .array(outputs.map { .double(Double($0)) }), "targets": [0, 0, 0, 0, 0, 0],
        "weights": [1, 2, 0.5],
        "mask": [1, 0, 1, 1, 1, 0],
      ]
      let (value, gradient, values) = try evaluate(loss, content)
      #expect(values == [1, 0, 18, 32, 12.5, 0])
      #expect(value == (1 + 18 + 32 + 12.5) / 4)
      #expect(gradient == [0.5, 0, 3, 4, 1.25, 0])
    }

    @Test func nothingThatCountsIsZero() throws {
      for reduction in Loss.Reduction.allCases {
        let loss = try Loss(named: "MeanSquaredError", config: ["reduction": .string(reduction.rawValue)])
        let content: JSON = ["shape": [1, 2], "outputs": [1, 2], "targets": [3, 4], "mask": [0]]
        let (value, gradient, _) = try evaluate(loss, content)
        #expect(value == 0 && gradient == [0, 0])
      }
    }

    @Test func wrongLossesAreNamed() throws {
      #expect(
        error { _ = try Loss(named: "mean_squared_eror") }?.message.contains("Did you mean 'mean_squared_error'?")
          == true)
      let sparse = try Loss(named: "sparse_categorical_crossentropy")
      let content: JSON = ["shape": [2, 3], "outputs": [0.2, 0.3, 0.5, 0.1, 0.1, 0.8], "targets": [1, 3]]
      let message = error { _ = try evaluate(sparse, content) }?.message ?? ""
      #expect(message.contains("label value of 3.0") && message.contains("[0, 3)") && message.contains("sample 1"))
      let few: JSON = ["shape": [2, 3], "outputs": [0.2, 0.3, 0.5, 0.1, 0.1, 0.8], "targets": [1]]
      #expect(error { _ = try evaluate(sparse, few) }?.message.contains("expects 2 targets") == true)
      #expect(
        error { _ = try Loss(named: "mse", config: ["reduction": "average"]) }?.message.contains("`reduction`") == true)
    }

    // MARK: Optimizers

    @Test func optimizersAreThoseOfKeras() throws {
      let cases = list(expected["optimizers"])
      #expect(Set(cases.compactMap { text($0["class_name"]) }).count == 11)
      for content in cases {
        let config = content["config"] ?? .null
        let optimizer = try Optimizer(named: text(content["class_name"]) ?? "", config: config)
        let variables = try list(expected["starts"]).map { try FloatBuffer(numbers($0)) }
        try optimizer.build(list(expected["shapes"]).map { numbers($0).map { Int($0) } })
        for (index, step) in list(content["steps"]).enumerated() {
          let gradients = try list(list(expected["gradients"])[index]).map { try FloatBuffer(numbers($0)) }
          let pairs = zip(variables, gradients).map { TrainedVariable(values: $0.base, gradient: $1.base) }
          try withExtendedLifetime((variables, gradients)) {
            try pairs.withUnsafeBufferPointer { try optimizer.apply($0) }
          }
          for (variable, expected) in zip(variables, list(step)) {
            let what = "\(optimizer.className) \(config.text), step \(index)"
            expectClose(Array(variable.values), numbers(expected), what, tolerance: 2e-6)
          }
        }
        #expect(optimizer.iterations == 5)
      }
    }

    @Test func argumentsAreReadAndWritten() throws {
      let adam = try Optimizer(named: "adam", config: ["learning_rate": 0.01, "clipnorm": 1.0])
      #expect(adam.learningRate == 0.01 && adam.arguments["clipnorm"] == 1.0 && adam.arguments["beta_2"] == 0.999)
      #expect(try Optimizer(named: "SGD", config: adam.config(of: ["learning_rate"])).learningRate == 0.01)
      #expect(Optimizer.arguments(of: "AdamW")?.map(\.name).prefix(3) == ["learning_rate", "weight_decay", "beta_1"])
      #expect(error { _ = try Optimizer(named: "Adamm") }?.message.contains("Did you mean 'Adam'?") == true)
      #expect(
        error { _ = try Optimizer(named: "Adam", config: ["clipnorm": 1, "clipvalue": 1]) }?.message.contains(
          "Only one of") == true)
      #expect(error { _ = try Optimizer(named: "Adam", config: ["beta_3": 1]) } != nil)
      #expect(
        error { try [TrainedVariable]().withUnsafeBufferPointer { try built().apply($0) } }?.message.contains(
          "1 variables") == true)
    }

    private func built() throws -> Optimizer {
      let optimizer = try Optimizer(named: "SGD")
      try optimizer.build([[2]])
      return optimizer
    }

    // MARK: Values

    private func list(_ value: JSON?) -> [JSON] {
      if case .array(let list)? = value { return list }
      return []
    }

    private func text(_ value: JSON?) -> String? {
      if case .string(let text)? = value { return text }
      return nil
    }

    private func numbers(_ value: JSON?) -> [Float] {
      switch value {
      case .int(let number)?: [Float(number)]
      case .double(let number)?: [Float(number)]
      case .array(let list)?: list.flatMap { numbers($0) }
      default: []
      }
    }

    private func evaluate(
      _ loss: Loss, _ content: JSON, outputs: [Float]? = nil
    ) throws -> (value: Float, gradient: [Float], values: [Float]) {
      let outputs = outputs ?? numbers(content["outputs"])
      let (targets, weights, mask) = (
        numbers(content["targets"]), numbers(content["weights"]), numbers(content["mask"]).map { UInt8($0) }
      )
      let shape = numbers(content["shape"]).map { Int($0) }
      var gradient = [Float](repeating: .nan, count: outputs.count)
      var values = [Float](repeating: .nan, count: shape.dropLast().reduce(1, *))
      let value = try outputs.withUnsafeBufferPointer { outputs in
        try targets.withUnsafeBufferPointer { targets in
          try weights.withUnsafeBufferPointer { weights in
            try mask.withUnsafeBufferPointer { mask in
              try gradient.withUnsafeMutableBufferPointer { gradient in
                try values.withUnsafeMutableBufferPointer { values in
                  try loss(
                    Loss.Batch(
                      outputs: outputs, shape: shape, targets: targets, weights: weights.isEmpty ? nil : weights,
                      mask: mask.isEmpty ? nil : mask), gradient: gradient, values: values)
                }
              }
            }
          }
        }
      }
      return (value, gradient, values)
    }

    private func expectClose(_ got: [Float], _ expected: [Float], _ what: String, tolerance: Float = 1e-5) {
      #expect(got.count == expected.count, "\(what)")
      for (index, (got, expected)) in zip(got, expected).enumerated() {
        #expect(abs(got - expected) <= tolerance * (1 + abs(expected)), "\(what)[\(index)] = \(got), not \(expected)")
      }
    }
  }
}

extension Optimizer {
  /// Some of the arguments.
  fileprivate func config(of keys: [String]) -> JSON {
    .object(keys.compactMap { key in arguments[key].map { JSON.Member(key, $0) } })
  }
}
