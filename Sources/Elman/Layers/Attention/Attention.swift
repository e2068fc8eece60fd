/// What Keras's `Attention` and `AdditiveAttention` share: each query (batch, Tq, depth) gives the mean of the values
/// (batch, Tv, features), weighted by its scores with the keys (batch, Tv, depth).
///
/// Inputs are a query, a value and, unless the value is the key too, a key.
public class SequenceAttention: Layer, @unchecked Sendable {
  /// Keras 2's argument, which says for all calls what `use_causal_mask` says for one.
  private let isCausal: Bool

  init(isCausal: Bool, _ reader: inout ConfigReader) throws(ElmanError) {
    self.isCausal = isCausal
    super.init(try LayerSettings(&reader))
  }

  /// How scores are made, with the weights that the layer has.
  func scoring() throws(ElmanError) -> AttentionRun.Scoring { .product(factor: 1) }

  var isAdditive: Bool { false }

  /// An error where the layer was built for queries of another depth, and that matters.
  func requireDepth(_ depth: Int?) throws(ElmanError) {}

  final override var maskFlow: MaskFlow { .passes }

  final override func outputShapes(for input: Shape) throws(ElmanError) -> [Shape] {
    try outputShapes(forInputs: [input], CallOptions())
  }

  final override func outputShapes(forInputs inputs: [Shape], _ options: CallOptions) throws(ElmanError) -> [Shape] {
    let className = type(of: self).className
    guard (2...3).contains(inputs.count) else {
      throw ElmanError(
        .invalidArgument,
        "\(className) layer accepts inputs list of length 2 or 3, namely [query, value] or [query, value, key]. "
          + "Received length: \(inputs.count).")
    }
    try requireSequences(inputs)
    let (query, value, key) = (inputs[0], inputs[1], inputs[inputs.count - 1])
    guard query[2] == nil || key[2] == nil || query[2] == key[2] else {
      throw ElmanError(
        .shapeMismatch,
        "The last dimension of `query` and `key` must be equal in layer \"\(name)\" (\(className)). Received: "
          + "query_shape=\(query) and key_shape=\(key)")
    }
    try requireDepth(query[2] ?? key[2])
    let batch = query[0] ?? value[0] ?? key[0]
    let output: Shape = [batch, query[1], value[2]]
    return options.returnsAttentionScores ? [output, [batch, query[1], key[1] ?? value[1]]] : [output]
  }

  final override func streamStates(forInputs inputs: [[Int]], isMasked: Bool) throws(ElmanError) -> [[Int]] {
    throw cannotStream("it looks at all timesteps")
  }

  final override func scratchCount(forInputs inputs: [[Int]], threads: Int) throws(ElmanError) -> Int {
    var shapes: [Dimensions] = []
    for input in inputs { shapes.append(try Dimensions(input)) }
    return try AttentionRun.scratchCount(
      sizes(shapes[0], shapes[1], shapes[shapes.count - 1]), isAdditive: isAdditive, threads: threads)
  }

  private func sizes(_ query: Dimensions, _ value: Dimensions, _ key: Dimensions) -> AttentionRun.Sizes {
    AttentionRun.Sizes(
      samples: query[0], heads: 1, queries: query[1], keys: value[1], depth: key[2], valueDepth: value[2])
  }

  final override func forward(_ call: LayerCall) throws(ElmanError) {
    let (value, key) = (call.operand(1), call.operand(call.inputCount - 1))
    let sizes = sizes(call.inputShape, value.shape, key.shape)
    let queryMask = try call.sequenceMask(0, of: self)
    let run = AttentionRun(
      kernels: call.kernels, sizes: sizes,
      queries: HeadRows(call.input, rows: sizes.queries, heads: 1, depth: sizes.depth),
      keys: HeadRows(key.values, rows: sizes.keys, heads: 1, depth: sizes.depth),
      values: HeadRows(value.values, rows: sizes.keys, heads: 1, depth: sizes.valueDepth),
      output: HeadRows(call.outputs[0], rows: sizes.queries, heads: 1, depth: sizes.valueDepth),
      weights: call.options.returnsAttentionScores ? call.outputs[1] : nil, scoring: try scoring(),
      mask: AttentionMask(
        values: try call.sequenceMask(1, of: self), isCausal: isCausal || call.options.usesCausalMask))
    run.run(threads: call.threads, scratch: call.scratch)
    guard let queryMask else { return }
    for row in 0..<sizes.samples * sizes.queries where queryMask[row] == 0 {
      (call.outputs[0] + row * sizes.valueDepth).update(repeating: 0, count: sizes.valueDepth)
    }
  }
}

/// Keras's `Attention`, of Luong: scores are products of queries and keys or, of mode "concat", sums of tanh(query +
/// key).
public final class Attention: SequenceAttention, ListedLayer, @unchecked Sendable {
  public override class var className: String { "Attention" }

  static let arguments = Arguments(
    .flag("use_scale", false), .choice("score_mode", ["dot", "concat"]), .fraction("dropout", 0), .seed, .causal)

