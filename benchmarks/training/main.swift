import Elman

// training-rates: one training step of a recurrent layer and a Dense(1) with mean squared error and Adam, batch 32, as
// `peers` measure it. Prints JSON: the best microseconds of [layer, timesteps, units, whole, forward, backward,
// update].

private let clock = ContinuousClock()
private let batch = 32

/// One model in training.
private struct Step {
  let model: Sequential
  let tape: Tape
  let variables: [FloatBuffer]
  let optimizer: Optimizer
  let loss: Loss
  let input: FloatBuffer
  let targets: FloatBuffer
  let gradient: FloatBuffer

  init(_ layer: String, timesteps: Int, units: Int) throws {
    model = Sequential(name: "model")
    try model.add(
      LayerRegistry.make(
        className: layer, config: ["units": .int(units), "batch_input_shape": [nil, .int(timesteps), .int(units)]]))
    try model.add(LayerRegistry.make(className: "Dense", config: ["units": 1]))
    input = try FloatBuffer((0..<batch * timesteps * units).map { Float($0 % 7) / 7 - 0.4 })
    targets = try FloatBuffer((0..<batch).map { Float($0 % 3) / 3 })
    gradient = try FloatBuffer(count: batch)
    tape = try model.record(input.values, shape: [batch, timesteps, units])
    variables = try model.weights.map { try FloatBuffer(copying: $0.weight.values.values) }
    optimizer = try Optimizer(named: "adam")
    try optimizer.build(model.weights.map(\.weight.shape))
    loss = try Loss(named: "mse")
  }

  func forward() throws { try tape.run(input.values) }

  func backward() throws -> [FloatBuffer] {
    let outputs = Loss.Batch(outputs: tape.outputs[0], shape: [batch, 1], targets: targets.values)
    _ = try loss(outputs, gradient: UnsafeMutableBufferPointer(start: gradient.base, count: batch))
    return try tape.gradients([gradient.values], ofInput: false).weights
  }

  func update(_ gradients: [FloatBuffer]) throws {
    let pairs = zip(variables, gradients).map { TrainedVariable(values: $0.base, gradient: $1.base) }
    try pairs.withUnsafeBufferPointer { try optimizer.apply($0) }
    let shapes = model.weights.map(\.weight.shape)
    try model.weights.set(
      zip(shapes, variables).map { try WeightValue(shape: $0, values: $1.values) }, of: "the model")
  }
}

private func microseconds(_ body: () throws -> Void) rethrows -> Double {
  try clock.measure { try body() } / .microseconds(1)
}

private func rate(_ layer: String, timesteps: Int, units: Int) throws -> String {
  let step = try Step(layer, timesteps: timesteps, units: units)
  var best = [Double](repeating: .infinity, count: 4)
  for _ in 0..<60 {
    var gradients: [FloatBuffer] = []
    let forward = try microseconds { try step.forward() }
    let backward = try microseconds { gradients = try step.backward() }
    let update = try microseconds { try step.update(gradients) }
    for (index, time) in [forward + backward + update, forward, backward, update].enumerated() {
      best[index] = min(best[index], time)
    }
  }
  let numbers = best.map { "\(Double(Int($0 * 10)) / 10)" }.joined(separator: ", ")
  return "[\"\(layer)\", \(timesteps), \(units), \(numbers)]"
}

let units = CommandLine.arguments.dropFirst().compactMap { Int($0) }
for layer in ["SimpleRNN", "LSTM", "GRU"] {
  for timesteps in [20, 100] {
    for units in units.isEmpty ? [64, 128, 256] : units { print(try rate(layer, timesteps: timesteps, units: units)) }
  }
}
