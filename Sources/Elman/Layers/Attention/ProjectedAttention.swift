import KernelInterface

/// What Keras's attention layers of several heads share: queries, keys and values are projected, each head attends by
/// itself, and the heads' outputs are projected together.
///
/// Inputs are query (batch, T, features), value (batch, S, features), perhaps key (batch, S, features), and after a key
/// perhaps an attention mask (batch or 1, T or 1, S or 1), with the heads, or 1, behind the batch where it has four
/// dimensions.
public class ProjectedAttention: Layer, @unchecked Sendable {
  struct Heads {
    var count: Int
    /// Heads of keys and values, which neighbouring heads of queries share.
    var keyCount: Int
    var depth: Int
    var valueDepth: Int
    /// Past the timesteps; nil: as many features as the query has.
    var outputShape: [Int]?
  }

  struct Options {
    var dropout: Double
    var usesBias: Bool
    var window: Int?
    /// Whether the heads' outputs are multiplied by a sigmoid of the query.
    var usesGate: Bool
  }

  private let heads: Heads
  private let options: Options
  private let kernel: WeightArgument
  private let bias: WeightArgument
  private var packed: [Projection] = []

  init(
    heads: Heads, options: Options, kernel: WeightArgument, bias: WeightArgument, _ reader: inout ConfigReader
  ) throws(ElmanError) {
    self.heads = heads
    self.options = options
    self.kernel = kernel
    self.bias = bias
    super.init(try LayerSettings(&reader))
  }

  final override var maskFlow: MaskFlow { .passes }

  // MARK: Shapes

  final override func outputShapes(for input: Shape) throws(ElmanError) -> [Shape] {
    try outputShapes(forInputs: [input], CallOptions())
  }

  final override func outputShapes(forInputs inputs: [Shape], _ options: CallOptions) throws(ElmanError) -> [Shape] {
    guard (2...4).contains(inputs.count) else {
      throw ElmanError(
        .invalidArgument,
        "Layer \"\(name)\" (\(type(of: self).className)) is called on a query, a value, perhaps a key, and after it "
          + "perhaps an attention mask. Received: \(inputs.count) input(s)")
    }
    let sequences = Array(inputs.prefix(3))
    try requireSequences(sequences)
    try requireBuiltFeatures(sequences)
    let (query, value, key) = (inputs[0], inputs[1], sequences[sequences.count - 1])
    let batch = query[0] ?? value[0] ?? key[0]
    let scores: Shape = [batch, heads.count, query[1], value[1] ?? key[1]]
    if inputs.count == 4 { try requireFitting(inputs[3], scores) }
    let features = heads.outputShape ?? [query[2] ?? 0]
    let output = Shape([batch, query[1]] + features)
    return options.returnsAttentionScores ? [output, scores] : [output]
  }

  private func requireBuiltFeatures(_ sequences: [Shape]) throws(ElmanError) {
    let built = builtInputShapes.map { Array($0.prefix(3)) }
    // A query, a value, and a key, which may be the value.
    for role in 0..<3 {
      let index = min(role, sequences.count - 1)
      guard let features = sequences[index][2], features > 0 else {
        throw ElmanError(
          .invalidArgument,
          "The last dimension of the inputs to layer \"\(name)\" (\(type(of: self).className)) should be "
            + "defined. Found `None`. Full input shape received: \(sequences[index])")
      }
      guard let built, let expected = built[min(role, built.count - 1)][2], expected != features else { continue }
      throw ElmanError(
        .shapeMismatch,
        "Input \(index) of layer \"\(name)\" is incompatible with the layer: expected "
          + "shape=\(Shape([nil, nil, expected])), found shape=\(sequences[index])")
    }
  }

  private func requireFitting(_ mask: Shape, _ scores: Shape) throws(ElmanError) {
    let expected = mask.rank == 3 ? Shape([scores[0], scores[2], scores[3]]) : scores
    let fits = zip(mask.dimensions, expected.dimensions).allSatisfy { $0 == nil || $1 == nil || $0 == 1 || $0 == $1 }
    guard mask.rank == expected.rank, fits else {
      throw ElmanError(
        .shapeMismatch,
        "The attention_mask of layer \"\(name)\" (\(type(of: self).className)) must have the shape "
          + "(batch, queries, keys), or (batch, heads, queries, keys), of scores of shape \(scores). Received: \(mask)")
    }
  }

  final override func streamStates(forInputs inputs: [[Int]], isMasked: Bool) throws(ElmanError) -> [[Int]] {
    throw cannotStream("it looks at all timesteps")
  }

  // MARK: Weights

