import Elman
import Testing

extension EngineTests {
  @Suite struct JSONTests {
    @Test func readsWhatItWrites() throws {
      let text = #"{"a": [1, -2.5, 1e-07, true, false, null], "b\n\"\\": "é\u0001", "c": {}}"#
      let value = try JSON.parse(text)
      #expect(try JSON.parse(value.text) == value)
      #expect(value["b\n\"\\"] == "é\u{1}")
      #expect(try JSON.parse(#""😀""#) == "😀")
      #expect(try JSON.parse("  [ ]  ") == [])
      #expect(try JSON.parse("-Infinity") == .double(-.infinity))
      #expect(try JSON.parse("12345678901234567890") == .double(12345678901234567890))
    }

    @Test func refusesWhatIsNotJSON() {
      let texts = [
        "", "{", "[1,", "[1,]", "{\"a\"}", "{\"a\":1,}", "{'a':1}", "01", "1.", "1e", "-", "tru", "\"", "\"\\x\"",
        "\"\\u12\"",
        "\"\\ud83d\"", "[1] 2", "\"\u{1}\"", "{\"a\":1,\"a\":2}", "+1", ".5", "nul", "[1 2]",
        String(repeating: "[", count: 100_000), String(repeating: "{\"a\":", count: 100_000),
      ]
      for text in texts { #expect(error { _ = try JSON.parse(text) }?.code == .invalidArgument, "\(text.prefix(20))") }
    }

    @Test func configsMakeTheSameModelAgain() throws {
      let original = try model(
        (
          "Bidirectional",
          ["layer": wrapped("SimpleRNN", ["units": 4, "return_sequences": true]), "batch_input_shape": [nil, 7, 5]]
        ),
        ("SimpleRNN", ["units": 3, "activation": "relu", "kernel_initializer": "he_normal", "dropout": 0.5]),
        ("Dropout", ["rate": 0.25]), ("Dense", ["units": 2]))
      let copy = try Sequential(config: JSON.parse(original.config().text))
      #expect(copy.config() == original.config())
      #expect(try copy.summary() == original.summary())
      #expect(copy.weights.map(\.path) == original.weights.map(\.path))
    }
  }
}
