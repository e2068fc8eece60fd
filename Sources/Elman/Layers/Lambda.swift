/// Keras's `Lambda`: a function of the caller. No file can hold it, and no config makes it.
public final class Lambda: Layer, @unchecked Sendable {
  public override class var className: String { "Lambda" }

  /// What the function reads and writes.
  public struct Call {
    public let input: UnsafePointer<Float>
    public let inputShape: Dimensions
    public let output: UnsafeMutablePointer<Float>
    public let outputShape: Dimensions

    /// Floats of the output.
    public var outputCount: Int { outputShape.reduce(1, *) }
  }

  private let shape: @Sendable (Shape) throws(ElmanError) -> Shape
  private let knownShapes = KnownShapes()
  private let body: @Sendable (Call) throws(ElmanError) -> Void

  public init(
    config: JSON, shape: @escaping @Sendable (Shape) throws(ElmanError) -> Shape,
    body: @escaping @Sendable (Call) throws(ElmanError) -> Void
  ) throws(ElmanError) {
    self.shape = shape
    self.body = body
    var reader = try ConfigReader(config, of: Lambda.className)
    super.init(try LayerSettings(&reader))
    try reader.finish()
  }

  override var runsCallersCode: Bool { true }
  override var maskFlow: MaskFlow { .stops }

  override func outputShapes(for input: Shape) throws(ElmanError) -> [Shape] {
    try knownShapes.shapes(for: [input]) { () throws(ElmanError) in [try shape(input)] }
  }

  override func forward(_ call: LayerCall) throws(ElmanError) {
    try body(
      Call(input: call.input, inputShape: call.inputShape, output: call.outputs[0], outputShape: call.outputShape))
  }

  override func streamStates(for input: [Int], isMasked: Bool) throws(ElmanError) -> [[Int]] {
    throw cannotStream("what its function does with time is not known")
  }
}
