import Elman
import Testing

private let first: [Float] = [1, -2, 3, 4, 5, -6, 0.5, 2, -1, 8, 7, -3]
private let second: [Float] = [2, 2, -3, 1, 4, -7, 1.5, -2, -2, 9, 6, 3]
private let firstMask: ([Int], [UInt8]) = ([2, 3], [1, 0, 0, 1, 1, 0])
private let secondMask: ([Int], [UInt8]) = ([2, 3], [1, 1, 0, 0, 1, 0])

private enum Masked: CaseIterable { case neither, first, second, both }

private func inputs(_ masked: Masked) -> [Given] {
  [
    Given([2, 3, 2], first, mask: masked == .first || masked == .both ? firstMask : nil),
    Given([2, 3, 2], second, mask: masked == .second || masked == .both ? secondMask : nil),
  ]
}

extension EngineTests {
  /// Values of Keras 3.15 and tf_keras 2.21.
  @Suite struct MergingTests {
    private static let plain: [String: [Float]] = [
      "Add": [3, 0, 0, 5, 9, -13, 2, 0, -3, 17, 13, 0],
      "Subtract": [-1, -4, 6, 3, 1, 1, -1, 4, 1, -1, 1, -6],
      "Multiply": [2, -4, -9, 4, 20, 42, 0.75, -4, 2, 72, 42, -9],
      "Average": [1.5, 0, 0, 2.5, 4.5, -6.5, 1, 0, -1.5, 8.5, 6.5, 0],
      "Maximum": [2, 2, 3, 4, 5, -6, 1.5, 2, -1, 9, 7, 3],
      "Minimum": [1, -2, -3, 1, 4, -7, 0.5, -2, -2, 8, 6, -3],
    ]

    @Test(arguments: plain.keys.sorted()) func valuesWithoutMasks(_ name: String) throws {
      let expected = try #require(Self.plain[name])
      #expect(try apply(layer(name), to: inputs(.neither))[0] == expected)
      // Keras 2 looks at masks in no value, nor does Keras 3 in sums.
      for masked in Masked.allCases {
        #expect(try apply(layer(name), to: inputs(masked), isOfKeras2: true)[0] == expected)
        if ["Add", "Subtract", "Average"].contains(name) {
          #expect(try apply(layer(name), to: inputs(masked))[0] == expected)
        }
      }
    }

    @Test func valuesThatMasksLeaveOut() throws {
      let expected: [(String, Masked, [Float])] = [
        ("Multiply", .both, [2, -4, -3, 1, 0, 0, 0.5, 2, 2, 72, 0, 0]),
        ("Multiply", .first, [2, -4, -3, 1, 4, -7, 0.75, -4, 2, 72, 6, 3]),
        ("Multiply", .second, [2, -4, -9, 4, 5, -6, 0.5, 2, 2, 72, 7, -3]),
        ("Maximum", .both, [2, 2, -3, 1, 5, -6, 0.5, 2, -1, 9, 7, -3]),
        ("Maximum", .first, [2, 2, -3, 1, 4, -7, 1.5, 2, -1, 9, 6, 3]),
        ("Maximum", .second, [2, 2, 3, 4, 5, -6, 0.5, 2, -1, 9, 7, -3]),
        ("Minimum", .both, [1, -2, -3, 1, 5, -6, 0.5, 2, -2, 8, 7, -3]),
        ("Minimum", .first, [1, -2, -3, 1, 4, -7, 0.5, -2, -2, 8, 6, 3]),
        ("Minimum", .second, [1, -2, -3, 1, 5, -6, 0.5, 2, -2, 8, 7, -3]),
      ]
      for (name, masked, values) in expected {
        #expect(try apply(layer(name), to: inputs(masked))[0] == values, "\(name), \(masked)")
      }
    }

    @Test(arguments: ["Add", "Average", "Maximum", "Minimum", "Multiply", "Subtract"])
    func joinedMasks(_ name: String) throws {
      #expect(try maskAfter(layer(name), of: inputs(.both)) == [1, 1, 0, 1, 1, 0])
      #expect(try maskAfter(layer(name), of: inputs(.first)) == [1, 1, 1, 1, 1, 1])
      #expect(try maskAfter(layer(name), of: inputs(.both), isOfKeras2: true) == [1, 0, 0, 0, 1, 0])
      #expect(try maskAfter(layer(name), of: inputs(.first), isOfKeras2: true) == [1, 0, 0, 1, 1, 0])
    }

    @Test func concatenation() throws {
      let features = try apply(layer("Concatenate"), to: inputs(.neither))[0]
      #expect(features[..<8] == [1, -2, 2, 2, 3, 4, -3, 1])
      let time = try apply(layer("Concatenate", ["axis": 1]), to: inputs(.neither))[0]
      #expect(time == Array(first[..<6] + second[..<6] + first[6...] + second[6...]))
    }

