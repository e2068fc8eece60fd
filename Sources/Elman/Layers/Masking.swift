/// Keras's `Masking`: timesteps whose features all equal mask_value are masked, and become 0; (batch, timesteps, features).
public final class Masking: Layer, @unchecked Sendable {
  public override class var className: String { "Masking" }

  private let maskValue: Double

  init(_ reader: inout ConfigReader) throws(ElmanError) {
    maskValue = try reader.number("mask_value", default: 0)
    super.init(try LayerSettings(&reader))
  }

  override func ownConfig() -> [JSON.Member] { [JSON.Member("mask_value", .double(maskValue))] }
  override var maskFlow: MaskFlow { .makes }

  override func outputShapes(for input: Shape) throws(ElmanError) -> [Shape] {
    try requireRank(3, input)
    return [input]
  }

  override func makeMask(of input: UnsafePointer<Float>, shape: Dimensions, into mask: UnsafeMutablePointer<UInt8>) {
    let features = shape[2]
    for step in 0..<shape[0] * shape[1] { mask[step] = isKept(input + step * features, features) ? 1 : 0 }
  }

  private func isKept(_ features: UnsafePointer<Float>, _ count: Int) -> Bool {
    let value = Float(maskValue)
    for feature in 0..<count where features[feature] != value { return true }
    return false
  }

  override func forward(_ call: LayerCall) {
    let features = call.inputShape[2]
    for step in 0..<call.inputShape[0] * call.inputShape[1] {
      let (input, output) = (call.input + step * features, call.outputs[0] + step * features)
      if isKept(input, features) { output.update(from: input, count: features) } else { output.update(repeating: 0, count: features) }
    }
  }
}
