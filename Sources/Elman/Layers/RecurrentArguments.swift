/// The arguments that SimpleRNN, LSTM and GRU, and their cells, have in common.
struct RecurrentArguments: Sendable {
  let units: Int
  let activation: Activation
  let usesBias: Bool
  let kernelInitializer: Initializer
  let recurrentInitializer: Initializer
  let biasInitializer: Initializer
  let dropout: Double
  let recurrentDropout: Double
  let seed: Int?
  let trainingArguments: [JSON.Member]

  init(_ reader: inout ConfigReader) throws(ElmanError) {
    units = try reader.units()
    activation = try reader.activation("activation", default: "tanh")
    usesBias = try reader.bool("use_bias", default: true)
    kernelInitializer = try reader.initializer("kernel_initializer", default: "glorot_uniform")
    recurrentInitializer = try reader.initializer("recurrent_initializer", default: "orthogonal")
    biasInitializer = try reader.initializer("bias_initializer", default: "zeros")
    trainingArguments = try reader.trainingArguments(
      "kernel_regularizer", "recurrent_regularizer", "bias_regularizer", "activity_regularizer", "kernel_constraint",
      "recurrent_constraint", "bias_constraint")
    dropout = try reader.fraction("dropout", default: 0)
    recurrentDropout = try reader.fraction("recurrent_dropout", default: 0)
    seed = try reader.integer("seed")
  }

  var config: [JSON.Member] {
    [
      JSON.Member("units", .int(units)), JSON.Member("activation", .string(activation.name)),
      JSON.Member("use_bias", .bool(usesBias)), JSON.Member("kernel_initializer", kernelInitializer.json),
      JSON.Member("recurrent_initializer", recurrentInitializer.json),
      JSON.Member("bias_initializer", biasInitializer.json),
    ] + trainingArguments + [
      JSON.Member("dropout", .double(dropout)), JSON.Member("recurrent_dropout", .double(recurrentDropout)),
    ] + (seed.map { [JSON.Member("seed", .int($0))] } ?? [])
  }

  /// kernel (features, gates * units), recurrent_kernel (units, gates * units) and, with a bias, bias.
  func weights(features: Int, gates: Int, biasShape: [Int]) throws(ElmanError) -> [Weight] {
    let columns = try elementCount([gates, units])
    // Before anything is made: the larger of the two would fail last.
    try FloatBuffer.requireMemory(for: elementCount([units, columns]))
    var weights = [
      try Weight("kernel", shape: [features, columns], initializer: kernelInitializer),
      try Weight("recurrent_kernel", shape: [units, columns], initializer: recurrentInitializer),
    ]
    if usesBias { weights.append(try Weight("bias", shape: biasShape, initializer: biasInitializer)) }
    return weights
  }
}
