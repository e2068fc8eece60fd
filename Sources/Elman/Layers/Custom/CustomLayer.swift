/// A layer whose class the caller wrote: weights, shapes and arithmetic come from functions. No file makes one, unless
/// the program has registered its class (`CustomClasses`).
public final class CustomLayer: Layer, MaskJoining, @unchecked Sendable {
  public override class var className: String { "CustomLayer" }

  /// What is beside `CustomPart`, which has `build` and the config.
  public struct Functions: Sendable {
    public typealias Shapes = @Sendable ([Shape]) throws(ElmanError) -> [Shape]
    public typealias Mask = @Sendable (Call, UnsafeMutablePointer<UInt8>) throws(ElmanError) -> Void

    /// Writes the outputs.
    public var call: @Sendable (Call) throws(ElmanError) -> Void
    /// The shapes of the outputs; nil for one output of the first input's shape.
    public var shapes: Shapes?
    /// Writes the output's mask, (batch, timesteps).
    public var mask: Mask?

    public init(call: @escaping @Sendable (Call) throws(ElmanError) -> Void) { self.call = call }
  }

  private let part: CustomPart
  private let functions: Functions
  private let knownShapes = KnownShapes()
  private static let mostOutputs = 64

  public init(_ part: CustomPart, config: JSON, functions: Functions) throws(ElmanError) {
    self.part = part
    self.functions = functions
    var reader = try ConfigReader(config, of: part.shortName)
    super.init(try LayerSettings(&reader))
    try reader.finish()
  }

  override var custom: CustomPart? { part }
  override var runsCallersCode: Bool { true }
  override func ownConfig() -> [JSON.Member] { (try? part.checkedConfig()) ?? [] }

  // MARK: Shapes and weights

  override func outputShapes(for input: Shape) throws(ElmanError) -> [Shape] {
    try outputShapes(forInputs: [input], CallOptions())
  }

  override func outputShapes(forInputs inputs: [Shape], _ options: CallOptions) throws(ElmanError) -> [Shape] {
    // Shapes may follow from weights, or from a trial with them.
    try declareWeights(for: inputs)
    guard let tell = functions.shapes else { return [inputs[0]] }
    return try knownShapes.shapes(for: inputs) { () throws(ElmanError) in
      let outputs = try tell(inputs)
      guard (1...Self.mostOutputs).contains(outputs.count) else {
        throw ElmanError(
          .invalidArgument, "Layer \"\(name)\" must have 1 to \(Self.mostOutputs) outputs. Received: \(outputs.count)")
      }
      return outputs
    }
  }

  override func makeWeights(forInputs inputs: [Shape]) throws(ElmanError) -> [Weight] { ownWeights }

  override func scratchCount(forInputs inputs: [[Int]], threads: Int) throws(ElmanError) -> Int { 0 }

  override func streamStates(forInputs inputs: [[Int]], isMasked: Bool) throws(ElmanError) -> [[Int]] {
    throw cannotStream("what its call does with time is not known")
  }

  // MARK: Running

  /// One call: what the functions read and write.
  public struct Call {
    fileprivate let call: LayerCall
    /// The shapes of all outputs where there are several.
    fileprivate let shapes: [Shape]
    /// The layer's own weights, as they are now; none where a mask is computed.
    public let weights: [Weight]

    public var training: Bool { call.training }
    public var inputCount: Int { call.inputCount }
    public func input(_ index: Int) -> (values: UnsafePointer<Float>, shape: Dimensions) {
      let operand = call.operand(index)
      return (operand.values, operand.shape)
    }
    public func mask(_ index: Int) -> (values: UnsafePointer<UInt8>, shape: Dimensions)? {
      call.operand(index).mask.map { ($0.values, $0.shape) }
    }
    public var outputCount: Int { call.outputs.count }
    public func output(_ index: Int) -> UnsafeMutablePointer<Float> { call.outputs[index] }
    /// Calls `body` with the size of each dimension of an output.
    public func forEachSize(ofOutput index: Int, _ body: (_ axis: Int, _ size: Int) -> Void) {
      if index == 0 {
        for (axis, size) in call.outputShape.enumerated() { body(axis, size) }
      } else {
        for (axis, size) in shapes[index].dimensions.enumerated() { body(axis, size ?? 0) }
      }
    }
  }

  private func shapes(of call: LayerCall) throws(ElmanError) -> [Shape] {
    if call.outputs.count == 1 { return [] }
    let inputs = (0..<call.inputCount).map { Shape(Array(call.operand($0).shape)) }
    return try outputShapes(forInputs: inputs, call.options)
  }

  override func forward(_ call: LayerCall) throws(ElmanError) {
    try functions.call(Call(call: call, shapes: shapes(of: call), weights: ownWeights))
  }

  // MARK: Masks

  override var maskFlow: MaskFlow { functions.mask == nil ? .drops : .joins }

  var writesMasks: Bool { functions.mask != nil }

  func joinedMaskShape(_ call: LayerCall) -> Dimensions? {
    call.outputShape.count > 2 ? call.outputShape.first(2) : nil
  }

  func joinMasks(_ call: LayerCall, into mask: UnsafeMutablePointer<UInt8>) throws(ElmanError) {
    try functions.mask?(Call(call: call, shapes: shapes(of: call), weights: []), mask)
  }

  func joinedMaskCapacity(forInputs inputs: [Dimensions]) -> Int {
    let shapes = inputs.map { Shape(Array($0)) }
    guard writesMasks, let output = try? outputShapes(forInputs: shapes, CallOptions())[0].concrete, output.count > 2,
      let sizes = try? Dimensions(output)
    else { return 0 }
    return sizes.capacity(ofRank: 2)
  }
}
