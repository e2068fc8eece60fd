import Elman
import Testing

// Expected values are those of Keras 3.15 (and tf_keras 2.21 where it says so) for the inputs and weights of `ramp`.

/// Numbers from -1 to 1, the same in each test.
private func ramp(_ count: Int, from start: Int) -> [Float] {
  (0..<count).map { Float((($0 + start) * 7 + 3) % 11 - 5) / 5 }
}

private let query = [2, 2, 3]
private let value = [2, 3, 2]
private let key = [2, 3, 3]
private let queryMask: [UInt8] = [1, 0, 1, 1]
private let valueMask: [UInt8] = [1, 1, 0, 0, 1, 1]
/// None of the first sample.
private let emptyMask: [UInt8] = [0, 0, 0, 0, 1, 1]

private func inputs(_ shapes: [[Int]], masks: [[UInt8]?] = []) -> [Given] {
  shapes.enumerated().map { index, shape in
    let mask = index < masks.count ? masks[index] : nil
    return Given(shape, ramp(shape.reduce(1, *), from: 5 * index), mask: mask.map { (Array(shape.prefix(2)), $0) })
  }
}

/// What a layer gives with the weights of `ramp`; those that are single numbers are 0.5, 0.75.
private func outputs(
  _ layer: Layer, _ given: [Given], isOfKeras2: Bool = false, _ change: (inout CallArguments) -> Void = { _ in }
) throws -> [[Float]] {
  let model = try graph(of: layer, on: given.map(\.symbolicShape), isOfKeras2: isOfKeras2, change)
  var buffers: [FloatBuffer] = []
  var weights: [WeightValue] = []
  for (index, weight) in layer.weights.enumerated() {
    let shape = weight.weight.shape
    let values = shape.isEmpty ? [0.5 + 0.25 * Float(index)] : ramp(weight.weight.count, from: 3 + 2 * index)
    buffers.append(try FloatBuffer(values))
    weights.append(try WeightValue(shape: shape, values: buffers[index].values))
  }
  try layer.setInitialWeights(weights)
  return try withExtendedLifetime(buffers) { try model.outputs(given) }
}

private func expectClose(_ found: [Float], _ expected: [Float], _ location: SourceLocation = #_sourceLocation) {
  let isClose =
    found.count == expected.count && zip(found, expected).allSatisfy { abs($0 - $1) <= 2e-5 * max(1, abs($1)) }
  #expect(isClose, "\(found) is not \(expected)", sourceLocation: location)
}

private let scores: @Sendable (inout CallArguments) -> Void = { $0.returnsAttentionScores = true }
private let causal: @Sendable (inout CallArguments) -> Void = { $0.usesCausalMask = true }
private let both: @Sendable (inout CallArguments) -> Void = {
  ($0.returnsAttentionScores, $0.usesCausalMask) = (true, true)
}

extension EngineTests {
  @Suite struct DotTests {
    @Test func values() throws {
      let cases: [(JSON, [[Int]], [Float])] = [
        (2, [[2, 2, 3], [2, 2, 3]], [-0.68, -0.84, -0.64, -0.68, 0.88, 0.96, 0.72, 0.92]),
        ([1, 2], [[2, 3, 2], [2, 2, 3]], [0.32, 0.2, 0.48, 0.4, 0.2, 0.32, -1.32, -1.16]),
        (-1, [[2, 3], [2, 3]], [-0.68, -0.68]),
        ([1, 1], [[2, 3], [2, 3, 2]], [0.4, 0.2, 0.4, -1.08]),
      ]
      for (axes, shapes, expected) in cases {
        expectClose(try outputs(layer("Dot", ["axes": axes]), inputs(shapes))[0], expected)
      }
    }

    @Test func cosines() throws {
      let vectors = try layer("Dot", ["axes": 1, "normalize": true])
      expectClose(try outputs(vectors, inputs([[2, 3], [2, 3]]))[0], [-0.620752, -0.620752])
      let matrices = try layer("Dot", ["axes": [2, 1], "normalize": true])
      expectClose(
        try outputs(matrices, inputs([[1, 2, 2, 2], [1, 2, 2]]))[0],
        [0.447214, 0.759257, -0.514496, -0.707107, -0.707107, -0.514496, 1, -0.242536])
      // A vector of zeros stays one.
      #expect(try apply(vectors, to: [Given([1, 2], [0, 0]), Given([1, 2], [3, 4])])[0] == [0])
    }

