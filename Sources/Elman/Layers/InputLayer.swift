/// Keras's `InputLayer`: the input shape of a model, and nothing to compute. Inputs of any dtype become float32.
public final class InputLayer: Layer, ListedLayer, @unchecked Sendable {
  public override class var className: String { "InputLayer" }

  static let arguments = Arguments(ignoring: ["sparse", "ragged", "type_spec", "optional", "input_dtype"])

  let shape: Shape
  /// Of its node in graphs.
  let serial = Node.newSerial()

  init(_ reader: inout ConfigReader) throws(ElmanError) {
    try Self.arguments.values(&reader)
    let settings = try LayerSettings(
      &reader, inputTypes: LayerSettings.floatTypes + LayerSettings.integerTypes + ["bool"])
    guard let shape = settings.inputShape else {
      throw ElmanError(
        .invalidArgument,
        "You must pass a `shape` argument: an InputLayer needs 'batch_input_shape', 'batch_shape' or 'input_shape'.")
    }
    self.shape = shape
    super.init(settings)
  }

  override var maskFlow: MaskFlow { .passes }

  override var hasTrainableInConfig: Bool { false }
  override var isIdentity: Bool { true }
}
