/// Keras's `Flatten`: (batch, a, b, ...) to (batch, a * b * ...), and (batch,) to (batch, 1). With "channels_first" the
/// axis after the batch goes behind the others first.
public final class Flatten: Layer, ListedLayer, @unchecked Sendable {
  public override class var className: String { "Flatten" }

  static let arguments = Arguments(.dataFormat(1))

  private let format: DataFormat

  init(_ reader: inout ConfigReader) throws(ElmanError) {
    format = try Self.arguments.values(&reader)
    super.init(try LayerSettings(&reader))
  }

  override func outputShapes(for input: Shape) throws(ElmanError) -> [Shape] {
    try requireRank(atLeast: 1, input)
    let features = Array(input.dimensions.dropFirst())
    guard let known = Shape(features).concrete else { return [[input[0], nil]] }
    return [[input[0], try elementCount(known)]]
  }

  override var isIdentity: Bool { !format.isChannelsFirst }

  override func forward(_ call: LayerCall) {
    let (input, output) = (call.input, call.outputs[0])
    view(call.inputShape).forEach { result, array in output[result] = input[array] }
  }

  /// The input with the channels last.
  private func view(_ input: Dimensions) -> StridedView {
    let last = input.count - 1
    return StridedView(
      input, order: input.mapAxes { axis in axis == 0 || last < 2 ? axis : axis == last ? 1 : axis + 1 })
  }

  override func backward(_ call: BackwardCall) { call.moveGradient(view(call.forward.inputShape)) }

  override func streamStates(for input: [Int], isMasked: Bool) throws(ElmanError) -> [[Int]] {
    if input.count > 2 { throw cannotStream("it flattens whole sequences") }
    return []
  }

}
