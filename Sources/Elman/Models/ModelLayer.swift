/// A model as a layer of another one. A program runs the layers in it as its own; a layer around it, such as
/// TimeDistributed, runs it whole.
public final class ModelLayer: Layer, @unchecked Sendable {
  public let model: Model

  /// How deep models may stand in one another.
  private static let deepest = 64

  fileprivate init(_ model: Model) throws(ElmanError) {
    self.model = model
    let layers = model.layers
    let depth = 1 + (layers.map(\.modelDepth).max() ?? 0)
    guard depth <= Self.deepest else {
      throw ElmanError(
        .invalidArgument, "Models may stand in one another \(Self.deepest) deep. Received: \(depth) deep")
    }
    modelDepthOfThis = depth
    var reader = try ConfigReader(["name": .string(model.name)], of: type(of: model).className)
    super.init(try LayerSettings(&reader), children: layers.map { ($0.name, $0) })
  }

  fileprivate let modelDepthOfThis: Int

  public override var kerasClassName: String { type(of: model).className }
  public override func config() -> JSON { model.config() }

  public override func serialized() -> JSON {
    let isSequential = model is Sequential
    return SerializedObject.json(
      module: isSequential ? "keras" : "keras.src.models.functional", className: kerasClassName, config: config())
  }

  override var isStateful: Bool { children.contains(where: \.isStateful) }

  override func outputShapes(for input: Shape) throws(ElmanError) -> [Shape] {
    try outputShapes(forInputs: [input], CallOptions())
  }

  override func outputShapes(forInputs inputs: [Shape], _ options: CallOptions) throws(ElmanError) -> [Shape] {
    try model.outputShapes(forInputs: inputs)
  }

  override func makeWeights(forInputs inputs: [Shape]) throws(ElmanError) -> [Weight] {
    try model.build(forInputs: inputs)
    return []
  }

  override func forward(_ call: LayerCall) throws(ElmanError) {
    try InputKey.with(count: call.inputCount, shape: { call.operand($0).shape }) { (key) throws(ElmanError) in
      try model.run(key, training: call.training, threads: call.threads, CallArrays(call: call))
    }
  }

  /// The arrays of a layer's call.
  private struct CallArrays: RunArrays {
    let call: LayerCall

    func input(_ index: Int) -> UnsafePointer<Float> { call.operand(index).values }
    var outputCount: Int { call.outputs.count }
    func output(_ index: Int) -> UnsafeMutableBufferPointer<Float> {
      // The layer around it measured its outputs by the shapes that the model told.
      UnsafeMutableBufferPointer(start: call.outputs[index], count: Int.max)
    }
  }

  override func streamStates(forInputs inputs: [[Int]], isMasked: Bool) throws(ElmanError) -> [[Int]] {
    throw cannotStream("a layer around it runs it whole")
  }
}

extension Layer {
  /// How many models stand in one another here.
  fileprivate var modelDepth: Int {
    (self as? ModelLayer)?.modelDepthOfThis ?? children.map(\.modelDepth).max() ?? 0
  }
}

extension Model {
  /// The model as a layer: always the same one while somebody has it.
  public final func asLayer() throws(ElmanError) -> ModelLayer {
    if let known = nestedLayer.known { return known }
    try becomeNested()
    return nestedLayer.keep(try ModelLayer(self))
  }
}

/// The layer that a model is in others, while somebody has it.
final class NestedLayer: @unchecked Sendable {
  private let lock = Lock()
  private weak var layer: ModelLayer?

  var known: ModelLayer? { lock.withLock { layer } }

  /// Keeps a layer, unless another thread kept one meanwhile; gives the one that is kept.
  fileprivate func keep(_ new: ModelLayer) -> ModelLayer {
    lock.withLock {
      if let layer { return layer }
      layer = new
      return new
    }
  }
}
