// The arguments that the recurrent layers and cells share.

/// The functions and the weights of a cell with gates, of convolutions or not.
struct GatedArguments {
  let activation: Activation
  /// The function of the gates other than the candidate; linear if there are none.
  let recurrentActivation: Activation
  let kernel: WeightArgument
  let recurrentKernel: WeightArgument
  let bias: WeightArgument
  /// Whether an LSTM's bias begins with ones for the forget gate.
  let unitForgetBias: Bool

  /// kernel, recurrent_kernel and, if it is used, bias.
  func weights(units: Int, kernel: [Int], recurrentKernel: [Int], bias: [Int]) throws(ElmanError) -> [Weight] {
    let biases = try self.bias.make(bias).map { unitForgetBias ? $0.startingWithOnes(at: units..<2 * units) : $0 }
    return try self.kernel.make(kernel) + self.recurrentKernel.make(recurrentKernel) + biases
  }
}

extension Argument<GatedArguments> {
  /// The arguments from the functions to the dropouts. Only cells with gates have `gates`, and only layers a
  /// regularizer of their output.
  static func gated(
    gates: Argument<Activation> = .always(.linear), forgetBias: Argument<Bool> = .always(false),
    _ activityRegularizer: Argument<Regularizer?> = .always(nil)
  ) -> Argument {
    Argument(
      .activation("activation", "tanh"), gates, .kernel, .recurrentKernel, .bias, forgetBias, activityRegularizer,
      .fraction("dropout", 0), .fraction("recurrent_dropout", 0)
    ) { activation, recurrentActivation, kernel, recurrentKernel, bias, unitForgetBias, _, _, _ in
      GatedArguments(
        activation: activation, recurrentActivation: recurrentActivation, kernel: kernel,
        recurrentKernel: recurrentKernel, bias: bias, unitForgetBias: unitForgetBias)
    }
  }
}

extension Argument<WeightArgument> {
  static var kernel: Argument { weight("kernel", "glorot_uniform") }
  static var recurrentKernel: Argument { weight("recurrent_kernel", key: "recurrent", "orthogonal") }
}

extension Argument<Activation> {
  /// `recurrent_activation`: sigmoid, or hard_sigmoid in the Kerases that began with it.
  static func gates(hardIn isOld: @escaping @Sendable (KerasVersion) -> Bool) -> Argument {
    Argument("recurrent_activation", "activation", "sigmoid", json: \.json) { (reader, name) throws(ElmanError) in
      try reader.activation(name, default: reader.keras.map(isOld) == true ? "hard_sigmoid" : "sigmoid")
    }
  }
}

extension Argument<Bool> {
  /// `unit_forget_bias`, which Keras has among the initializers.
  static var unitForgetBias: Argument {
    var flag = flag("unit_forget_bias", true)
    flag.entries[0].rank = WeightArgument.initializerRank
    return flag
  }
}

extension Argument<Int?> {
  /// A seed that is written where it was given.
  static var givenSeed: Argument {
    Argument("seed", "integer", .null, json: { $0.map(JSON.int) }) { (reader, name) throws(ElmanError) in
      try reader.integer(name)
    }
  }
}

/// Keras's arguments about sequences and states.
struct RecurrentOptions: Sendable {
  let returnsSequences: Bool
  let returnsState: Bool
  let goesBackwards: Bool
  let isStateful: Bool
  let zeroOutputForMask: Bool

  /// Their names in a config, which has them first.
  static let names = [
    "return_sequences", "return_state", "go_backwards", "stateful", "unroll", "zero_output_for_mask",
  ]
}

extension Argument<RecurrentOptions> {
  /// `byName`: those that are in the signatures of other classes.
  static func sequence(byName: [String] = ["zero_output_for_mask"]) -> Argument {
    var argument = Argument(
      .flag("return_sequences", false), .flag("return_state", false), .flag("go_backwards", false),
      .flag("stateful", false), .flag("unroll", false), .zeroOutputForMask, .timeMajor
    ) { returnsSequences, returnsState, goesBackwards, isStateful, _, zeroOutputForMask, _ in
      RecurrentOptions(
        returnsSequences: returnsSequences, returnsState: returnsState, goesBackwards: goesBackwards,
        isStateful: isStateful, zeroOutputForMask: zeroOutputForMask)
    }
    for (index, entry) in argument.entries.enumerated() where byName.contains(entry.name) {
      argument.entries[index].isByName = true
    }
    return argument
  }
}

extension Argument<Bool> {
  /// Written where it is true: other Kerases do not know it.
  fileprivate static var zeroOutputForMask: Argument {
    Argument("zero_output_for_mask", "flag", false, json: { $0 ? true : nil }) { (reader, name) throws(ElmanError) in
      try reader.bool(name, default: false)
    }
  }
}

extension Argument<Void> {
  fileprivate static var timeMajor: Argument {
    Argument("time_major", "flag", false, json: { _ in nil }) { (reader, name) throws(ElmanError) in
      guard try reader.bool(name, default: false) else { return }
      throw ElmanError(
        .unsupported, "\(reader.owner): time_major=True is not supported; inputs are (batch, timesteps, features).")
    }.byName
  }

  static var useCuDNN: Argument {
    Argument([ArgumentEntry("use_cudnn", "ignored", "auto")]) { reader in reader.ignore("use_cudnn") }
  }
}