  /// One of the products, and its weights' places among the layer's own.
  private struct Projection {
    let kernel: PackedWeights
    let bias: FloatBuffer
  }

  /// The parts of the layer that have weights, in Keras's order.
  private enum Part: String, CaseIterable {
    case query, key, gate, value
    case output = "attention_output"
  }

  private var parts: [Part] { Part.allCases.filter { $0 != .gate || options.usesGate } }

  /// How many dimensions of a part's kernel are multiplied, and its shape.
  private func kernelShape(_ part: Part, _ inputs: [Shape]) -> (depthRank: Int, shape: [Int]) {
    let key = inputs[min(2, inputs.count - 1)]
    let features = [inputs[0], inputs[1], key].map { $0[2] ?? 0 }
    return switch part {
    case .query: (1, [features[0], heads.count, heads.depth])
    case .key: (1, [features[2], heads.keyCount, heads.depth])
    case .gate: (1, [features[0], heads.count, heads.valueDepth])
    case .value: (1, [features[1], heads.keyCount, heads.valueDepth])
    case .output: (2, [heads.count, heads.valueDepth] + (heads.outputShape ?? [features[0]]))
    }
  }

  final override func makeWeights(forInputs inputs: [Shape]) throws(ElmanError) -> [Weight] {
    var weights: [Weight] = []
    for part in parts {
      let (depthRank, shape) = kernelShape(part, inputs)
      weights.append(try kernel.make("\(part.rawValue)/kernel", shape))
      if options.usesBias { weights.append(try bias.make("\(part.rawValue)/bias", Array(shape.dropFirst(depthRank)))) }
    }
    return weights
  }

  final override func prepare(builtFor input: Shape) throws(ElmanError) {
    packed = []
    var projections: [Projection] = []
    var index = 0
    for part in parts {
      let kernel = ownWeights[index]
      let units = kernel.shape.dropFirst(part == .output ? 2 : 1).reduce(1, *)
      let depth = part == .output ? heads.count * heads.valueDepth : kernel.shape[0]
      let bias = options.usesBias ? try ownWeights[index + 1].values.base : nil
      projections.append(
        Projection(
          kernel: try PackedWeights(try kernel.values.base, depth: depth, units: units),
          bias: try PackedWeights.row(bias, units: units)))
      index += options.usesBias ? 2 : 1
    }
    packed = projections
  }

  final override var packedBytes: Int { packed.reduce(0) { $0 + $1.kernel.bytes + $1.bias.byteCount } }

  // MARK: Arithmetic

  private func sizes(_ query: Dimensions, _ value: Dimensions) -> AttentionRun.Sizes {
    AttentionRun.Sizes(
      samples: query[0], heads: heads.count, queryHeadsPerKeyHead: heads.count / heads.keyCount, queries: query[1],
      keys: value[1], depth: heads.depth, valueDepth: heads.valueDepth)
  }

  /// What a call works in.
  private struct Memory {
    let queries: UnsafeMutablePointer<Float>
    let keys: UnsafeMutablePointer<Float>
    let values: UnsafeMutablePointer<Float>
    let gates: UnsafeMutablePointer<Float>
    let outputs: UnsafeMutablePointer<Float>

    init(_ space: inout ScratchSpace, _ heads: Heads, _ sizes: AttentionRun.Sizes, usesGate: Bool) {
      queries = space.take(sizes.samples, sizes.queries, heads.count, heads.depth)
      keys = space.take(sizes.samples, sizes.keys, heads.keyCount, heads.depth)
      values = space.take(sizes.samples, sizes.keys, heads.keyCount, heads.valueDepth)
      gates = space.take(usesGate ? sizes.samples : 0, sizes.queries, heads.count, heads.valueDepth)
      outputs = space.take(sizes.samples, sizes.queries, heads.count, heads.valueDepth)
    }
  }

  final override func scratchCount(forInputs inputs: [[Int]], threads: Int) throws(ElmanError) -> Int {
    let sizes = sizes(try Dimensions(inputs[0]), try Dimensions(inputs[1]))
    var space = ScratchSpace()
    _ = Memory(&space, heads, sizes, usesGate: options.usesGate)
    _ = space.take(try AttentionRun.scratchCount(sizes, isAdditive: false, threads: threads))
    return try space.measured()
  }

