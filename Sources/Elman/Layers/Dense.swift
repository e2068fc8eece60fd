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
  /// The kernel's transpose, by which the gradient of the input is a product.
  private var transposed: PackedWeights?

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

    func callAsFunction(stage: Int, part: Int) {
      layer.multiply(call, by: packed, Threads.share(part, of: rows, parts: count))
    }
  }

  fileprivate func multiply(_ call: LayerCall, by packed: Packed, _ rows: Range<Int>) {
    let features = packed.kernel.depth
    let keepsSums = call.kept != nil && !activation.hasGradientOfOutput
    let (output, fused) = (call.outputs[0] + rows.lowerBound * units, keepsSums ? nil : activation.elementwise)
    call.kernels.product(
      Product(
        rows: rows.count, input: InputRows(base: call.input + rows.lowerBound * features, rowStride: features),
        weights: packed.kernel.matrix, bias: packed.bias.base, output: OutputRows(base: output, rowStride: units),
        padded: false,
        activation: fused ?? .linear))
    if keepsSums, let kept = call.kept {
      (kept + rows.lowerBound * units).update(from: output, count: rows.count * units)
    }
    if fused == nil { activation.apply(call.kernels, output, output, rows: rows.count, columns: units) }
  }

  // MARK: Backward

  /// `x W + b`, where the activation's gradient needs it.
  override func keptCount(for input: [Int]) throws(ElmanError) -> Int {
    activation.hasGradientOfOutput ? 0 : try elementCount(input.dropLast() + [units])
  }

  override func prepareBackward() throws(ElmanError) {
    let kernel = ownWeights[0]
    transposed = try PackedWeights(kernel.values.base, depth: units, units: kernel.shape[0], isTransposed: true)
  }

  override func backwardScratchCount(forInputs inputs: [[Int]], threads: Int) throws(ElmanError) -> Int {
    var space = ScratchSpace()
    _ = space.take(try elementCount(inputs[0].dropLast()), units)
    _ = space.take(GradientProducts.scratchCount(depth: inputs[0].last ?? 0, threads: threads, .selected))
    return try space.measured()
  }

  /// With `z = x W + b`: `dW += x^T dz`, `db += sum(dz)`, `dx = dz W^T`.
  override func backward(_ call: BackwardCall) {
    let (forward, kernels) = (call.forward, call.kernels)
    guard let transposed, let gradient = call.outputGradient, let features = forward.inputShape.last else { return }
    let rows = forward.inputShape.dropLast().reduce(1, *)
    var space = ScratchSpace(call.scratch)
    let sums = sumGradient(call, gradient, rows: rows, into: space.take(rows, units))
    let scratch = space.take(0)
    if let kernelGradient = call.weightGradient(0) {
      GradientProducts.add(
        TransposedProduct(
          rows: rows, left: InputRows(base: forward.input, rowStride: features), depth: features,
          right: InputRows(base: sums, rowStride: units), columns: units, output: kernelGradient, outputStride: units,
          scratch: scratch), threads: forward.threads, kernels)
    }
    if let biasGradient = call.weightGradient(1) {
      GradientProducts.addRows(sums, count: rows, columns: units, to: biasGradient)
    }
    guard let inputGradient = call.inputGradient else { return }
    GradientProducts.multiply(
      Product(
        groups: rows, rows: 1, input: InputRows(base: sums, groupStride: units, rowStride: units),
        weights: transposed.matrix,
        bias: nil, output: OutputRows(base: inputGradient, groupStride: features, rowStride: features), padded: false),
      threads: forward.threads, kernels)
  }

  /// The gradient of z.
  private func sumGradient(
    _ call: BackwardCall, _ gradient: UnsafePointer<Float>, rows: Int, into sums: UnsafeMutablePointer<Float>
  ) -> UnsafePointer<Float> {
    if activation.isLinear { return gradient }
    let areOutputs = activation.hasGradientOfOutput
    activation.gradient(
      call.kernels, areOutputs ? call.forward.outputs[0] : call.forward.kept ?? call.forward.outputs[0],
      areOutputs: areOutputs,
      gradient, sums, rows: rows, columns: units)
    return UnsafePointer(sums)
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
