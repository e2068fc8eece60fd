import Elman
import Testing

extension EngineTests {
  @Suite struct ErrorTests {
    @Test func configsThatAreNot() {
      let cases: [(String, JSON, ElmanError.Code, String)] = [
        ("SimpleRN", ["units": 3], .notFound, "Did you mean 'SimpleRNN'?"),
        ("SimpleRNN", [:], .wrongType, "'units'"),
        ("SimpleRNN", ["units": 0], .invalidArgument, "units=0"),
        ("SimpleRNN", ["units": -3], .invalidArgument, "expected a positive integer"),
        ("SimpleRNN", ["units": 3.5], .wrongType, "an integer"),
        ("SimpleRNN", ["units": "3"], .wrongType, "\"3\""),
        ("SimpleRNN", ["units": 4_000_000_000], .invalidArgument, "at most"),
        ("SimpleRNN", ["units": 3, "return_sequence": true], .wrongType, "Did you mean 'return_sequences'?"),
        (
          "SimpleRNN", ["units": 3, "activation": "tnah"], .invalidArgument,
          "Did you mean 'tanh'? The activations are linear, "
        ),
        (
          "SimpleRNN", ["units": 3, "kernel_initializer": "glorot"], .invalidArgument,
          "Unknown initializer: 'glorot'. The initializers are zeros, ones, "
        ),
        ("SimpleRNN", ["units": 3, "dropout": 1.5], .invalidArgument, "between 0 and 1"),
        ("SimpleRNN", ["units": 3, "time_major": true], .unsupported, "time_major"),
        ("SimpleRNN", ["units": 3, "dtype": "float64"], .unsupported, "float32"),
        ("SimpleRNN", ["units": 3, "input_shape": [2, 0]], .invalidArgument, "positive or null"),
        ("SimpleRNN", ["units": 3, "input_shape": [1, 1, 1, 1, 1, 1, 1, 1, 1]], .invalidArgument, "at most 8"),
        ("Bidirectional", ["layer": wrapped("Dense", ["units": 3])], .invalidArgument, "recurrent"),
        (
          "Bidirectional", ["layer": wrapped("SimpleRNN", ["units": 3]), "merge_mode": "add"], .invalidArgument,
          "Invalid merge mode"
        ),
        ("Bidirectional", [:], .wrongType, "'layer'"),
        ("Dense", ["units": true], .wrongType, "an integer"),
        ("Activation", [:], .wrongType, "'activation'"),
        ("Dropout", ["rate": -1], .invalidArgument, "between 0 and 1"),
        ("InputLayer", [:], .invalidArgument, "shape"),
      ]
      for (className, config, code, text) in cases {
        let error = error { _ = try layer(className, config) }
        #expect(error?.code == code, "\(className) \(config.text): \(error?.message ?? "no error")")
        #expect(error?.message.contains(text) == true, "\(error?.message ?? "")")
      }
    }

    @Test func inputsThatDoNotFit() throws {
      let model = try model(("SimpleRNN", ["units": 3, "input_shape": [2, 4]]))
      for shape in [[1, 3, 4], [1, 2, 5], [1, 4], [], [1, 2, 4, 1]] {
        let error = error { _ = try model.output(values(64), shape) }
        #expect(error?.code == .shapeMismatch, "\(shape)")
      }
      #expect(error { _ = try model.runShapes(for: [Int.max / 2, 2, 4]) }?.code == .outOfMemory)
      #expect(try model.output([], [0, 2, 4]).isEmpty)
      let unbuilt = try unbuiltModel()
      #expect(error { _ = try unbuilt.summary() }?.code == .notBuilt)
      #expect(error { _ = try unbuilt.output([], [2, 0, 4]) }?.message.contains("at least one timestep") == true)
      #expect(try unbuilt.output(values(16), [2, 2, 4]).count == 6)
      #expect(try unbuilt.output(values(60), [3, 5, 4]).count == 9)
      #expect(try unbuilt.outputShapes() == [[nil, 3]])
    }

    private func unbuiltModel() throws -> Sequential { try model(("SimpleRNN", ["units": 3])) }

    @Test func weightsThatDoNotFitLeaveTheOldOnes() throws {
      let model = try model(("SimpleRNN", ["units": 3, "input_shape": [2, 4]]))
      let before = try model.weights.map { Array(try $0.weight.values.values) }
      let arrays = [values(12), values(9), values(4)]
      func value(_ index: Int, _ shape: [Int]) throws -> WeightValue {
        try WeightValue(
          shape: shape,
          values: UnsafeBufferPointer(start: FixedArrays.pointer(arrays[index]), count: arrays[index].count))
      }
      #expect(error { try model.setWeights([value(0, [4, 3])]) }?.message.contains("length 1") == true)
      #expect(
        error { try model.setWeights([value(0, [4, 3]), value(1, [3, 3]), value(2, [4])]) }?.code == .shapeMismatch)
      #expect(try model.weights.map { Array(try $0.weight.values.values) } == before)
    }

    @Test func sizesBeyondMemory() throws {
      #expect(
        error { _ = try model(("SimpleRNN", ["units": 2_000_000_000, "input_shape": [2, 4]])) }?.code == .outOfMemory)
      #expect(
        error { _ = try model(("Dense", ["units": 2_000_000_000, "input_shape": [2_000_000_000]])) }?.code
          == .outOfMemory)
    }

    @Test func modelsThatDoNotFitTogether() throws {
      #expect(
        error { _ = try model(("Dense", ["units": 1, "name": "a"]), ("Dense", ["units": 1, "name": "a"])) }?.code
          == .invalidArgument)
      let states: JSON = ["units": 2, "return_state": true, "input_shape": [2, 2]]
      #expect(
        error { _ = try model(("SimpleRNN", states), ("Dense", ["units": 1])) }?.message.contains("single output")
          == true)
      #expect(
        error { _ = try model(("SimpleRNN", ["units": 2, "input_shape": [2, 2]]), ("SimpleRNN", ["units": 2])) }?
          .message.contains("ndim=3")
          == true)
      #expect(
        error { _ = try model(("SimpleRNN", ["units": 2, "stateful": true, "input_shape": [2, 2]])) }?.message.contains(
          "stateful") == true)
      #expect(error { try Sequential(name: "m").pop() }?.code == .invalidArgument)
    }
  }
}

/// Arrays that live as long as the process, for pointers in tests.
private enum FixedArrays {
  static func pointer(_ values: [Float]) -> UnsafePointer<Float> {
    let memory = UnsafeMutablePointer<Float>.allocate(capacity: values.count)
    memory.initialize(from: values, count: values.count)
    return UnsafePointer(memory)
  }
}
