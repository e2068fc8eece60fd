/// Keras's `Rescaling`: `x * scale + offset`.
public final class Rescaling: Layer, @unchecked Sendable {
  public override class var className: String { "Rescaling" }

  private let scale: Double
  private let offset: Double

  init(_ reader: inout ConfigReader) throws(ElmanError) {
    scale = try reader.requiredNumber("scale")
    offset = try reader.number("offset", default: 0)
    super.init(try LayerSettings(&reader))
  }

  override func ownConfig() -> [JSON.Member] { [JSON.Member("scale", .double(scale)), JSON.Member("offset", .double(offset))] }

  override func forward(_ call: LayerCall) {
    let (scale, offset) = (Float(scale), Float(offset))
    for index in 0..<call.inputShape.reduce(1, *) { call.outputs[0][index] = call.input[index] * scale + offset }
  }
}
