import KernelInterface

/// A layer that applies one function to each element, or to the elements along some axes; any shape.
public class FunctionLayer: Layer, @unchecked Sendable {
  final let function: Activation

  init(_ function: Activation, _ reader: inout ConfigReader) throws(ElmanError) {
    self.function = function
    super.init(try LayerSettings(&reader))
  }

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

  final override func backwardScratchCount(forInputs inputs: [[Int]], threads: Int) throws(ElmanError) -> Int {
    try function.gradientScratchCount(for: Dimensions(inputs[0]))
  }

  /// Where a mask of the input's shape took elements out, the output is 0, and so is the gradient.
  final override func backward(_ call: BackwardCall) {
    guard let gradient = call.outputGradient, let inputGradient = call.inputGradient else { return }
    let areOutputs = function.elementwise == nil
    function.gradient(
      call.kernels, areOutputs ? UnsafePointer(call.forward.outputs[0]) : call.forward.input, areOutputs: areOutputs,
      gradient,
      inputGradient, shape: call.forward.inputShape, scratch: call.scratch)
  }

  final func apply(to input: UnsafePointer<Float>, _ call: LayerCall) {
    function.apply(call.kernels, input, call.outputs[0], shape: call.inputShape, scratch: call.scratch)
  }
}

/// Keras's `Activation`.
public final class ActivationLayer: FunctionLayer, ListedLayer, @unchecked Sendable {
  public override class var className: String { "Activation" }

  static let arguments = Arguments(.function)

  init(_ reader: inout ConfigReader) throws(ElmanError) { try super.init(Self.arguments.values(&reader), &reader) }
}

extension Argument<Activation> {
  /// A function along any axes.
  fileprivate static var function: Argument {
    Argument("activation", "activation", nil, json: \.json) { (reader, name) throws(ElmanError) in
      guard reader.has(name) else { throw reader.missing(name, "the name of a function") }
      return try reader.anyActivation(name, default: "linear")
    }
  }
}

/// Keras's `ReLU`: x above the threshold and at most max_value, up to it negative_slope * (x - threshold).
public final class ReLU: FunctionLayer, ListedLayer, @unchecked Sendable {
  public override class var className: String { "ReLU" }

  static let arguments = Arguments(
    .optionalNumber("max_value"), .number("negative_slope", 0), .number("threshold", 0))

  init(_ reader: inout ConfigReader) throws(ElmanError) {
    let (largest, slope, threshold) = try Self.arguments.values(&reader)
    let given = [("max_value", largest ?? 0), ("negative_slope", slope), ("threshold", threshold)]
    for (key, value) in given where value < 0 {
      throw ElmanError(.invalidArgument, "\(key) of a ReLU layer cannot be a negative value. Received: \(value)")
    }
    let function = Elementwise(.relu, a: Float(slope), b: Float(largest ?? .infinity), c: Float(threshold))
    try super.init(Activation(function, json: "relu"), &reader)
  }
}

/// Keras's `LeakyReLU`: x, or slope * x below 0. Keras 2 calls the slope `alpha`, Keras 3 `negative_slope`; both begin
/// at 0.3.
public final class LeakyReLU: FunctionLayer, ListedLayer, @unchecked Sendable {
  public override class var className: String { "LeakyReLU" }

  static let arguments = Arguments(.slope)

  init(_ reader: inout ConfigReader) throws(ElmanError) {
    let slope = try Self.arguments.values(&reader)
    try super.init(Activation(Elementwise(.relu, a: Float(slope), b: .infinity), json: "leaky_relu"), &reader)
  }
}

extension Argument<Double> {
  /// Written under the name that it was given.
  fileprivate static var slope: Argument {
    let names = [number("negative_slope", 0.3), number("alpha", 0.3).byName]
    return Argument(names.flatMap(\.entries)) { (reader) throws(ElmanError) in
      let key = reader.has("negative_slope") ? "negative_slope" : "alpha"
      let slope = try reader.number(key, default: 0.3)
      guard slope >= 0 else {
        throw ElmanError(
          .invalidArgument, "The slope of a LeakyReLU layer cannot be a negative value. Received: \(key)=\(slope)")
      }
      reader.write(key, .double(slope))
      return slope
    }
  }
}

/// Keras's `ELU`: x, or alpha * (e^x - 1) below 0.
public final class ELU: FunctionLayer, ListedLayer, @unchecked Sendable {
  public override class var className: String { "ELU" }

  static let arguments = Arguments(.number("alpha", 1))

  init(_ reader: inout ConfigReader) throws(ElmanError) {
    let alpha = try Self.arguments.values(&reader)
    try super.init(Activation(Elementwise(.elu, a: Float(alpha)), json: "elu"), &reader)
  }
}

/// Keras 2's `ThresholdedReLU`: x where it is greater than theta, otherwise 0.
public final class ThresholdedReLU: FunctionLayer, ListedLayer, @unchecked Sendable {
  public override class var className: String { "ThresholdedReLU" }

  static let arguments = Arguments(.number("theta", 1))

  init(_ reader: inout ConfigReader) throws(ElmanError) {
    let theta = try Self.arguments.values(&reader)
    guard theta >= 0 else {
      throw ElmanError(
        .invalidArgument, "Theta of a Thresholded ReLU layer cannot be negative, expecting a float. Received: \(theta)")
    }
    try super.init(Activation(Elementwise(.threshold, a: Float(theta)), json: "threshold"), &reader)
  }
}
