import Elman
import Testing

extension EngineTests {
  @Suite struct RecurrentTests {
    @Test func everyBatchAndThreadCountGivesTheSameBits() throws {
      defer { try? Threads.setCount(0) }
      for units in [8, 65, 130] {
        let model = try model(
          (
            "Bidirectional",
            [
              "layer": wrapped("SimpleRNN", ["units": .int(units), "return_sequences": true]), "input_shape": [30, 40],
            ]
          ),
          ("SimpleRNN", ["units": .int(units)]), ("Dense", ["units": 5, "activation": "softmax"]))
        let x = values(64 * 30 * 40)
        try Threads.setCount(1)
        let whole = try model.output(x, [64, 30, 40])
        try Threads.setCount(2)
        #expect(try model.output(x, [64, 30, 40]) == whole)
        for row in [0, 17, 63] {
          let alone = try model.output(Array(x[row * 1200..<(row + 1) * 1200]), [1, 30, 40])
          #expect(alone == Array(whole[row * 5..<(row + 1) * 5]))
        }
      }
    }

    /// Of few units and of many: a stream's block is made at once, or at its first run.
    @Test(arguments: [4, 300]) func aNewStreamHasTheThreadsOfItsModel(_ units: Int) throws {
      defer { try? Threads.setCount(0) }
      try Threads.setCount(2)
      let model = try model(("LSTM", ["units": .int(units), "return_sequences": true, "input_shape": [.null, 3]]))
      let before = try model.stream(batch: 1)
      try model.setThreads(3)
      let stream = try model.stream(batch: 1)
      #expect([before.threads, stream.threads] == [2, 3])
      try stream.setThreads(0)
      #expect(stream.threads == 2)
    }

    @Test(arguments: ["SimpleRNN", "LSTM", "GRU"]) func aRowAloneGivesTheBitsOfItsPlaceInABatch(_ kind: String) throws {
      defer { try? Threads.setCount(0) }
      let features = 80
      for (units, steps) in [(64, 31), (96, 11), (128, 50), (256, 17), (256, 194)] {
        for isPlain in [true, false] {
          let config: JSON = [
            "units": .int(units), "return_sequences": .bool(isPlain), "go_backwards": .bool(!isPlain),
            "use_bias": .bool(isPlain),
            "input_shape": [.int(steps), .int(features)],
          ]
          let model = try model((kind, config))
          let x = values(7 * steps * features)
          let whole = try model.output(x, [7, steps, features])
          let row = Array(x[3 * steps * features..<4 * steps * features])
          for threads in [1, 2] {
            try Threads.setCount(threads)
            // Threads share units only after some calls that follow each other at once.
            for _ in 0..<5 {
              let alone = try model.output(row, [1, steps, features])
              #expect(alone == Array(whole[3 * whole.count / 7..<4 * whole.count / 7]), "\(units) \(steps) \(threads)")
            }
          }
        }
      }
    }

    @Test(arguments: ["SimpleRNN", "LSTM", "GRU"]) func trainingKeepsTheStatesOfEveryStep(_ kind: String) throws {
      let (batch, steps, units) = (2, 5, 3)
      let x = values(batch * steps * 4)
      let cells: JSON = [wrapped("\(kind)Cell", ["units": 3]), wrapped("LSTMCell", ["units": 3])]
      let mask: [UInt8] = [1, 1, 0, 1, 1, 0, 1, 1, 1, 0]
      for (className, config, size) in [
        (kind, ["units": 3] as JSON, kind == "LSTM" ? 6 : 3), ("RNN", ["cell": cells], (kind == "LSTM" ? 6 : 3) + 6),
      ] {
        guard case .object(let members) = config else { return }
        let all =
          members + [
            JSON.Member("return_state", true), JSON.Member("return_sequences", true),
            JSON.Member("input_shape", [5, 4]),
          ]
        let model = try model((className, .object(all)))
        try mask.withUnsafeBufferPointer { mask in
          var options = RunOptions()
          options.mask = (try Dimensions([batch, steps]), mask)
          let tape = try x.withUnsafeBufferPointer { try model.record($0, shape: [batch, steps, 4], options: options) }
          let outputs = try model.outputs(x, [batch, steps, 4], options)
          #expect(tape.outputs.map { Array($0) } == outputs)
          let kept = Array(try #require(tape.kept(by: model.layers[0])))
          #expect(kept.count == batch * (steps + 1) * size)
          if className == "RNN" { return }
          for row in 0..<batch {
            let states = (0...steps).map {
              Array(kept[(row * (steps + 1) + $0) * size..<(row * (steps + 1) + $0 + 1) * size])
            }
            #expect(states[0].allSatisfy { $0 == 0 })
            #expect(Array(states[steps].prefix(units)) == Array(outputs[1][row * units..<(row + 1) * units]))
            for step in 0..<steps {
              #expect(
                Array(states[step + 1].prefix(units))
                  == Array(outputs[0][(row * steps + step) * units..<(row * steps + step + 1) * units]))
            }
          }
        }
      }
    }