  final override func forward(_ call: LayerCall) throws(ElmanError) {
    let (value, key) = (call.operand(1), call.operand(min(2, call.inputCount - 1)))
    let sizes = sizes(call.inputShape, value.shape)
    var space = ScratchSpace(call.scratch)
    let memory = Memory(&space, heads, sizes, usesGate: options.usesGate)
    let (queryRows, keyRows) = (sizes.samples * sizes.queries, sizes.samples * sizes.keys)
    project(call, call.input, rows: queryRows, by: 0, into: memory.queries)
    project(call, key.values, rows: keyRows, by: 1, into: memory.keys)
    if options.usesGate { project(call, call.input, rows: queryRows, by: 2, into: memory.gates, .sigmoid) }
    project(call, value.values, rows: keyRows, by: packed.count - 2, into: memory.values)
    let factor = 1 / Float(heads.depth).squareRoot()
    for index in 0..<queryRows * heads.count * heads.depth { memory.queries[index] *= factor }
    let run = AttentionRun(
      kernels: call.kernels, sizes: sizes,
      queries: HeadRows(UnsafePointer(memory.queries), rows: sizes.queries, heads: heads.count, depth: heads.depth),
      keys: HeadRows(UnsafePointer(memory.keys), rows: sizes.keys, heads: heads.keyCount, depth: heads.depth),
      values: HeadRows(UnsafePointer(memory.values), rows: sizes.keys, heads: heads.keyCount, depth: heads.valueDepth),
      output: HeadRows(memory.outputs, rows: sizes.queries, heads: heads.count, depth: heads.valueDepth),
      weights: call.options.returnsAttentionScores ? call.outputs[1] : nil, scoring: .product(factor: 1),
      mask: try mask(call, sizes))
    run.run(threads: call.threads, scratch: space.take(0))
    if options.usesGate {
      for index in 0..<queryRows * heads.count * heads.valueDepth { memory.outputs[index] *= memory.gates[index] }
    }
    project(call, memory.outputs, rows: queryRows, by: packed.count - 1, into: call.outputs[0])
  }

  private func mask(_ call: LayerCall, _ sizes: AttentionRun.Sizes) throws(ElmanError) -> AttentionMask {
    var mask = AttentionMask(
      queries: try call.sequenceMask(0, of: self), values: try call.sequenceMask(1, of: self),
      isCausal: call.options.usesCausalMask, window: options.window)
    if call.inputCount > 2 { mask.keys = try call.sequenceMask(2, of: self) }
    if call.inputCount > 3 { mask.given = AttentionMask.Given(call.operand(3)) }
    // Keras 3 takes another way where it needs the scores by themselves.
    let hasScores = options.dropout > 0 || call.options.returnsAttentionScores
    mask.exclusion = call.options.joinsMasksAsKeras2 ? .subtract : (hasScores ? .zero : .replace)
    return mask
  }

  private func project(
    _ call: LayerCall, _ input: UnsafePointer<Float>, rows: Int, by index: Int,
    into output: UnsafeMutablePointer<Float>,
    _ activation: Elementwise = .linear
  ) {
    let projection = packed[index]
    let (depth, units) = (projection.kernel.depth, projection.kernel.units)
    let product = Product(
      rows: rows, input: InputRows(base: input, rowStride: depth), weights: projection.kernel.matrix,
      bias: projection.bias.base, output: OutputRows(base: output, rowStride: units), padded: false,
      activation: activation)
    let parts = Threads.parts(rows: rows, operationsPerRow: Double(depth) * Double(units), threads: call.threads)
    Threads.run(parts: parts, SharedRows(kernels: call.kernels, product: product, count: parts))
  }

  /// The rows of a product, shared out.
  private struct SharedRows: SharedWork {
    let kernels: KernelSet
    let product: Product
    let count: Int

    func callAsFunction(stage: Int, part: Int) {
      let rows = Threads.share(part, of: product.rows, parts: count)
      var own = product.rows(rows.lowerBound, count: rows.count)
      own.output.base += rows.lowerBound * product.output.rowStride
      kernels.product(own)
    }
  }
}

extension WeightArgument {
  /// The weight under a name of its own.
  fileprivate func make(_ name: String, _ shape: [Int]) throws(ElmanError) -> Weight {
    try Weight(name, shape: shape, initializer: initializer, regularizer: regularizer, constraint: constraint)
  }
}

extension AttentionMask.Given {
  /// An array whose shape was checked: (samples, queries, keys), or with heads behind the samples; sizes of 1 repeat.
  fileprivate init(_ operand: Operand) {
    let shape = operand.shape
    let hasHeads = shape.count == 4
    let (queries, keys) = (shape[shape.count - 2], shape[shape.count - 1])
    values = operand.values
    strides = (
      sample: shape[0] == 1 ? 0 : shape.dropFirst().reduce(1, *), head: hasHeads && shape[1] != 1 ? queries * keys : 0,
      query: queries == 1 ? 0 : keys, key: keys == 1 ? 0 : 1
    )
  }
}
