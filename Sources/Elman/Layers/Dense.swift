import KernelInterface

/// Keras's `Dense`: `y = f(x W + b)` over the last axis; (batch, ..., features) to (batch, ..., units).
public final class Dense: Layer, ListedLayer, @unchecked Sendable {
  public override class var className: String { "Dense" }

  static let arguments = Arguments(
    .count("units"), .activation("activation", "linear"), .weight("kernel", "glorot_uniform"), .bias,
    .activityRegularizer, ignoring: ["lora_rank", "lora_alpha", "quantization_config"])

  private let units: Int
  private let activation: Activation
  private let kernel: WeightArgument
  private let bias: WeightArgument
  fileprivate typealias Packed = (kernel: PackedWeights, bias: FloatBuffer)
  private var packed: Packed?

  init(_ reader: inout ConfigReader) throws(ElmanError) {
    (units, activation, kernel, bias, _) = try Self.arguments.values(&reader)
    super.init(try LayerSettings(&reader))
  }

  override var maskFlow: MaskFlow { .passes }

  override func outputShapes(for input: Shape) throws(ElmanError) -> [Shape] {
    try requireRank(atLeast: 2, input)
    _ = try requireFeatures(input)
    return [Shape(input.dimensions.dropLast() + [units])]
  }

  override func makeWeights(for input: Shape) throws(ElmanError) -> [Weight] {
    guard let features = input.last else { return [] }
    return try kernel.make([features, units]) + bias.make([units])
  }

  override var quantizableWeights: Range<Int> { 0..<1 }

  override func prepare(builtFor input: Shape) throws(ElmanError) {
    packed = nil
    let kernel = ownWeights[0]
    packed = (
      try PackedWeights(kernel.values.base, depth: kernel.shape[0], units: units, as: weightFormat),
      try PackedWeights.row(bias.isUsed ? ownWeights[1].values.base : nil, units: units)
    )
  }

  override var packedBytes: Int { packed.map { $0.kernel.bytes + $0.bias.byteCount } ?? 0 }

  override func streamStep(_ call: LayerCall, mask: UnsafeMutablePointer<UInt8>?) throws(ElmanError) -> StreamStep {
    try DenseStreamStep(self, call)
  }

  override func forward(_ call: LayerCall) {
    guard let packed, let features = call.inputShape.last else { return }
    let rows = call.inputShape.dropLast().reduce(1, *)
    let parts = Threads.parts(rows: rows, operationsPerRow: Double(features) * Double(units), threads: call.threads)
    Threads.run(parts: parts, RowParts(layer: self, packed: packed, call: call, rows: rows, count: parts))
  }

  /// The rows of the inputs, shared out.
  private struct RowParts: SharedWork {
    let layer: Dense
    let packed: Packed
    let call: LayerCall
    let rows: Int
    let count: Int

    func callAsFunction(stage: Int, part: Int) { layer.multiply(call, by: packed, Threads.share(part, of: rows, parts: count)) }
  }

  fileprivate func multiply(_ call: LayerCall, by packed: Packed, _ rows: Range<Int>) {
    let features = packed.kernel.depth
    let (output, fused) = (call.outputs[0] + rows.lowerBound * units, activation.elementwise)
    call.kernels.product(
      Product(
        rows: rows.count, input: InputRows(base: call.input + rows.lowerBound * features, rowStride: features),
        weights: packed.kernel.matrix, bias: packed.bias.base, output: OutputRows(base: output, rowStride: units), padded: false,
        activation: fused ?? .linear))
    if fused == nil { activation.apply(call.kernels, output, output, rows: rows.count, columns: units) }
  }
}

extension Dense {
  /// The packed weights, and which change of the weights they belong to.
  fileprivate func currentWeights() throws(ElmanError) -> (packed: Packed, version: Int) {
    try current { packed }
  }
}

/// A Dense layer of a stream, with the weights that it needs: a step takes no lock.
private final class DenseStreamStep: StreamStep {
  private let dense: Dense
  private let rows: Int
  private var packed: Dense.Packed
  private var version: Int

  init(_ layer: Dense, _ call: LayerCall) throws(ElmanError) {
    dense = layer
    rows = call.inputShape.dropLast().reduce(1, *)
    (packed, version) = try layer.currentWeights()
    super.init(layer, call)
  }

  override func run() { dense.multiply(call, by: packed, 0..<rows) }

  override var isBound: Bool { true }

  override func refresh() throws(ElmanError) {
    if version != dense.weightsVersion.load(ordering: .acquiring) { (packed, version) = try dense.currentWeights() }
  }
}
