import Elman
import Testing

extension EngineTests {
  /// The notes' models, through the Swift API. Names are counted per process, so these tests run one at a time.
  @Suite struct NotesTests {
    private func expected(_ name: String) throws -> String {
      let folder = #filePath.split(separator: "/").dropLast(2).joined(separator: "/")
      return try textOfFile("/\(folder)/data/\(name).txt")
    }

    /// Uses up names, as the models that a notebook made before.
    private func skip(models: Int, layers: Int) throws {
      for _ in 0..<models { _ = Sequential() }
      for _ in 0..<layers { _ = try layer("SimpleRNN", ["units": 1]) }
    }

    @Test func fiveSummariesByteForByte() throws {
      NameCounter.reset()
      try skip(models: 1, layers: 1)
      let first = try model(("SimpleRNN", ["units": 3, "input_shape": [2, 10]]), named: nil)
      #expect(try first.summary() == expected("summary_1_simple_rnn"))
      let second = try model(("SimpleRNN", ["units": 3, "batch_input_shape": [8, 2, 10]]), named: nil)
      #expect(try second.summary() == expected("summary_2_batch_input_shape"))
      let third = try model(
        ("SimpleRNN", ["units": 3, "batch_input_shape": [8, 2, 10], "return_sequences": true]), named: nil)
      #expect(try third.summary() == expected("summary_3_return_sequences"))
      try skip(models: 34, layers: 44)
      let deep = try model(
        ("SimpleRNN", ["units": 8, "input_shape": [20, 4], "return_sequences": true]),
        ("SimpleRNN", ["units": 8, "input_shape": [20, 8], "return_sequences": true]), named: nil)
      #expect(try deep.summary() == expected("summary_4_deep"))
      try skip(models: 1, layers: 0)
      let inner = wrapped("SimpleRNN", ["units": 8, "return_sequences": true])
      let bidirectional = try model(
        ("Bidirectional", ["layer": inner, "input_shape": [10, 4]]), ("Bidirectional", ["layer": inner]),
        ("Bidirectional", ["layer": inner]), ("Bidirectional", ["layer": inner]), named: nil)
      #expect(try bidirectional.summary() == expected("summary_5_bidirectional"))
    }

    @Test func hiddenStatesInFloatFollowTheFormula() throws {
      let (timesteps, inputDim, units) = (10, 4, 8)
      let (x, wx, wh, b) = (values(40), values(32, seed: 2), values(64, seed: 3), values(8, seed: 4))
      var states = [Float](repeating: 0, count: timesteps * units)
      try HiddenStates(timesteps: timesteps, inputDim: inputDim, units: units)
        .compute(inputs: x, Wx: wx, Wh: wh, b: b, h0: nil, into: &states)
      var h = [Double](repeating: 0, count: units)
      for t in 0..<timesteps {
        h = (0..<units).map { unit in
          var sum = Double(b[unit])
          for k in 0..<inputDim { sum += Double(wx[unit * inputDim + k]) * Double(x[t * inputDim + k]) }
          for k in 0..<units { sum += Double(wh[unit * units + k]) * h[k] }
          return hyperbolicTangent(sum)
        }
        for unit in 0..<units { #expect(abs(Double(states[t * units + unit]) - h[unit]) < 1e-6) }
      }
    }
  }
}
