/// The lists of the recurrent family. Its layers still read their arguments by themselves;
/// Tests/python/test_signatures.py holds them to these lists.
enum RecurrentArguments {
  static let simpleRNN = Arguments(
    .count("units"), .activation("activation", "tanh"), .kernel, .recurrentKernel, .bias, .activityRegularizer,
    .dropouts, .sequence(), .seed, ignoring: ["implementation", "use_cudnn"])
  static let lstm = Arguments(
    .count("units"), .activation("activation", "tanh"), .activation("recurrent_activation", "sigmoid"), .kernel,
    .recurrentKernel, .bias, .unitForgetBias, .activityRegularizer, .dropouts, .seed, .sequence(), .useCuDNN,
    ignoring: ["implementation"])
  static let gru = Arguments(
    .count("units"), .activation("activation", "tanh"), .activation("recurrent_activation", "sigmoid"), .kernel,
    .recurrentKernel, .bias, .activityRegularizer, .dropouts, .seed, .sequence(), .flag("reset_after", true), .useCuDNN,
    ignoring: ["implementation"])

  static let cuDNNLSTM = Arguments(
    .count("units"), .kernel, .recurrentKernel, .weight("bias", "zeros"), .unitForgetBias, .activityRegularizer,
    .sequence(byName: ["unroll", "zero_output_for_mask"]))
  static let cuDNNGRU = Arguments(
    .count("units"), .kernel, .recurrentKernel, .weight("bias", "zeros"), .activityRegularizer,
    .sequence(byName: ["unroll", "zero_output_for_mask"]))

  static let simpleRNNCell = Arguments(
    .count("units"), .activation("activation", "tanh"), .kernel, .recurrentKernel, .bias, .dropouts, .seed,
    ignoring: ["implementation", "use_cudnn"])
  static let lstmCell = Arguments(
    .count("units"), .activation("activation", "tanh"), .activation("recurrent_activation", "sigmoid"), .kernel,
    .recurrentKernel, .bias, .unitForgetBias, .dropouts, .seed, ignoring: ["implementation", "use_cudnn"])
  static let gruCell = Arguments(
    .count("units"), .activation("activation", "tanh"), .activation("recurrent_activation", "sigmoid"), .kernel,
    .recurrentKernel, .bias, .dropouts, .flag("reset_after", true), .seed, ignoring: ["implementation", "use_cudnn"])

  static let convLSTM1D = convLSTM(1)
  static let convLSTM2D = convLSTM(2)

  private static func convLSTM(_ rank: Int) -> any ArgumentList {
    Arguments(
      .count("filters"), .windows(rank, ["valid", "same"]), .activation("activation", "tanh"),
      .activation("recurrent_activation", "sigmoid"), .kernel, .recurrentKernel, .bias, .unitForgetBias,
      .activityRegularizer, .dropouts, .seed, .sequence(byName: ["unroll", "zero_output_for_mask"]))
  }

  static let rnn = Arguments(.inner("cell", "cell"), .sequence(byName: []))
  static let stackedRNNCells = Arguments(.inner("cells", "cells"))
  static let bidirectional = Arguments(
    .inner("layer", "layer"), .choice("merge_mode", ["concat", "sum", "mul", "ave"]),
    .inner("backward_layer", "layer", .null))
}

extension Argument<WeightArgument> {
  fileprivate static var kernel: Argument { weight("kernel", "glorot_uniform") }
  fileprivate static var recurrentKernel: Argument { weight("recurrent_kernel", key: "recurrent", "orthogonal") }
}

extension Argument<(Double, Double)> {
  fileprivate static var dropouts: Argument {
    Argument(.fraction("dropout", 0), .fraction("recurrent_dropout", 0)) { input, recurrent in (input, recurrent) }
  }
}

extension Argument<Bool> {
  /// Keras has it among the initializers.
  fileprivate static var unitForgetBias: Argument {
    var flag = flag("unit_forget_bias", true)
    flag.entries[0].rank = WeightArgument.initializerRank
    return flag
  }
}

extension Argument<RecurrentOptions> {
  /// What Keras has about sequences and states; some are in the signatures of some classes alone.
  fileprivate static func sequence(byName: [String] = ["zero_output_for_mask"]) -> Argument {
    let names = [
      "return_sequences", "return_state", "go_backwards", "stateful", "unroll", "zero_output_for_mask", "time_major",
    ]
    let entries = names.map { name in
      var entry = ArgumentEntry(name, "flag", false)
      entry.isByName = name == "time_major" || byName.contains(name)
      return entry
    }
    return Argument(entries) { (reader) throws(ElmanError) in try RecurrentOptions(&reader) }
  }
}

extension Argument<Void> {
  fileprivate static var useCuDNN: Argument {
    Argument([ArgumentEntry("use_cudnn", "ignored", "auto")]) { reader in reader.ignore("use_cudnn") }
  }
}

extension Argument<JSON?> {
  /// A layer, or several, inside the layer.
  fileprivate static func inner(_ name: String, _ type: String, _ standard: JSON? = nil) -> Argument {
    Argument([ArgumentEntry(name, type, standard)]) { reader in reader.value(name) }
  }
}
