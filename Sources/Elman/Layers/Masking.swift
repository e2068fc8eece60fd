/// Keras's `Masking`: places (batch, ..., features) whose features all equal mask_value, one number or one for each
/// feature, are masked, and become 0.
public final class Masking: Layer, ListedLayer, @unchecked Sendable {
  public override class var className: String { "Masking" }

  static let arguments = Arguments(.maskValue)

  private let values: [Float]

  init(_ reader: inout ConfigReader) throws(ElmanError) {
    values = try Self.arguments.values(&reader).values.map { Float($0) }
    super.init(try LayerSettings(&reader))
  }

  override var maskFlow: MaskFlow { .makes }

  override func outputShapes(for input: Shape) throws(ElmanError) -> [Shape] {
    try requireRank(atLeast: 2, input)
    if values.count > 1, let features = input.last, features != values.count {
      throw incompatible("its mask_value has \(values.count) numbers, one for each feature; found shape=\(input)")
    }
    return [input]
  }

  override func maskRank(ofInput rank: Int) -> Int { rank - 1 }

  override func makeMask(of input: UnsafePointer<Float>, shape: Dimensions, into mask: UnsafeMutablePointer<UInt8>) {
    let features = shape[shape.count - 1]
    for place in 0..<places(shape) { mask[place] = isKept(input + place * features, features) ? 1 : 0 }
  }

  private func places(_ shape: Dimensions) -> Int { shape.dropLast().reduce(1, *) }

  private func isKept(_ features: UnsafePointer<Float>, _ count: Int) -> Bool {
    let isOne = values.count == 1
    for feature in 0..<count where features[feature] != values[isOne ? 0 : feature] { return true }
    return false
  }

  override func forward(_ call: LayerCall) {
    let features = call.inputShape[call.inputShape.count - 1]
    for place in 0..<places(call.inputShape) {
      let (input, output) = (call.input + place * features, call.outputs[0] + place * features)
      if isKept(input, features) {
        output.update(from: input, count: features)
      } else {
        output.update(repeating: 0, count: features)
      }
    }
  }

  override func backward(_ call: BackwardCall) {
    guard let gradient = call.outputGradient, let inputGradient = call.inputGradient else { return }
    let shape = call.forward.inputShape
    let features = shape[shape.count - 1]
    for first in stride(from: 0, to: places(shape) * features, by: features) {
      if isKept(call.forward.input + first, features) {
        (inputGradient + first).update(from: gradient + first, count: features)
      } else {
        (inputGradient + first).update(repeating: 0, count: features)
      }
    }
  }
}

extension Argument<NumberArray> {
  fileprivate static var maskValue: Argument {
    Argument("mask_value", "numbers", 0.0, json: \.json) { (reader, name) throws(ElmanError) in
      let value = try reader.numbers(name, default: 0)
      guard value.shape.count <= 1, !value.values.isEmpty else {
        throw ElmanError(
          .invalidArgument,
          "The mask_value of a Masking is a number, or one for each feature. Received: shape=\(Shape(value.shape))")
      }
      return value
    }
  }
}
