import KernelInterface

/// A layer that applies one function to each element, or to the elements along some axes; any shape.
public class FunctionLayer: Layer, @unchecked Sendable {
  final let function: Activation
  private let arguments: [JSON.Member]

  init(_ function: Activation, _ arguments: [JSON.Member], _ reader: inout ConfigReader) throws(ElmanError) {
    self.function = function
    self.arguments = arguments
    super.init(try LayerSettings(&reader))
  }

  final override func ownConfig() -> [JSON.Member] { arguments }
  final override var isIdentity: Bool { function.isLinear }
  final override var maskFlow: MaskFlow { .passes }

  final override func outputShapes(for input: Shape) throws(ElmanError) -> [Shape] {
    [try function.outputShape(for: input)]
  }

  final override func scratchCount(for input: [Int], threads: Int) throws(ElmanError) -> Int {
    try function.scratchCount(for: Dimensions(input))
  }

  final override func streamStates(for input: [Int], isMasked: Bool) throws(ElmanError) -> [[Int]] {
    if input.count > 2, try function.axes(of: Shape(input)).contains(1) {
      throw cannotStream("it looks at several timesteps")
    }
    return []
  }

  override func forward(_ call: LayerCall) throws(ElmanError) { apply(to: call.input, call) }

  final func apply(to input: UnsafePointer<Float>, _ call: LayerCall) {
    function.apply(call.kernels, input, call.outputs[0], shape: call.inputShape, scratch: call.scratch)
  }
}

/// Keras's `Activation`.
public final class ActivationLayer: FunctionLayer, @unchecked Sendable {
  public override class var className: String { "Activation" }

  init(_ reader: inout ConfigReader) throws(ElmanError) {
    guard reader.has("activation") else {
      throw ElmanError(.wrongType, "Activation needs the argument 'activation', the name of a function.")
    }
    let activation = try reader.anyActivation("activation", default: "linear")
    try super.init(activation, [JSON.Member("activation", activation.json)], &reader)
  }
}

/// Keras's `ReLU`: x above the threshold and at most max_value, up to it negative_slope * (x - threshold).
public final class ReLU: FunctionLayer, @unchecked Sendable {
  public override class var className: String { "ReLU" }

  init(_ reader: inout ConfigReader) throws(ElmanError) {
    let given = try reader.value("max_value") == nil ? nil : reader.number("max_value", default: 0)
    let slope = try reader.number("negative_slope", default: 0)
    let threshold = try reader.number("threshold", default: 0)
    for (key, value) in [("max_value", given ?? 0), ("negative_slope", slope), ("threshold", threshold)] where value < 0 {
      throw ElmanError(.invalidArgument, "\(key) of a ReLU layer cannot be a negative value. Received: \(value)")
    }
    try super.init(
      Activation(Elementwise(.relu, a: Float(slope), b: Float(given ?? .infinity), c: Float(threshold)), json: "relu"),
      [
        JSON.Member("max_value", given.map(JSON.double) ?? .null), JSON.Member("negative_slope", .double(slope)),
        JSON.Member("threshold", .double(threshold)),
      ], &reader)
  }
}

/// Keras's `LeakyReLU`: x, or slope * x below 0. Keras 2 calls the slope `alpha`, Keras 3 `negative_slope`; both begin at 0.3.
public final class LeakyReLU: FunctionLayer, @unchecked Sendable {
  public override class var className: String { "LeakyReLU" }

  init(_ reader: inout ConfigReader) throws(ElmanError) {
    let key = reader.has("negative_slope") ? "negative_slope" : "alpha"
    let slope = try reader.number(key, default: 0.3)
    guard slope >= 0 else {
      throw ElmanError(
        .invalidArgument, "The slope of a LeakyReLU layer cannot be a negative value. Received: \(key)=\(slope)")
    }
    try super.init(
      Activation(Elementwise(.relu, a: Float(slope), b: .infinity), json: "leaky_relu"),
      [JSON.Member(key, .double(slope))], &reader)
  }
}

/// Keras's `ELU`: x, or alpha * (e^x - 1) below 0.
public final class ELU: FunctionLayer, @unchecked Sendable {
  public override class var className: String { "ELU" }

  init(_ reader: inout ConfigReader) throws(ElmanError) {
    let alpha = try reader.number("alpha", default: 1)
    try super.init(
      Activation(Elementwise(.elu, a: Float(alpha)), json: "elu"), [JSON.Member("alpha", .double(alpha))], &reader)
  }
}

/// Keras 2's `ThresholdedReLU`: x where it is greater than theta, otherwise 0.
public final class ThresholdedReLU: FunctionLayer, @unchecked Sendable {
  public override class var className: String { "ThresholdedReLU" }

  init(_ reader: inout ConfigReader) throws(ElmanError) {
    let theta = try reader.number("theta", default: 1)
    guard theta >= 0 else {
      throw ElmanError(
        .invalidArgument, "Theta of a Thresholded ReLU layer cannot be negative, expecting a float. Received: \(theta)")
    }
    try super.init(
      Activation(Elementwise(.threshold, a: Float(theta)), json: "threshold"), [JSON.Member("theta", .double(theta))],
      &reader)
  }
}