  private let usesScale: Bool
  private let isConcatenating: Bool

  init(_ reader: inout ConfigReader) throws(ElmanError) {
    let (usesScale, scoreMode, _, _, isCausal) = try Self.arguments.values(&reader)
    self.usesScale = usesScale
    isConcatenating = scoreMode == "concat"
    try super.init(isCausal: isCausal, &reader)
  }

  override func makeWeights(forInputs inputs: [Shape]) throws(ElmanError) -> [Weight] {
    var weights: [Weight] = []
    if usesScale { weights.append(try Weight("scale", shape: [], initializer: Initializer(named: "ones"))) }
    if isConcatenating {
      weights.append(try Weight("concat_score_weight", shape: [], initializer: Initializer(named: "ones")))
    }
    return weights
  }

  override var isAdditive: Bool { isConcatenating }

  override func scoring() throws(ElmanError) -> AttentionRun.Scoring {
    let scale = usesScale ? try ownWeights[0].values.base[0] : 1
    guard isConcatenating else { return .product(factor: scale) }
    return .additive(weights: nil, inner: scale, factor: try ownWeights[ownWeights.count - 1].values.base[0])
  }
}

/// Keras's `AdditiveAttention`, of Bahdanau: scores are sums of scale * tanh(query + key).
public final class AdditiveAttention: SequenceAttention, ListedLayer, @unchecked Sendable {
  public override class var className: String { "AdditiveAttention" }

  static let arguments = Arguments(.flag("use_scale", true), .fraction("dropout", 0), .seed.byName, .causal)

  private let usesScale: Bool

  init(_ reader: inout ConfigReader) throws(ElmanError) {
    let (usesScale, _, _, isCausal) = try Self.arguments.values(&reader)
    self.usesScale = usesScale
    try super.init(isCausal: isCausal, &reader)
  }

  override func requireDepth(_ depth: Int?) throws(ElmanError) {
    guard usesScale, let depth, let built = builtInputShapes, let expected = built[0][2] ?? built[built.count - 1][2],
      expected != depth
    else { return }
    throw incompatible("expected shape=\(Shape([nil, nil, expected])), found shape=\(Shape([nil, nil, depth]))")
  }

  override func makeWeights(forInputs inputs: [Shape]) throws(ElmanError) -> [Weight] {
    guard usesScale else { return [] }
    guard let depth = inputs[0][2] ?? inputs[inputs.count - 1][2] else {
      throw ElmanError(
        .invalidArgument,
        "The last dimension of the query of layer \"\(name)\" (AdditiveAttention) should be defined. Found `None`. "
          + "Full input shape received: \(inputs[0])")
    }
    return [try Weight("scale", shape: [depth], initializer: Initializer(named: "glorot_uniform"))]
  }

  override var isAdditive: Bool { true }

  override func scoring() throws(ElmanError) -> AttentionRun.Scoring {
    .additive(weights: usesScale ? UnsafePointer(try ownWeights[0].values.base) : nil, inner: 1, factor: 1)
  }
}

extension Layer {
  /// An error unless queries, values and perhaps keys are sequences of one batch, with a key for each value.
  final func requireSequences(_ inputs: [Shape]) throws(ElmanError) {
    for (index, input) in inputs.enumerated() where input.rank != 3 {
      throw ElmanError(
        .shapeMismatch,
        "Input \(index) of layer \"\(name)\" is incompatible with the layer: expected ndim=3, "
          + "found ndim=\(input.rank). Full shape received: \(input)")
    }
    guard Set(inputs.compactMap { $0[0] }).count < 2 else {
      throw ElmanError(
        .shapeMismatch, "The inputs of layer \"\(name)\" must have one batch size. Received shapes: \(inputs.list)")
    }
    let (value, key) = (inputs[1], inputs[inputs.count - 1])
    guard value[1] == nil || key[1] == nil || value[1] == key[1] else {
      throw ElmanError(
        .shapeMismatch,
        "All dimensions of `value` and `key`, except the last one, must be equal. Received: value_shape=\(value) and "
          + "key_shape=\(key)")
    }
  }
}

extension LayerCall {
  /// The mask of an input that is a sequence.
  func sequenceMask(_ index: Int, of layer: Layer) throws(ElmanError) -> UnsafePointer<UInt8>? {
    let operand = operand(index)
    guard let mask = operand.mask else { return nil }
    guard mask.shape == operand.shape.first(2) else {
      throw ElmanError(
        .shapeMismatch,
        "Input \(index) of layer \"\(layer.name)\" is incompatible with the layer: expected a mask of "
          + "shape=\(Shape(operand.shape.first(2))), found shape=\(Shape(mask.shape))")
    }
    return mask.values
  }
}

extension Argument<Bool> {
  /// In Keras's configs up to TensorFlow 2.10; written where it is true, which later ones refuse.
  fileprivate static var causal: Argument {
    Argument("causal", "flag", false, json: { $0 ? true : nil }) { (reader, name) throws(ElmanError) in
      try reader.bool(name, default: false)
    }.byName
  }
}
