/// Keras's `Masking`: places (batch, ..., features) whose features all equal mask_value are masked, and become 0.
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
    try requireRank(atLeast: 2, input)
    return [input]
  }

  override func maskRank(ofInput rank: Int) -> Int { rank - 1 }

  override func makeMask(of input: UnsafePointer<Float>, shape: [Int], into mask: UnsafeMutablePointer<UInt8>) {
    let features = shape[shape.count - 1]
    for place in 0..<places(shape) { mask[place] = isKept(input + place * features, features) ? 1 : 0 }
  }

  private func places(_ shape: [Int]) -> Int { shape.prefix(shape.count - 1).reduce(1, *) }

  private func isKept(_ features: UnsafePointer<Float>, _ count: Int) -> Bool {
    let value = Float(maskValue)
    for feature in 0..<count where features[feature] != value { return true }
    return false
  }

  override func forward(_ call: LayerCall) {
    let features = call.inputShape[call.inputShape.count - 1]
    for place in 0..<places(call.inputShape) {
      let (input, output) = (call.input + place * features, call.outputs[0] + place * features)
      if isKept(input, features) { output.update(from: input, count: features) } else { output.update(repeating: 0, count: features) }
    }
  }
}
