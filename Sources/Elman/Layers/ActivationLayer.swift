/// Keras's `Activation`: a function of each element or of each row (the last axis); any shape.
public final class ActivationLayer: Layer, @unchecked Sendable {
  public override class var className: String { "Activation" }

  private let activation: Activation

  init(_ reader: inout ConfigReader) throws(ElmanError) {
    guard reader.has("activation") else {
      throw ElmanError(.wrongType, "Activation needs the argument 'activation', the name of a function.")
    }
    activation = try reader.activation("activation", default: "linear")
    super.init(try LayerSettings(&reader))
  }

  override func ownConfig() -> [JSON.Member] { [JSON.Member("activation", .string(activation.name))] }

  override var maskFlow: MaskFlow { .passes }

  override var isIdentity: Bool { activation.isLinear }

  override func forward(_ call: LayerCall) {
    let columns = call.inputShape.last ?? 1
    let rows = call.inputShape.dropLast().reduce(1, *)
    activation.apply(call.kernels, call.input, call.outputs[0], rows: rows, columns: columns)
  }
}
