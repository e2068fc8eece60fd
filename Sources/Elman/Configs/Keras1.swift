/// A layer's config of Keras 1 as Keras 2 has it.
extension SerializedObject {
  func ofKeras2() throws(ElmanError) -> SerializedObject {
    guard case .object(let members) = config else { return self }
    if className == "Merge" { return try mergeOfKeras2() }
    let className = Keras1.classes[className] ?? className
    // Models, and what no Keras knows, are none of its business.
    guard let arguments = try? LayerRegistry.arguments(ofClass: className) else { return self }
    let taken = Set(arguments.map(\.name))
    var renamed: [JSON.Member] = []
    for member in members where !Keras1.isForgotten(member, className) {
      guard !taken.contains(member.key), !Keras1.everyLayers.contains(member.key) else {
        renamed.append(JSON.Member(member.key, Keras1.value(member)))
        continue
      }
      guard let new = Keras1.names[member.key]?.first(where: taken.contains) else {
        renamed.append(member)
        continue
      }
      renamed.append(JSON.Member(new, Keras1.value(JSON.Member(new, member.value))))
    }
    return SerializedObject(className: className, config: .object(Keras1.joined(renamed)))
  }

  /// `Merge` was all merging layers: its mode says which.
  private func mergeOfKeras2() throws(ElmanError) -> SerializedObject {
    guard case .string(let mode)? = config["mode"], let className = Keras1.merges[mode] else {
      throw ElmanError(
        .unsupported,
        "Merge: elman has the modes \(Keras1.merges.keys.sorted().joined(separator: ", ")). "
          + "Received: mode=\(config["mode"]?.text ?? "nothing")")
    }
    if config["layers"].map({ $0 != .null }) == true {
      throw ElmanError(
        .unsupported,
        "A Merge that holds the models in front of it makes a Sequential of several inputs, which elman does not have.")
    }
    var members = [JSON.Member("name", config["name"] ?? .null)]
    if className == "Concatenate" { members.append(JSON.Member("axis", config["concat_axis"] ?? -1)) }
    if className == "Dot" {
      members.append(JSON.Member("axes", config["dot_axes"] ?? -1))
      members.append(JSON.Member("normalize", .bool(mode == "cos")))
    }
    return SerializedObject(className: className, config: .object(members))
  }
}

/// The names of Keras 1.
private enum Keras1 {
  static let classes = [
    "Convolution1D": "Conv1D", "AtrousConvolution1D": "Conv1D", "Convolution2D": "Conv2D",
    "TimeDistributedDense": "Dense",
  ]
  static let merges = [
    "concat": "Concatenate", "sum": "Add", "mul": "Multiply", "ave": "Average", "max": "Maximum", "dot": "Dot",
    "cos": "Dot",
  ]
  /// What has no meaning any more.
  static func isForgotten(_ member: JSON.Member, _ className: String) -> Bool {
    switch member.key {
    case "input_dtype", "consume_less": true
    case "mode": className == "BatchNormalization"
    case "dropout": className == "Embedding"
    // The first layer has a batch_input_shape too.
    case "input_length": className != "Embedding"
    case "input_dim": member.value == .null
    default: false
    }
  }

  static let everyLayers: Set = [
    "name", "trainable", "dtype", "batch_input_shape", "input_shape", "input_dim", "input_length", "batch_size",
  ]

  /// The names that an argument took on: a layer takes the first that it has.
  static let names = [
    "output_dim": ["units"], "inner_activation": ["recurrent_activation"],
    "init": ["kernel_initializer", "embeddings_initializer", "alpha_initializer", "depthwise_initializer"],
    "inner_init": ["recurrent_initializer"], "forget_bias_init": ["unit_forget_bias"],
    "beta_init": ["beta_initializer"], "gamma_init": ["gamma_initializer"],
    "W_regularizer": ["kernel_regularizer", "embeddings_regularizer"], "U_regularizer": ["recurrent_regularizer"],
    "b_regularizer": ["bias_regularizer"], "W_constraint": ["kernel_constraint", "embeddings_constraint"],
    "U_constraint": ["recurrent_constraint"], "b_constraint": ["bias_constraint"], "dropout_W": ["dropout"],
    "dropout_U": ["recurrent_dropout"], "bias": ["use_bias"], "p": ["rate"], "sigma": ["stddev"],
    "nb_filter": ["filters"], "filter_length": ["kernel_size"], "border_mode": ["padding"],
    "subsample_length": ["strides"], "subsample": ["strides"], "atrous_rate": ["dilation_rate"],
    "pool_length": ["pool_size"], "stride": ["strides"], "length": ["size"], "dim_ordering": ["data_format"],
  ]

  /// A value by the name that it has now.
  static func value(_ member: JSON.Member) -> JSON {
    switch (member.key, member.value) {
    case ("unit_forget_bias", .string(let name)): return .bool(name.hasPrefix("one"))
    case ("data_format", .string(let order)): return order == "th" ? "channels_first" : "channels_last"
    case (let key, .object(let members)) where key.hasSuffix("_regularizer") && member.value["class_name"] == nil:
      return ["class_name": "L1L2", "config": .object(members.filter { $0.key == "l1" || $0.key == "l2" })]
    case (let key, .object(let members)) where key.hasSuffix("_constraint") && member.value["class_name"] == nil:
      let arguments = members.filter { $0.key != "name" }.map {
        JSON.Member($0.key == "m" ? "max_value" : $0.key, $0.value)
      }
      let name = member.value["name"] ?? .null
      return ["class_name": name, "config": .object(arguments)]
    default: return member.value
    }
  }

  /// The rows and the columns of a filter as one size.
  static func joined(_ members: [JSON.Member]) -> [JSON.Member] {
    guard let rows = members.first(where: { $0.key == "nb_row" })?.value,
      let columns = members.first(where: { $0.key == "nb_col" })?.value
    else { return members }
    return members.filter { $0.key != "nb_row" && $0.key != "nb_col" } + [JSON.Member("kernel_size", [rows, columns])]
  }
}
