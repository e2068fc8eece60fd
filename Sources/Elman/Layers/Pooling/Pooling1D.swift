/// Where a window along time stands: what convolutions and pooling share.
struct TimeWindow {
  let size: Int
  let stride: Int
  var dilation = 1
  /// "valid", "same" or "causal".
  let padding: String

  /// Timesteps from the first to the last that the window sees.
  var span: Int { (size - 1) * dilation + 1 }

  /// Output timesteps; 0 where the input is shorter than the window.
  func outputSteps(_ steps: Int) -> Int {
    padding == "valid" ? max(0, (steps - span) / stride + (steps >= span ? 1 : 0)) : (steps + stride - 1) / stride
  }

  /// Timesteps of padding before the first.
  func before(_ steps: Int) -> Int {
    switch padding {
    case "valid": 0
    case "causal": span - 1
    default: max(0, (outputSteps(steps) - 1) * stride + span - steps) / 2
    }
  }
}

extension Layer {
  /// The output timesteps of a window, or an error where there would be none.
  func outputSteps(_ window: TimeWindow, _ input: Shape) throws(ElmanError) -> Int? {
    guard let steps = input[1] else { return nil }
    let output = window.outputSteps(steps)
    guard output > 0 else {
      throw incompatible("a sequence of at least \(window.span) timesteps is needed, found shape=\(input)")
    }
    return output
  }
}

/// What MaxPooling1D and AveragePooling1D share: (batch, timesteps, features) to fewer timesteps.
public class Pooling1D: Layer, @unchecked Sendable {
  private let window: TimeWindow

  static let arguments = Arguments(
    .poolingWindow, .choice("padding", ["valid", "same"]), .channelsLast, configOrder: ["strides", "pool_size"])

  init(_ reader: inout ConfigReader) throws(ElmanError) {
    let ((size, stride), padding, _) = try Self.arguments.values(&reader)
    window = TimeWindow(size: size, stride: stride, padding: padding)
    super.init(try LayerSettings(&reader))
  }

  final override func outputShapes(for input: Shape) throws(ElmanError) -> [Shape] {
    try requireRank(3, input)
    return [[input[0], try outputSteps(window, input), input[2]]]
  }

  /// What one output becomes from `count` elements that are `stride` apart.
  func pool(_ first: UnsafePointer<Float>, _ count: Int, stride: Int) -> Float { 0 }

  final override func forward(_ call: LayerCall) {
    let (steps, features) = (call.inputShape[1], call.inputShape[2])
    let (outputSteps, before) = (window.outputSteps(steps), window.before(steps))
    for row in 0..<call.inputShape[0] {
      for step in 0..<outputSteps {
        let start = step * window.stride - before
        let range = max(start, 0)..<min(start + window.size, steps)
        let first = call.input + (row * steps + range.lowerBound) * features
        let output = call.outputs[0] + (row * outputSteps + step) * features
        for feature in 0..<features { output[feature] = pool(first + feature, range.count, stride: features) }
      }
    }
  }

  final override func streamStates(for input: [Int], isMasked: Bool) throws(ElmanError) -> [[Int]] {
    throw cannotStream("it pools over time")
  }
}

extension Argument<(Int, Int)> {
  /// `pool_size` and `strides`, which are as large where they are not given.
  fileprivate static var poolingWindow: Argument {
    Argument([ArgumentEntry("pool_size", "extent", 2), ArgumentEntry("strides", "extent", .null)]) {
      (reader) throws(ElmanError) in
      let size = try reader.extent("pool_size", default: 2)
      let stride = try reader.extent("strides", default: size)
      reader.write("pool_size", .integers([size]))
      reader.write("strides", .integers([stride]))
      return (size, stride)
    }
  }
}

/// Keras's `MaxPooling1D`.
public final class MaxPooling1D: Pooling1D, ListedLayer, @unchecked Sendable {
  public override class var className: String { "MaxPooling1D" }

  override func pool(_ first: UnsafePointer<Float>, _ count: Int, stride: Int) -> Float {
    var largest = first[0]
    for index in 1..<max(count, 1) where !(first[index * stride] <= largest) { largest = first[index * stride] }
    return largest
  }
}

/// Keras's `AveragePooling1D`; padding does not count.
public final class AveragePooling1D: Pooling1D, ListedLayer, @unchecked Sendable {
  public override class var className: String { "AveragePooling1D" }

  override func pool(_ first: UnsafePointer<Float>, _ count: Int, stride: Int) -> Float {
    var sum: Float = 0
    for index in 0..<count { sum += first[index * stride] }
    return sum / Float(count)
  }
}
