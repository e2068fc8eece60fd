/// Keras's `Softmax` over one axis or several; elements that a mask of the input's own shape leaves out get 0.
public final class Softmax: FunctionLayer, ListedLayer, @unchecked Sendable {
  public override class var className: String { "Softmax" }

  static let arguments = Arguments(.axes())

  init(_ reader: inout ConfigReader) throws(ElmanError) {
    let axes = try Self.arguments.values(&reader)
    try super.init(Activation(.softmax, axes: axes, json: "softmax"), &reader)
  }

  override func forward(_ call: LayerCall) throws(ElmanError) {
    guard let mask = call.mask else { return try super.forward(call) }
    guard mask.shape == call.inputShape else {
      throw ElmanError(
        .unsupported,
        "The mask of a Softmax must have the input's shape, \(Shape(call.inputShape)). Received: \(Shape(mask.shape))")
    }
    let output = call.outputs[0]
    for place in 0..<call.inputShape.reduce(1, *) {
      output[place] = call.input[place] + (mask.values[place] == 0 ? -1e9 : 0)
    }
    apply(to: output, call)
  }
}