    @Test func masksOfConcatenation() throws {
      let time = try layer("Concatenate", ["axis": -2])
      let features = try layer("Concatenate")
      for isOfKeras2 in [false, true] {
        #expect(try maskAfter(time, of: inputs(.both), isOfKeras2: isOfKeras2) == [1, 0, 0, 1, 1, 0, 1, 1, 0, 0, 1, 0])
        #expect(
          try maskAfter(time, of: inputs(.first), isOfKeras2: isOfKeras2) == [1, 0, 0, 1, 1, 1, 1, 1, 0, 1, 1, 1])
      }
      #expect(try maskAfter(features, of: inputs(.both)) == [1, 1, 0, 1, 1, 0])
      #expect(try maskAfter(features, of: inputs(.first)) == [1, 1, 1, 1, 1, 1])
      #expect(try maskAfter(features, of: inputs(.both), isOfKeras2: true) == [1, 0, 0, 0, 1, 0])
      #expect(try maskAfter(features, of: inputs(.first), isOfKeras2: true) == [1, 0, 0, 1, 1, 0])
    }

    /// Axes of one element repeat, and missing axes stand behind the batch.
    @Test func broadcasting() throws {
      let sequence = Given([2, 3, 2], first)
      let vector = Given([2, 2], [10, 20, 30, 40])
      let expected: [Float] = [11, 18, 13, 24, 15, 14, 30.5, 42, 29, 48, 37, 37]
      #expect(try apply(layer("Add"), to: [sequence, vector])[0] == expected)
      #expect(try apply(layer("Add"), to: [vector, sequence])[0] == expected)
      let steps = Given([2, 3, 1], [1, 2, 3, 4, 5, 6])
      #expect(try apply(layer("Subtract"), to: [sequence, steps])[0] == [0, -3, 1, 2, 2, -9, -3.5, -2, -6, 3, 1, -9])
      let both = try apply(layer("Maximum"), to: [Given([2, 1, 2], [0, 3, 5, 1]), steps])[0]
      #expect(both == [1, 3, 2, 3, 3, 3, 5, 4, 5, 5, 6, 6])
    }

    /// A mask of an input that repeats along time does so itself.
    @Test func broadcastMasks() throws {
      let sequence = Given([2, 3, 2], first, mask: firstMask)
      let step = Given([2, 1, 2], [1, 1, 1, 1], mask: ([2, 1], [0, 1]))
      #expect(try maskAfter(layer("Add"), of: [sequence, step]) == [1, 0, 0, 1, 1, 1])
      #expect(try maskAfter(layer("Add"), of: [step, sequence], isOfKeras2: true) == [0, 0, 0, 1, 1, 0])
    }

    @Test func numbersThatAreNone() throws {
      let given = [Given([1, 4], [.nan, 1, .nan, 2]), Given([1, 4], [1, .nan, .nan, -.infinity])]
      let largest = try apply(layer("Maximum"), to: given)[0]
      #expect(largest[..<3].allSatisfy(\.isNaN) && largest[3] == 2)
      let smallest = try apply(layer("Minimum"), to: given)[0]
      #expect(smallest[..<3].allSatisfy(\.isNaN) && smallest[3] == -.infinity)
    }

    @Test func manyInputsAndOne() throws {
      let given = (1...5).map { Given([1, 2], [Float($0), Float(-$0)]) }
      #expect(try apply(layer("Add"), to: given)[0] == [15, -15])
      #expect(try apply(layer("Average"), to: given)[0] == [3, -3])
      #expect(try apply(layer("Concatenate"), to: given)[0] == [1, -1, 2, -2, 3, -3, 4, -4, 5, -5])
      #expect(try apply(layer("Multiply"), to: [given[2]])[0] == [3, -3])
    }

    /// Masks of numbers without axes past the batch, and arrays without elements.
    @Test func smallestShapes() throws {
      let numbers = (0..<2).map { Given([40], values(40, seed: $0), mask: ([40], [UInt8](repeating: 1, count: 40))) }
      let sum = zip(numbers[0].values, numbers[1].values).map { $0 + $1 }
      #expect(try apply(layer("Add"), to: numbers)[0] == sum)
      let empty = [Given([0, 3], []), Given([0, 3], [])]
      #expect(try apply(layer("Maximum"), to: empty)[0].isEmpty)
      #expect(try apply(layer("Dot", ["axes": 1]), to: [Given([2, 0], []), Given([2, 0], [])])[0] == [0, 0])
      let noKeys = [Given([1, 2, 3], seed: 1), Given([1, 0, 3], [])]
      #expect(try apply(layer("Attention"), to: noKeys)[0] == [Float](repeating: 0, count: 6))
    }

