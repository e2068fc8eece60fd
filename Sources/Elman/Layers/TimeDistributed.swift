/// Keras's `TimeDistributed`: a layer applied to each timestep; (batch, timesteps, ...) to (batch, timesteps, ...).
public final class TimeDistributed: Layer, ListedLayer, @unchecked Sendable {
  public override class var className: String { "TimeDistributed" }

  static let arguments = Arguments(.layer("layer"))

  private let layer: Layer

  init(_ reader: inout ConfigReader) throws(ElmanError) {
    layer = try Self.arguments.values(&reader)
    if layer.isStateful || layer is CellLayer {
      throw ElmanError(
        .unsupported, "TimeDistributed cannot wrap a \(type(of: layer).className) that keeps states.")
    }
    super.init(try LayerSettings(&reader), children: [("layer", layer)])
  }

  // The layer as it is now: it may have changed since it was made.
  override func ownConfig() -> [JSON.Member] { [JSON.Member("layer", layer.serialized())] }

  // MARK: Masks

  /// As tf_keras: the mask that the layer leaves at each timestep or, where it leaves none, whether anything of it
  /// counts.
  override var maskFlow: MaskFlow {
    switch layer.maskEffect {
    case .makes: .makes
    case .passes: .passes
    case .drops, .stops, .joins: .reduces(to: 2)
    case .reduces(let rank): .reduces(to: rank + 1)
    }
  }

  override func maskRank(ofInput rank: Int) -> Int { max(2, layer.maskRank(ofInput: rank - 1) + 1) }

  override func makeMask(of input: UnsafePointer<Float>, shape: Dimensions, into mask: UnsafeMutablePointer<UInt8>) {
    layer.makeMask(of: input, shape: shape.timestepsAsBatch, into: mask)
  }

  /// What a mask says of the places within each timestep; nil where it says nothing of them.
  private func inner(_ mask: Mask?) -> Mask? {
    guard let mask, mask.shape.count > 2 else { return nil }
    return Mask(values: mask.values, shape: mask.shape.timestepsAsBatch)
  }

  // MARK: Shapes and weights

  override func outputShapes(for input: Shape) throws(ElmanError) -> [Shape] {
    try requireRank(atLeast: 3, input)
    let inner = try layer.outputShapes(for: self.inner(input))
    guard inner.count == 1 else { throw incompatible("the layer inside has \(inner.count) outputs, one is expected") }
    return [Shape(Array(input.dimensions.prefix(2)) + inner[0].dimensions.dropFirst())]
  }

  /// The shape of all timesteps of all samples, one after the other.
  private func inner(_ input: Shape) -> Shape {
    var steps: Int?
    if let batch = input[0], let timesteps = input[1] {
      let (product, overflow) = batch.multipliedReportingOverflow(by: timesteps)
      steps = overflow ? nil : product
    }
    return Shape([steps] + input.dimensions.dropFirst(2))
  }

  private func inner(_ shape: [Int]) -> [Int] { [shape[0] * shape[1]] + shape.dropFirst(2) }

  override func makeWeights(for input: Shape) throws(ElmanError) -> [Weight] {
    try layer.build(for: inner(input).withBatch(nil))
    return []
  }

  override func scratchCount(for input: [Int], threads: Int) throws(ElmanError) -> Int {
    try layer.scratchCount(for: inner(input), threads: threads)
  }

  override func keptCount(for input: [Int]) throws(ElmanError) -> Int {
    try layer.keptCount(for: inner(input))
  }

  override func forward(_ call: LayerCall) throws(ElmanError) {
    try call.requireMask(of: self, rank: maskRank(ofInput: call.inputShape.count))
    if layer.isIdentity { return call.outputs[0].update(from: call.input, count: call.inputShape.reduce(1, *)) }
    try layer.run(inner(call))
  }

  private func inner(_ call: LayerCall) -> LayerCall {
    LayerCall(
      inputShape: call.inputShape.timestepsAsBatch, outputShape: call.outputShape.timestepsAsBatch, input: call.input,
      outputs: call.outputs, kept: call.kept, mask: inner(call.mask), training: call.training, threads: call.threads,
      scratch: call.scratch)
  }

  override func backwardScratchCount(forInputs inputs: [[Int]], threads: Int) throws(ElmanError) -> Int {
    try layer.backwardScratchCount(forInputs: [inner(inputs[0])], threads: threads)
  }

  override func backward(_ call: BackwardCall) throws(ElmanError) {
    if layer.isIdentity {
      guard let gradient = call.outputGradient else { return }
      call.inputGradient?.update(from: gradient, count: call.forward.inputShape.reduce(1, *))
      return
    }
    try layer.runBackward(
      BackwardCall(
        forward: inner(call.forward), outputGradients: call.outputGradients, inputGradients: call.inputGradients,
        weightGradients: call.weightGradients, scratch: call.scratch))
  }
}