    @Test func refusals() throws {
      let cases: [(JSON, [[Int?]], String)] = [
        (1, [[nil, 3], [nil, 4]], "Incompatible input shapes: axis values 3 (at axis 1) != 4 (at axis 1)"),
        (1, [[nil, 3]], "A `Dot` layer should be called on a list of 2 inputs"),
        (0, [[nil, 3], [nil, 3]], "Cannot perform batch_dot over axis 0"),
        (2, [[nil, 3], [nil, 3]], "out of bounds for an input of shape (None, 3)"),
      ]
      for (axes, shapes, message) in cases {
        let found = try #require(error { _ = try graph(of: layer("Dot", ["axes": axes]), on: shapes) })
        #expect(found.message.contains(message), "\(found.message)")
      }
      #expect(
        try #require(error { _ = try layer("Dot", ["axes": [1]]) }).message.contains("it should contain two elements"))
      #expect(throws: ElmanError.self) { try layer("Dot") }
    }
  }

  @Suite struct AttentionTests {
    @Test func products() throws {
      let found = try outputs(layer("Attention"), inputs([query, value, key]), scores)
      expectClose(found[0], [-0.0833353, -0.263728, -0.120199, -0.215996, 0.415467, -0.151683, 0.406593, -0.101681])
      expectClose(
        found[1],
        [
          0.387854, 0.330507, 0.281639, 0.346752, 0.333156, 0.320092, 0.105841, 0.429206, 0.464953, 0.132603, 0.390473,
          0.476925,
        ])
    }

    /// Where no value counts, weights are equal; where the query does not, the output is 0.
    @Test func productsUnderMasks() throws {
      let given = inputs([query, value, key], masks: [queryMask, emptyMask])
      for isOfKeras2 in [false, true] {
        let found = try outputs(layer("Attention", ["use_scale": true]), given, isOfKeras2: isOfKeras2, both)
        expectClose(found[0], [-0.133333, -0.2, 0, 0, 0.2, 0.133333, 0.2, -0.6])
        expectClose(found[1], [Float](repeating: 1.0 / 3, count: 9) + [0, 1, 0])
      }
    }

    @Test func sumsOfTanh() throws {
      let concatenating = try layer("Attention", ["use_scale": true, "score_mode": "concat"])
      let found = try outputs(concatenating, inputs([query, value, key], masks: [nil, valueMask]), scores)
      expectClose(found[0], [0.269891, -0.530109, 0.268884, -0.531116, 0.474562, -0.325438, 0.474781, -0.325218])
      expectClose(found[1], [0.550181, 0.449819, 0, 0.55186, 0.44814, 0, 0, 0.542396, 0.457604, 0, 0.542031, 0.457969])
      let additive = try outputs(
        layer("AdditiveAttention"), inputs([query, key], masks: [queryMask, valueMask]), scores)
      expectClose(
        additive[0],
        [-0.0968191, -0.896819, 0.503181, 0, 0, 0, -0.897872, 0.502128, -0.297872, -0.896616, 0.503384, -0.296616])
      expectClose(
        additive[1], [0.515905, 0.484095, 0, 0.520416, 0.479584, 0, 0, 0.51064, 0.48936, 0, 0.516922, 0.483078])
      let plain = try layer("AdditiveAttention", ["use_scale": false])
      expectClose(
        try outputs(plain, inputs([query, key]), causal)[0],
        [0, -0.8, 0.6, -0.0763813, -0.876381, 0.523619, -0.6, 0.8, 0, -0.687353, 0.712647, -0.0873531])
    }

    @Test func heads() throws {
      let plain = try outputs(layer("MultiHeadAttention", ["num_heads": 2, "key_dim": 2]), inputs([query, key]))
      expectClose(
        plain[0],
        [
          -1.45009, 0.531014, 2.43161, -1.4719, 0.533635, 2.46894, -0.474629, 0.258316, 0.981708, -0.474628, 0.257255,
          0.983961,
        ])
      let other = try layer(
        "MultiHeadAttention", ["num_heads": 2, "key_dim": 2, "value_dim": 3, "use_bias": false, "output_shape": 2])
      expectClose(
        try outputs(other, inputs([query, value, key]), causal)[0],
        [-0.576, 1.664, -0.441095, 0.851882, 0.832, -1.84, 0.264693, -0.801571])
      let gated = try layer(
        "MultiHeadAttention", ["num_heads": 2, "key_dim": 2, "use_gate": true, "sliding_window": 2])
      expectClose(
        try outputs(gated, inputs([query, key]))[0],
        [
          0.678427, -0.312102, 1.0535, 0.755332, -0.316239, 1.07466, 1.44722, 0.286664, 0.774244, 1.50712, 0.408944,
          0.752401,
        ])
    }