    @Test func refusals() throws {
      let cases: [(String, JSON, [[Int?]], String)] = [
        (
          "Add", [:], [[nil, 3, 2], [nil, 4, 2]], "Inputs have incompatible shapes. Received shapes (3, 2) and (4, 2)"
        ),
        ("Add", [:], [[2, 3], [4, 3]], "Cannot merge tensors with different batch sizes"),
        ("Subtract", [:], [[nil, 3]], "A `Subtract` layer should be called on exactly 2 inputs"),
        (
          "Concatenate", [:], [[nil, 3, 2], [nil, 4, 2]],
          "requires inputs with matching shapes except for the concatenation axis"
        ),
        (
          "Concatenate", [:], [[nil, 3, 2], [nil, 2]],
          "requires inputs with matching shapes except for the concatenation axis"
        ),
        (
          "Concatenate", ["axis": 3], [[nil, 3, 2], [nil, 3, 2]],
          "out of bounds for inputs of 3 dimensions. Received: axis=3"
        ),
        ("Concatenate", ["axis": -3], [[nil, 3, 2], [nil, 3, 2]], "cannot concatenate along the batch"),
      ]
      for (name, config, shapes, message) in cases {
        let found = try #require(error { _ = try graph(of: layer(name, config), on: shapes) })
        #expect(found.message.contains(message), "\(found.message)")
      }
      #expect(throws: ElmanError.self) { try layer("Concatenate", ["axis": 9]) }
      // Shapes that are not known until a run.
      let model = try graph(of: layer("Add"), on: [[nil, nil, 2], [nil, nil, 2]])
      let found = try #require(
        error { _ = try model.outputs([Given([1, 2, 2], seed: 1), Given([1, 3, 2], seed: 2)]) })
      #expect(found.message.contains("Inputs have incompatible shapes. Received shapes (2, 2) and (3, 2)"))
    }

    /// Branches of a masked sequence, merged step by step and in a block, with the bits of the whole sequence.
    @Test(arguments: ["Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum", "Concatenate"])
    func streams(_ name: String) throws {
      let model = try branches(layer(name))
      let shape = [2, 6, 3]
      var input = values(36, seed: 5)
      for place in 9..<12 { input[place] = 0 }
      let whole = try model.outputs([Given(shape, input)])[0]
      let features = whole.count / 12
      let stream = try model.stream(batch: 2)
      for step in 0..<6 {
        let now = (0..<2).flatMap { row in (0..<3).map { input[(row * 6 + step) * 3 + $0] } }
        var found = [Float](repeating: 0, count: 2 * features)
        try now.withUnsafeBufferPointer { now in
          try found.withUnsafeMutableBufferPointer { try stream.step(now, into: $0) }
        }
        let expected = (0..<2).flatMap { row in (0..<features).map { whole[(row * 6 + step) * features + $0] } }
        #expect(found == expected, "step \(step)")
      }
      try stream.reset()
      var block = [Float](repeating: 0, count: whole.count)
      try stream.run(input, steps: 6, into: &block)
      #expect(block == whole)
    }

    private func branches(_ merging: Layer) throws -> Functional {
      let given = try #require(try layer("InputLayer", ["batch_shape": [.null, .null, 3]]) as? InputLayer)
      let input = SymbolicTensor(given)
      let masked = try layer("Masking").call(CallArguments([input]))
      let sequences: JSON = ["units": 4, "return_sequences": true]
      let first = try layer("GRU", sequences).call(CallArguments(masked))
      let second = try layer("LSTM", sequences).call(CallArguments(masked))
      let merged = try merging.call(CallArguments(first + second))
      let outputs = try layer("SimpleRNN", sequences).call(CallArguments(merged))
      return try Functional(inputs: [input], outputs: outputs)
    }

    @Test func whatCannotBeStreamed() throws {
      let layers: [(String, JSON, String)] = [
        ("Concatenate", ["axis": 1], "it concatenates along time"),
        ("Dot", ["axes": 2], "it looks at several timesteps"),
        ("Attention", [:], "it looks at all timesteps"),
        ("MultiHeadAttention", ["num_heads": 2, "key_dim": 2], "it looks at all timesteps"),
      ]
      for (name, config, reason) in layers {
        let model = try graph(of: layer(name, config), on: [[nil, 4, 3], [nil, 4, 3]])
        let found = try #require(error { _ = try model.stream(batch: 1) })
        #expect(found.message.contains("(\(name)) cannot be streamed: \(reason)"), "\(found.message)")
      }
      let repeating = try graph(of: layer("Add"), on: [[nil, 4, 3], [nil, 1, 3]])
      #expect(try #require(error { _ = try repeating.stream(batch: 1) }).message.contains("repeats at each timestep"))
    }
  }
}
