/// A small use of the engine. What it computes once, and what Swift's runtime does when a type is first used, is then
/// done: a forked child would wait for ever if a thread that it does not have were at it.
enum Rehearsal {
  static let run: Void = {
    guard let model = try? model(), let input = try? FloatBuffer(count: 2) else { return }
    let output = UnsafeMutableBufferPointer(start: input.base + 1, count: 1)
    _ = try? model.forward(UnsafePointer(input.base), shape: [1, 1, 1], output: output)
    _ = (try? model.summary(), model.config().text)
  }()

  /// With names and seeds of its own, so that it uses up none of those that callers see.
  private static func model() throws(ElmanError) -> Sequential {
    let normal: JSON = ["class_name": "RandomNormal", "config": ["seed": 1]]
    let orthogonal: JSON = ["class_name": "Orthogonal", "config": ["seed": 1]]
    let model = Sequential(name: "rehearsal")
    let arguments: [JSON.Member] = [
      JSON.Member("units", 1), JSON.Member("use_bias", false), JSON.Member("kernel_initializer", normal),
      JSON.Member("recurrent_initializer", orthogonal), JSON.Member("batch_input_shape", [1, 1, 1]),
      JSON.Member("name", "rnn"),
    ]
    try model.add(LayerRegistry.make(className: SimpleRNN.className, config: .object(arguments)))
    try model.add(LayerRegistry.make(className: Softmax.className, config: ["name": "softmax"]))
    return model
  }
}