    @Test func mergeModesCombineTheTwoDirections() throws {
      let x = values(3 * 7 * 5)
      let inner: JSON = ["units": 4, "return_sequences": true, "name": "rnn"]
      func merged(_ mode: JSON) throws -> Sequential {
        let model = try model(
          ("Bidirectional", ["layer": wrapped("SimpleRNN", inner), "merge_mode": mode, "input_shape": [7, 5]]))
        for (index, slot) in model.weights.enumerated() {
          let new = values(slot.weight.count, seed: UInt64(index))
          try new.withUnsafeBufferPointer {
            try model.weights.set(index, WeightValue(shape: slot.weight.shape, values: $0))
          }
        }
        return model
      }
      let both = try merged(nil).outputs(x, [3, 7, 5])
      #expect(both.count == 2)
      let concat = try merged("concat").output(x, [3, 7, 5])
      for row in 0..<21 {
        #expect(Array(concat[row * 8..<row * 8 + 4]) == Array(both[0][row * 4..<row * 4 + 4]))
        #expect(Array(concat[row * 8 + 4..<row * 8 + 8]) == Array(both[1][row * 4..<row * 4 + 4]))
      }
      #expect(try merged("sum").output(x, [3, 7, 5]) == zip(both[0], both[1]).map { $0 + $1 })
      #expect(try merged("mul").output(x, [3, 7, 5]) == zip(both[0], both[1]).map { $0 * $1 })
      #expect(try merged("ave").output(x, [3, 7, 5]) == zip(both[0], both[1]).map { ($0 + $1) / 2 })
    }

    @Test func statefulInTwoHalvesIsOneCall() throws {
      RandomStreams.setSeed(5)
      let stateful = try model(
        ("SimpleRNN", ["units": 9, "stateful": true, "return_sequences": true, "batch_input_shape": [2, nil, 3]]))
      RandomStreams.setSeed(5)
      let plain = try model(("SimpleRNN", ["units": 9, "return_sequences": true, "batch_input_shape": [2, nil, 3]]))
      let x = values(2 * 6 * 3)
      let whole = try plain.output(x, [2, 6, 3])
      for _ in 0..<2 {
        let first = try stateful.output(Array(x[0..<9]) + Array(x[18..<27]), [2, 3, 3])
        let second = try stateful.output(Array(x[9..<18]) + Array(x[27..<36]), [2, 3, 3])
        for row in 0..<2 {
          #expect(Array(whole[row * 54..<row * 54 + 27]) == Array(first[row * 27..<row * 27 + 27]))
          #expect(Array(whole[row * 54 + 27..<row * 54 + 54]) == Array(second[row * 27..<row * 27 + 27]))
        }
        try stateful.resetStates()
      }
    }

    @Test func stateCarriesAcrossBlocksOfAnyLength() throws {
      // 130 units and 32 rows make blocks of a few timesteps; the last step must be the same as from a short call.
      let last = try model(("SimpleRNN", ["units": 130, "return_state": true, "input_shape": [nil, 6]]))
      let x = values(32 * 61 * 6)
      let outputs = try last.outputs(x, [32, 61, 6])
      #expect(outputs[0] == outputs[1])
      var head: [Float] = []
      var tail: [Float] = []
      for row in 0..<32 {
        head += x[row * 366..<row * 366 + 360]
        tail += x[row * 366 + 360..<(row + 1) * 366]
      }
      let state = try last.outputs(head, [32, 60, 6])[1]
      try state.withUnsafeBufferPointer { state in
        let continued = try last.outputs(
          tail, [32, 1, 6], initialStates: [WeightValue(shape: [32, 130], values: state)])
        #expect(continued[0] == outputs[0])
      }
    }

    @Test func maskedStepsCarryTheState() throws {
      let model = try model(
        ("SimpleRNN", ["units": 5, "return_sequences": true, "return_state": true, "input_shape": [nil, 2]]))
      let x = values(4 * 2)
      var options = RunOptions()
      let mask: [UInt8] = [0, 1, 0, 1]
      try mask.withUnsafeBufferPointer { mask in
        options.mask = (try Dimensions([1, 4]), mask)
        let masked = try model.outputs(x, [1, 4, 2], options)
        let kept = try model.outputs(Array(x[2..<4]) + Array(x[6..<8]), [1, 2, 2])
        #expect(Array(masked[0][0..<5]) == [Float](repeating: 0, count: 5))
        #expect(Array(masked[0][5..<10]) == Array(kept[0][0..<5]))
        #expect(Array(masked[0][10..<15]) == Array(kept[0][0..<5]))
        #expect(Array(masked[0][15..<20]) == Array(kept[0][5..<10]))
        #expect(masked[1] == kept[1])
      }
    }

    @Test func aSoftmaxActivationSeesWholeRows() throws {
      let model = try model(
        ("SimpleRNN", ["units": 6, "activation": "softmax", "return_sequences": true, "input_shape": [5, 3]]))
      let y = try model.output(values(2 * 5 * 3), [2, 5, 3])
      for row in 0..<10 {
        let sum: Float = y[row * 6..<row * 6 + 6].reduce(0, +)
        #expect(abs(sum - 1) < 1e-6)
      }
    }

    @Test func notANumberPropagates() throws {
      let model = try model(("SimpleRNN", ["units": 3, "input_shape": [2, 2]]))
      let y = try model.output([.nan, 0, 0, 0, 1, 1, 1, 1], [2, 2, 2])
      #expect(y[0].isNaN && y[1].isNaN && y[2].isNaN)
      #expect(!y[3].isNaN && !y[4].isNaN && !y[5].isNaN)
    }
  }
}
