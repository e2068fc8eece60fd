import Elman
import Testing

/// A new input of a graph.
private func input(_ shape: [Int?], _ name: String? = nil) throws -> SymbolicTensor {
  let sizes = JSON.array(shape.map { $0.map(JSON.int) ?? .null })
  let config: JSON = ["batch_shape": sizes, "name": name.map(JSON.string) ?? .null]
  return SymbolicTensor(try #require(layer("InputLayer", config) as? InputLayer))
}

private func call(_ layer: Layer, _ inputs: SymbolicTensor...) throws -> SymbolicTensor {
  try layer.call(CallArguments(inputs))[0]
}

extension Stream {
  /// What the stream gives for some timesteps of inputs, each (timesteps, features), one row.
  fileprivate func outputs(_ inputs: [[Float]], steps: Int, in blocks: Int) throws -> [Float] {
    var results: [Float] = []
    let size = outputShapes.map { $0.reduce(1, *) }.reduce(0, +)
    for block in 0..<steps / blocks {
      var given: [Float] = []
      for one in inputs {
        let width = one.count / steps
        given += one[block * blocks * width..<(block + 1) * blocks * width]
      }
      var result = [Float](repeating: 0, count: size * blocks)
      if blocks == 1 {
        try given.withUnsafeBufferPointer { given in
          try result.withUnsafeMutableBufferPointer { try step(given, into: $0) }
        }
      } else {
        try result.withUnsafeMutableBufferPointer { try run(given, steps: blocks, into: #require($0.baseAddress)) }
      }
      results += result
    }
    return results
  }
}

extension EngineTests {
  @Suite struct GraphTests {
    @Test(arguments: ["SimpleRNN", "LSTM", "GRU"]) func aChainGivesTheBitsOfTheSequential(_ kind: String) throws {
      let sequential = try model(
        (kind, ["units": 7, "return_sequences": true, "input_shape": [5, 3]]), ("Dropout", ["rate": 0.5]),
        (kind, ["units": 4]), ("Dense", ["units": 2]))
      let x = try input([nil, 5, 3])
      var y = x
      for layer in sequential.layers { y = try call(layer, y) }
      let graph = try Functional(inputs: [x], outputs: [y])
      for batch in [1, 3, 33] {
        let given = Given([batch, 5, 3], seed: UInt64(batch))
        #expect(try graph.outputs([given])[0] == sequential.output(given.values, given.shape))
      }
    }

    @Test func outputsMayRepeatAndBeInputs() throws {
      let x = try input([nil, 3])
      let y = try call(layer("Dense", ["units": 2]), x)
      let z = try call(layer("Reshape", ["target_shape": [2, 1]]), y)
      let graph = try Functional(inputs: [x], outputs: [x, y, y, z, x])
      let given = Given([4, 3], seed: 1)
      let outputs = try graph.outputs([given])
      #expect(outputs[0] == given.values && outputs[4] == given.values)
      #expect(outputs[1] == outputs[2] && outputs[1] == outputs[3] && outputs[1].count == 8)
    }

    @Test func anUnusedInputIsAllowedAndAMissingOneIsNot() throws {
      let (x, unused) = (try input([nil, 3]), try input([nil, 2]))
      let y = try call(layer("Dense", ["units": 2]), x)
      let graph = try Functional(inputs: [x, unused], outputs: [y])
      #expect(graph.layers.count == 3)
      #expect(try graph.outputs([Given([1, 3], seed: 1), Given([1, 2], seed: 2)]).count == 1)
      let failure = error { _ = try Functional(inputs: [unused], outputs: [y]) }
      #expect(failure?.code == .invalidArgument && failure?.message.contains("Graph disconnected") == true)
      #expect(error { _ = try Functional(inputs: [x, x], outputs: [y]) }?.code == .invalidArgument)
    }

    @Test func areasAreReusedAndValuesAreKeptWhileTheyAreRead() throws {
      // The first Dense is read again at the end, past many others.
      let x = try input([nil, 3])
      let first = try call(layer("Dense", ["units": 4]), x)
      var last = first
      for _ in 0..<20 { last = try call(layer("Dense", ["units": 4, "activation": "tanh"]), last) }
      let sum = try call(layer("Add"), first, last)
      let whole = try Functional(inputs: [x], outputs: [sum])
      let parts = try Functional(inputs: [x], outputs: [first, last])
      let given = Given([5, 3], seed: 3)
      let outputs = try parts.outputs([given])
      #expect(try whole.outputs([given])[0] == zip(outputs[0], outputs[1]).map { $0 + $1 })
      // Three areas serve 21 arrays.
      let bytes = try [Int64(5), 3].withUnsafeBufferPointer { try whole.workspaceBytes(for: InputKey($0)) }
      #expect(bytes < 10 * 5 * 4 * 16)
    }

    @Test func modelsInModelsGiveWhatTheirLayersGive() throws {
      let inner = try model(("Dense", ["units": 4, "input_shape": [3]]), ("Dense", ["units": 3]), named: "inner")
      let x = try input([nil, 3])
      let once = try call(inner.asLayer(), x)
      let twice = try call(inner.asLayer(), once)
      let outer = try Functional(inputs: [x], outputs: [once, twice])
      let given = Given([2, 3], seed: 5)
      let outputs = try outer.outputs([given])
      let expected = try inner.output(given.values, given.shape)
      #expect(outputs[0] == expected)
      #expect(try outputs[1] == inner.output(expected, given.shape))
      #expect(outer.weights.count == 4 && outer.weights[0].path.hasPrefix("inner/"))
      #expect(error { try inner.add(layer("Dense", ["units": 1])) }?.code == .invalidArgument)
      // TimeDistributed runs a model whole.
      let steps = Sequential(name: "steps")
      let around = try LayerRegistry.make(
        className: "TimeDistributed", config: ["input_shape": [6, 3]], around: [inner.asLayer()])
      try steps.add(around)
      let sequence = Given([2, 6, 3], seed: 6)
      #expect(try steps.output(sequence.values, [2, 6, 3]) == inner.output(sequence.values, [12, 3]))
    }

    @Test func modelsStandInOneAnotherOnlySoDeep() throws {
      var model: Model = try model(("Dense", ["units": 2, "input_shape": [2]]))
      var failure: ElmanError?
      var depth = 0
      while failure == nil, depth < 1000 {
        failure = error {
          let outer = Sequential()
          try outer.add(layer("InputLayer", ["input_shape": [2]]))
          try outer.add(model.asLayer())
          model = outer
        }
        depth += 1
      }
      #expect(failure?.code == .invalidArgument && depth < 100)
    }

    @Test func tenThousandLayersDeepIsNoOverflow() throws {
      let x = try input([nil, 2])
      let same = try layer("Activation", ["activation": "relu"])
      var y = x
      for _ in 0..<10_000 { y = try call(same, y) }
      let graph = try Functional(inputs: [x], outputs: [y])
      #expect(try graph.outputs([Given([1, 2], [1, -1])])[0] == [1, 0])
      let copy = try Model.make(config: graph.config())
      #expect(copy.layers.count == 2)
    }

    @Test(arguments: [1, 4, 12]) func streamsOfGraphsGiveTheBitsOfTheWhole(_ block: Int) throws {
      // A skip connection, a nested model and two inputs per step.
      let (x, extra) = (try input([nil, nil, 3], "x"), try input([nil, nil, 2], "extra"))
      let inner = Sequential(name: "inner")
      try inner.add(layer("LSTM", ["units": 4, "return_sequences": true, "input_shape": [nil, 5]]))
      try inner.add(layer("Dense", ["units": 3]))
      let joined = try call(layer("Concatenate"), x, extra)
      let skip = try call(layer("Add"), x, call(inner.asLayer(), joined))
      let result = try call(layer("GRU", ["units": 2, "return_sequences": true]), skip)
      let graph = try Functional(inputs: [x, extra], outputs: [result, skip])
      let given = [Given([1, 12, 3], seed: 1), Given([1, 12, 2], seed: 2)]
      let whole = try graph.outputs(given)
      let streamed = try graph.stream(batch: 1).outputs(given.map(\.values), steps: 12, in: block)
      var expected: [Float] = []
      for first in stride(from: 0, to: 12, by: block) {
        let end = first + block
        expected += whole[0][first * 2..<end * 2]
        expected += whole[1][first * 3..<end * 3]
      }
      #expect(streamed == expected)
    }

    @Test func whatCannotStreamSaysWhichLayerAndWhy() throws {
      let x = try input([nil, 6, 3])
      let last = try call(layer("GetItem", ["key": [["start": nil], -1]]), x)
      let graph = try Functional(inputs: [x], outputs: [last])
      let failure = error { _ = try graph.stream(batch: 1) }
      #expect(failure?.code == .unsupported && failure?.message.contains("GetItem") == true)
    }

    @Test func wrongInputsAreRefusedInKerasWords() throws {
      let (x, z) = (try input([nil, 3], "x"), try input([nil, 3], "z"))
      let graph = try Functional(inputs: [x, z], outputs: [call(layer("Add"), x, z)], name: "sum")
      #expect(
        error { _ = try graph.outputs([Given([1, 3], seed: 1)]) }?.message.contains("expects 2 input(s)") == true)
      let failure = error { _ = try graph.outputs([Given([1, 3], seed: 1), Given([1, 4], seed: 1)]) }
      #expect(
        failure?.message
          == "Input 1 of layer \"sum\" is incompatible with the layer: expected shape=(None, 3), found shape=(1, 4)")
      #expect(
        error { _ = try call(layer("Dense", ["units": 1]), x, z) }?.message.contains("expects 1 input(s)") == true)
      #expect(
        error { _ = try Functional(inputs: [x], outputs: [call(layer("Dense", ["units": 1, "name": "x"]), x)]) }?.code
          == .invalidArgument)
    }

    @Test func operatorsBroadcastAndSliceAsNumPy() throws {
      let x = try input([nil, 2, 3])
      let row = try input([nil, 1, 3])
      let sum = try call(layer("Operation", ["function": "add"]), x, row)
      let half = try call(layer("Operation", ["function": "divide", "constant": 2]), x)
      let inverse = try call(layer("Operation", ["function": "subtract", "constant": 1, "constant_first": true]), x)
      let last = try call(layer("GetItem", ["key": [["start": nil], -1]]), x)
      let reversed = try call(layer("GetItem", ["key": ["...", ["step": -2]]]), x)
      let graph = try Functional(inputs: [x, row], outputs: [sum, half, inverse, last, reversed])
      let outputs = try graph.outputs([Given([1, 2, 3], [1, 2, 3, 4, 5, 6]), Given([1, 1, 3], [10, 20, 30])])
      #expect(outputs[0] == [11, 22, 33, 14, 25, 36])
      #expect(outputs[1] == [0.5, 1, 1.5, 2, 2.5, 3])
      #expect(outputs[2] == [0, -1, -2, -3, -4, -5])
      #expect(outputs[3] == [4, 5, 6])
      #expect(outputs[4] == [3, 1, 6, 4])
    }
  }
}
