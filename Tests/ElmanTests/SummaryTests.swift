import Elman
import Testing

@Suite(.serialized) struct SummaryTests {
  @Test func firstModelOfTheNotes() throws {
    NameCounter.reset()
    let model = Sequential()
    try model.add(LayerRegistry.make(className: "SimpleRNN", config: ["units": 3, "input_shape": [2, 10]]))
    #expect(model.name == "sequential")
    #expect(model.weights.map(\.path) == ["simple_rnn/kernel", "simple_rnn/recurrent_kernel", "simple_rnn/bias"])
  }
}