    /// Of the first sample nothing counts. Keras 3 gives such queries weights of 0 where it returns weights, Keras 2
    /// equal ones.
    @Test func headsUnderMasks() throws {
      let layer = try layer("MultiHeadAttention", ["num_heads": 2, "key_dim": 2])
      let given = inputs([query, key], masks: [queryMask, emptyMask])
      let second: [Float] = [-0.472986, 0.224869, 1.05114, -0.472986, 0.224471, 1.05199]
      let equal: [Float] = [-1.11733, 0.506667, 1.984, -1.11733, 0.506667, 1.984]
      let weights: [Float] = [
        0, 0.482753, 0.517247, 0, 0.476541, 0.523459, 0, 0.513573, 0.486427, 0, 0.507353, 0.492647,
      ]
      expectClose(try outputs(layer, given)[0], equal + second)
      let ofKeras3 = try outputs(layer, given, scores)
      expectClose(ofKeras3[0], [-0.8, 0.6, -0.2, -0.8, 0.6, -0.2] + second)
      expectClose(ofKeras3[1], [Float](repeating: 0, count: 12) + weights)
      let ofKeras2 = try outputs(layer, given, isOfKeras2: true, scores)
      expectClose(ofKeras2[0], equal + second)
      expectClose(ofKeras2[1], [Float](repeating: 1.0 / 3, count: 12) + weights)
    }

    /// An array that says for each query which keys it sees; of one row, it is the same for all queries.
    @Test func attentionMask() throws {
      let layer = try layer("MultiHeadAttention", ["num_heads": 2, "key_dim": 2])
      let mask: [Float] = [1, 0, 1, 0, 1, 1, 1, 1, 1, 0, 0, 1]
      let sequences = Array(inputs([query, key]) + [inputs([query, key, key])[2]])
      let found = try outputs(layer, sequences + [Given([2, 2, 3], mask)], scores)
      expectClose(
        found[0],
        [-0.923579, 0.503201, 1.6448, -0.93275, 0.463008, 1.6967, -0.453602, 0.275926, 0.923258, -0.472, 0.192, 1.12])
      let weights: [Float] = [
        0.490385, 0, 0.509615, 0, 0.488971, 0.511029, 0.551856, 0, 0.448144, 0, 0.519789, 0.480211, 0.925057, 0.036179,
        0.038764, 0, 0, 1, 0.536707, 0.237935, 0.225358, 0, 0, 1,
      ]
      expectClose(found[1], weights)
      let perHead = [mask[..<6], mask[..<6], mask[6...], mask[6...]].flatMap(Array.init)
      expectClose(try outputs(layer, sequences + [Given([2, 2, 2, 3], perHead)], scores)[1], weights)
      let row = try outputs(layer, sequences + [Given([2, 1, 3], [1, 0, 1, 0, 1, 1])])[0]
      expectClose(row, try outputs(layer, sequences + [Given([2, 2, 3], [1, 0, 1, 1, 0, 1, 0, 1, 1, 0, 1, 1])])[0])
    }

    @Test func headsInGroups() throws {
      let layer = try layer("GroupedQueryAttention", ["head_dim": 2, "num_query_heads": 4, "num_key_value_heads": 2])
      let found = try outputs(layer, inputs([query, key], masks: [nil, valueMask]), scores)
      expectClose(
        found[0],
        [
          -2.58719, 2.26239, 1.01136, -2.58857, 2.26863, 1.01021, -1.34198, 0.986871, 0.705084, -1.3434, 0.993074,
          0.703979,
        ])
      expectClose(
        Array(found[1][..<12]),
        [0.483884, 0.516116, 0, 0.48784, 0.51216, 0, 0.515269, 0.484731, 0, 0.5212, 0.478799, 0])
    }

    /// The output has the mask of the query.
    @Test(arguments: ["Attention", "AdditiveAttention"]) func masksOfOutputs(_ name: String) throws {
      #expect(try maskAfter(layer(name), of: inputs([query, key], masks: [queryMask, valueMask])) == [1, 0, 1, 1])
      #expect(try maskAfter(layer(name), of: inputs([query, key], masks: [nil, valueMask])) == [1, 1, 1, 1])
    }

