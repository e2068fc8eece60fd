/// Keras's `Rescaling`: `x * scale + offset`.
public final class Rescaling: Layer, ListedLayer, @unchecked Sendable {
  public override class var className: String { "Rescaling" }

  static let arguments = Arguments(.number("scale"), .number("offset", 0))

  private let scale: Double
  private let offset: Double

  init(_ reader: inout ConfigReader) throws(ElmanError) {
    (scale, offset) = try Self.arguments.values(&reader)
    super.init(try LayerSettings(&reader))
  }

  override func forward(_ call: LayerCall) {
    let (scale, offset) = (Float(scale), Float(offset))
    for index in 0..<call.inputShape.reduce(1, *) { call.outputs[0][index] = call.input[index] * scale + offset }
  }
}
