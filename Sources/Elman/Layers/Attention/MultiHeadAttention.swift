/// Keras's `MultiHeadAttention`.
public final class MultiHeadAttention: ProjectedAttention, ListedLayer, @unchecked Sendable {
  public override class var className: String { "MultiHeadAttention" }

  static let arguments = Arguments(
    .heads, .fraction("dropout", 0), .flag("use_bias", true), .outputShape, .attentionAxes, .window, .flashAttention,
    .weight("kernel", "glorot_uniform"), .weight("bias", "zeros"), .activityRegularizer, .gate, .seed, .robustMasking,
    ignoring: ["query_shape", "key_shape", "value_shape"])

  init(_ reader: inout ConfigReader) throws(ElmanError) {
    let (heads, dropout, usesBias, outputShape, _, window, _, kernel, bias, _, usesGate, _, _) =
      try Self.arguments.values(&reader)
    var all = heads
    all.outputShape = outputShape
    try super.init(
      heads: all, options: Options(dropout: dropout, usesBias: usesBias, window: window, usesGate: usesGate),
      kernel: kernel, bias: bias, &reader)
  }
}

/// Keras's `GroupQueryAttention`, whose own name is GroupedQueryAttention: several heads of queries share one of keys
/// and values.
public final class GroupedQueryAttention: ProjectedAttention, ListedLayer, @unchecked Sendable {
  public override class var className: String { "GroupedQueryAttention" }

  static let arguments = Arguments(
    .groupedHeads, .fraction("dropout", 0), .flag("use_bias", true), .window, .flashAttention,
    .weight("kernel", "glorot_uniform"), .weight("bias", "zeros"), .activityRegularizer, .gate, .seed)

  init(_ reader: inout ConfigReader) throws(ElmanError) {
    let (heads, dropout, usesBias, window, _, kernel, bias, _, usesGate, _) = try Self.arguments.values(&reader)
    try super.init(
      heads: heads, options: Options(dropout: dropout, usesBias: usesBias, window: window, usesGate: usesGate),
      kernel: kernel, bias: bias, &reader)
  }
}

extension Argument<ProjectedAttention.Heads> {
  /// As in Keras's configs, a `value_dim` that was not given is the `key_dim`.
  fileprivate static var heads: Argument {
    Argument([
      ArgumentEntry("num_heads", "count", nil), ArgumentEntry("key_dim", "count", nil),
      ArgumentEntry("value_dim", "count", .null),
    ]) { (reader) throws(ElmanError) in
      let (count, depth) = (try reader.units("num_heads"), try reader.units("key_dim"))
      let valueDepth = try reader.value("value_dim") == nil ? depth : reader.units("value_dim")
      for (name, size) in [("num_heads", count), ("key_dim", depth), ("value_dim", valueDepth)] {
        reader.write(name, .int(size))
      }
      try reader.requireSensible(count, depth, valueDepth)
      return ProjectedAttention.Heads(count: count, keyCount: count, depth: depth, valueDepth: valueDepth)
    }
  }

  fileprivate static var groupedHeads: Argument {
    Argument([
      ArgumentEntry("head_dim", "count", nil), ArgumentEntry("num_query_heads", "count", nil),
      ArgumentEntry("num_key_value_heads", "count", nil),
    ]) { (reader) throws(ElmanError) in
      let depth = try reader.units("head_dim")
      let (count, keyCount) = (try reader.units("num_query_heads"), try reader.units("num_key_value_heads"))
      guard count % keyCount == 0 else {
        throw ElmanError(
          .invalidArgument,
          "`num_query_heads` must be divisible by `num_key_value_heads`. Received: num_query_heads=\(count), "
            + "num_key_value_heads=\(keyCount)")
      }
      for (name, size) in [("head_dim", depth), ("num_query_heads", count), ("num_key_value_heads", keyCount)] {
        reader.write(name, .int(size))
      }
      try reader.requireSensible(count, depth, depth)
      return ProjectedAttention.Heads(count: count, keyCount: keyCount, depth: depth, valueDepth: depth)
    }
  }
}

extension ConfigReader {
  /// An error where the heads together are beyond any memory.
  fileprivate func requireSensible(_ heads: Int, _ depth: Int, _ valueDepth: Int) throws(ElmanError) {
    for size in [depth, valueDepth] { try Shape([try elementCount([heads, size])]).requireSensible() }
  }
}

extension Argument<[Int]?> {
  /// What the output has past its timesteps: one size, or a list of them.
  fileprivate static var outputShape: Argument {
    Argument("output_shape", "shape", .null, json: { $0.map(JSON.integers) ?? .null }) {
      (reader, name) throws(ElmanError) in
      guard let value = reader.value(name) else { return nil }
      let sizes = try reader.axes(name)
      guard sizes.allSatisfy({ (1...Int(Int32.max)).contains($0) }), sizes.count <= Shape.maximumRank - 2 else {
        throw ElmanError(
          .invalidArgument, "Invalid `output_shape`: \(value.text). It must be a positive integer, or a few of them.")
      }
      _ = try elementCount(sizes)
      return sizes
    }
  }
}

extension Argument<Void> {
  /// The axes over which attention goes: of (batch, timesteps, features) the timesteps alone.
  fileprivate static var attentionAxes: Argument {
    Argument([ArgumentEntry("attention_axes", "axes", .null)]) { (reader) throws(ElmanError) in
      guard let value = reader.value("attention_axes") else { return reader.write("attention_axes", .null) }
      let axes = try reader.axes("attention_axes")
      guard axes == [1] || axes == [-2] else {
        throw ElmanError(
          .unsupported,
          "\(reader.owner): attention goes over the timesteps of (batch, timesteps, features). Received: "
            + "attention_axes=\(value.text)")
      }
      reader.write("attention_axes", .integers(axes))
    }
  }

  fileprivate static var flashAttention: Argument {
    Argument([ArgumentEntry("flash_attention", "ignored", .null)]) { reader in reader.ignore("flash_attention") }
  }

  /// Of tf_keras alone.
  fileprivate static var robustMasking: Argument {
    Argument("softmax_robust_masking", "flag", false, json: { _ in nil }) { (reader, name) throws(ElmanError) in
      if try reader.bool(name, default: false) {
        throw ElmanError(.unsupported, "\(reader.owner): softmax_robust_masking=True is not supported.")
      }
    }.byName
  }
}

extension Argument<Int?> {
  /// Keys at this distance from a query, or farther, are left out. Written where it is given: older Kerases refuse the
  /// key.
  fileprivate static var window: Argument {
    Argument("sliding_window", "count", .null, json: { $0.map(JSON.int) }) { (reader, name) throws(ElmanError) in
      try reader.value(name) == nil ? nil : reader.units(name)
    }
  }
}

extension Argument<Bool> {
  /// Written where it is true: older Kerases refuse the key.
  fileprivate static var gate: Argument {
    Argument("use_gate", "flag", false, json: { $0 ? true : nil }) { (reader, name) throws(ElmanError) in
      try reader.bool(name, default: false)
    }
  }
}