    @Test func everyBatchAndThreadCountGivesTheSameBits() throws {
      defer { try? Threads.setCount(0) }
      let layers: [(String, JSON)] = [
        ("Dot", ["axes": 2]), ("Attention", [:]), ("AdditiveAttention", [:]),
        ("MultiHeadAttention", ["num_heads": 3, "key_dim": 17]),
      ]
      for (name, config) in layers {
        let model = try graph(of: layer(name, config), on: [[nil, 70, 40], [nil, 90, 40]])
        let given = [Given([6, 70, 40], seed: 1), Given([6, 90, 40], seed: 2)]
        try Threads.setCount(1)
        let whole = try model.outputs(given)[0]
        for threads in [2, 5] {
          try Threads.setCount(threads)
          #expect(try model.outputs(given)[0] == whole, "\(name), \(threads) threads")
        }
        for sample in [0, 5] {
          let one = given.map { all in
            let size = all.shape[1] * all.shape[2]
            return Given([1] + all.shape.dropFirst(), Array(all.values[sample * size..<(sample + 1) * size]))
          }
          let size = whole.count / 6
          #expect(
            try model.outputs(one)[0] == Array(whole[sample * size..<(sample + 1) * size]), "\(name), sample \(sample)")
        }
      }
    }

    @Test func refusals() throws {
      let heads: JSON = ["num_heads": 2, "key_dim": 2]
      let cases: [(String, JSON, [[Int?]], String)] = [
        ("Attention", [:], [[nil, 2, 3]], "Attention layer accepts inputs list of length 2 or 3"),
        ("Attention", [:], [[nil, 2, 3], [nil, 3]], "expected ndim=3, found ndim=2"),
        ("Attention", [:], [[nil, 2, 3], [nil, 2, 4]], "The last dimension of `query` and `key` must be equal"),
        ("AdditiveAttention", [:], [[nil, 2, 3], [nil, 2, 3], [nil, 4, 3]], "All dimensions of `value` and `key`"),
        ("MultiHeadAttention", heads, [[nil, 2, 3]], "is called on a query, a value"),
        ("MultiHeadAttention", heads, [[nil, 2, nil], [nil, 2, 3]], "The last dimension of the inputs"),
        ("MultiHeadAttention", heads, [[3, 2, 3], [2, 2, 3]], "must have one batch size"),
        (
          "MultiHeadAttention", heads, [[nil, 2, 3], [nil, 4, 3], [nil, 4, 3], [nil, 2, 5]],
          "The attention_mask of layer"
        ),
      ]
      for (name, config, shapes, message) in cases {
        let found = try #require(error { _ = try graph(of: layer(name, config), on: shapes) })
        #expect(found.message.contains(message), "\(found.message)")
      }
      let configs: [(String, JSON, String)] = [
        ("Attention", ["score_mode": "sum"], "score_mode"),
        ("MultiHeadAttention", ["num_heads": 2], "key_dim"),
        ("MultiHeadAttention", ["num_heads": 2, "key_dim": 2, "attention_axes": [1, 2]], "attention_axes=[1, 2]"),
        ("MultiHeadAttention", ["num_heads": 2, "key_dim": 2, "output_shape": 0], "Invalid `output_shape`"),
        (
          "GroupedQueryAttention", ["head_dim": 2, "num_query_heads": 3, "num_key_value_heads": 2], "must be divisible"
        ),
      ]
      for (name, config, message) in configs {
        let found = try #require(error { _ = try layer(name, config) })
        #expect(found.message.contains(message), "\(found.message)")
      }
    }

    /// A layer that was built for some features refuses others, whichever input has them.
    @Test func otherFeatures() throws {
      let heads = try layer("MultiHeadAttention", ["num_heads": 2, "key_dim": 2])
      _ = try graph(of: heads, on: [[nil, 2, 3], [nil, 2, 4], [nil, 2, 5]])
      #expect(throws: ElmanError.self) { try graph(of: heads, on: [[nil, 2, 3], [nil, 2, 4]]) }
      #expect(throws: ElmanError.self) { try graph(of: heads, on: [[nil, 2, 4], [nil, 2, 4], [nil, 2, 5]]) }
      let additive = try layer("AdditiveAttention")
      _ = try graph(of: additive, on: [[nil, 2, 3], [nil, 2, 3]])
      #expect(throws: ElmanError.self) { try graph(of: additive, on: [[nil, 2, 4], [nil, 2, 4]]) }
    }
  }
}
