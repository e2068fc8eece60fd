import Elman
import Testing

extension EngineTests {
  @Suite struct ConfigTests {
    private static func whole(_ layers: JSON, _ beside: (String, JSON)...) -> JSON {
      var members = [JSON.Member("class_name", "Sequential"), JSON.Member("config", ["layers": layers])]
      members += beside.map { JSON.Member($0.0, $0.1) }
      return .object(members)
    }

    private static let activation: JSON = [wrapped("Activation", ["activation": "hard_sigmoid"])]

    private func activation(_ config: JSON) throws -> JSON? {
      try Sequential(config: config).layers[0].config()["activation"]
    }

    @Test func hardSigmoidIsThatOfTheKerasThatWroteIt() throws {
      let old: JSON = "hard_sigmoid_keras2"
      let new: JSON = "hard_sigmoid"
      let cases: [(JSON, JSON)] = [
        (Self.whole(Self.activation, ("keras_version", "1.2.0")), old),
        (Self.whole(Self.activation, ("keras_version", "2.2.4-tf")), old),
        (Self.whole(Self.activation, ("backend", "theano")), old), (Self.whole(Self.activation), new),
        (Self.whole(Self.activation, ("keras_version", "3.0.1"), ("backend", "tensorflow")), new),
        (["layers": Self.activation], new),
        (Self.activation, old), (["class_name": "Sequential", "config": Self.activation], old),
      ]
      for (config, expected) in cases { #expect(try activation(config) == expected, "\(config.text)") }
      let model = try Sequential(config: cases[0].0)
      #expect(abs(try model.output([1], [1, 1])[0] - 0.7) < 1e-6)
      #expect(abs(try Sequential(config: cases[3].0).output([1], [1, 1])[0] - 4.0 / 6) < 1e-6)
    }

    @Test func versionsReachTheLayersInside() throws {
      let cell = wrapped("LSTMCell", ["units": 1])
      let layers: [JSON] = [
        wrapped("Bidirectional", ["layer": wrapped("GRU", ["units": 1])]),
        wrapped("TimeDistributed", ["layer": wrapped("Dense", ["units": 1, "activation": "hard_sigmoid"])]),
        wrapped("RNN", ["cell": cell]), wrapped("RNN", ["cell": [cell, cell]]),
        wrapped("Dense", ["units": 1, "activation": wrapped("Activation", ["activation": "hard_sigmoid"])]),
      ]
      for layer in layers {
        let old = try Sequential(config: Self.whole([layer], ("keras_version", "2.3.1"))).config().text
        #expect(old.contains("\"hard_sigmoid_keras2\""), "\(old)")
        #expect(!old.contains("\"hard_sigmoid\""), "\(old)")
        let new = try Sequential(config: Self.whole([layer], ("keras_version", "3.3.3"))).config().text
        #expect(!new.contains("keras2"), "\(new)")
      }
    }

    @Test func jsonSaysWhichKerasReadsIt() throws {
      func json(_ names: String...) throws -> JSON {
        let model = Sequential()
        for name in names {
          try model.add(layer("Dense", ["units": 1, "activation": .string(name), "input_shape": [2]]))
        }
        let json = model.json()
        let again = try Sequential(config: json)
        #expect(again.layers.map { $0.config()["activation"] } == names.map(JSON.string))
        #expect(again.json() == json)
        return json
      }
      let old = try json("hard_sigmoid_keras2", "tanh")
      #expect(old["keras_version"] == "2.15.0" && old["backend"] == "tensorflow" && old["module"] == nil)
      let new = try json("hard_sigmoid", "tanh")
      #expect(new["keras_version"] == nil && new["module"] == "keras" && new.text.contains("DTypePolicy"))
      for other in [try json("tanh"), try json("hard_sigmoid", "hard_sigmoid_keras2")] {
        #expect(other["keras_version"] == nil && other["module"] == "keras" && !other.text.contains("DTypePolicy"))
      }
    }

    @Test func modelsThatAreNone() {
      let cases: [(JSON, ElmanError.Code, String)] = [
        ([:], .wrongType, "'layers'"), (3, .wrongType, "object"), (["layers": 3], .wrongType, "an integer"),
        (["layers": [3]], .wrongType, "class_name"), (["class_name": "Functional"], .unsupported, "Functional"),
        (Self.whole([], ("keras_version", "x")), .invalidArgument, "keras_version=x"),
        (Self.whole([], ("keras_version", 2)), .invalidArgument, "keras_version=2"),
        (["layers": [], "layer": []], .wrongType, "layers"),
      ]
      for (config, code, text) in cases {
        let error = error { _ = try Sequential(config: config) }
        #expect(error?.code == code, "\(config.text): \(error?.message ?? "no error")")
        #expect(error?.message.contains(text) == true, "\(error?.message ?? "")")
      }
    }

    @Test func activationsOfArrays() throws {
      func result(_ activation: JSON, _ x: [Float], _ shape: [Int], count: Int? = nil) throws -> [Float] {
        var y = [Float](repeating: .nan, count: count ?? x.count)
        let function = try Activation(activation)
        try y.withUnsafeMutableBufferPointer { y in try function.apply(x, shape: Dimensions(shape), into: y) }
        return y
      }
      #expect(try result("relu", [-1, 2], [2]) == [0, 2])
      #expect(try result("relu", [3], []) == [3])
      #expect(try result(wrapped("relu", ["threshold": 1]), [1, 1.5, .infinity], [3]) == [0, 1.5, .infinity])
      #expect(try result(wrapped("softmax", ["axis": 0]), [1, 5, 1, 5], [2, 2]) == [0.5, 0.5, 0.5, 0.5])
      #expect(try result(wrapped("softmax", ["axis": [0, 2]]), [1, 5, 1, 5], [2, 2, 1]) == [0.5, 0.5, 0.5, 0.5])
      #expect(try result(wrapped("glu", ["axis": 0]), [1, 2, 0, 0], [2, 2], count: 2) == [0.5, 1])
      #expect(error { _ = try result("relu", [1, 2], [2], count: 1) }?.code == .bufferTooSmall)
      #expect(error { _ = try result("softmax", [1], []) }?.code == .invalidArgument)
      #expect(error { _ = try result("glu", [1, 2, 3], [3]) }?.message.contains("divisible by 2") == true)
      #expect(
        error { _ = try result(wrapped("glu", ["axis": [0, 1]]), [1, 2, 3, 4], [2, 2]) }?.message.contains("one axis")
          == true)
    }

    @Test func constantsAreBroadcast() throws {
      let cases: [(JSON, [Float])] = [
        ([1, 2, 3], [1, 2, 3, 1, 2, 3]), ([[1], [2]], [1, 1, 1, 2, 2, 2]), ([1, 2, 3, 4, 5, 6], [1, 2, 3, 4, 5, 6]),
        ([[7]], [7, 7, 7, 7, 7, 7]), ([[1, 2, 3], [4, 5, 6]], [1, 2, 3, 4, 5, 6]),
      ]
      for (value, expected) in cases {
        for initializer in [value, wrapped("Constant", ["value": value])] {
          let dense = try layer("Dense", ["units": 3, "kernel_initializer": initializer, "input_shape": [2]])
          try dense.build(for: [nil, 2])
          #expect(try Array(dense.weights[0].weight.values.values) == expected, "\(initializer.text)")
        }
      }
      let dense = try layer("Dense", ["units": 3, "kernel_initializer": [1, 2]])
      #expect(error { try dense.build(for: [nil, 2]) }?.code == .shapeMismatch)
    }
  }
}
