/// What GlobalMaxPooling1D and GlobalAveragePooling1D share: (batch, timesteps, features) to (batch, features), or
/// (batch, 1, features) with keepdims.
public class GlobalPooling1D: Layer, @unchecked Sendable {
  private let keepsDimensions: Bool

  static let arguments = Arguments(.channelsLast, .flag("keepdims", false))

  init(_ reader: inout ConfigReader) throws(ElmanError) {
    (_, keepsDimensions) = try Self.arguments.values(&reader)
    super.init(try LayerSettings(&reader))
  }

  final override func outputShapes(for input: Shape) throws(ElmanError) -> [Shape] {
    try requireRank(3, input)
    if input[1] == 0 { throw incompatible("a sequence needs at least one timestep, found shape=\(input)") }
    return [keepsDimensions ? [input[0], 1, input[2]] : [input[0], input[2]]]
  }

  /// Takes the features of one timestep into the output, which begins as zeros.
  func add(_ features: UnsafePointer<Float>, _ count: Int, to output: UnsafeMutablePointer<Float>, isFirst: Bool) {}

  /// Ends a row after `steps` timesteps.
  func finish(_ output: UnsafeMutablePointer<Float>, _ count: Int, steps: Int) {}

  /// Whether masked timesteps are left out.
  var usesMask: Bool { false }

  final override func forward(_ call: LayerCall) throws(ElmanError) {
    let (steps, features) = (call.inputShape[1], call.inputShape[2])
    let mask = usesMask ? try call.timestepMask(of: self) : nil
    for row in 0..<call.inputShape[0] {
      let output = call.outputs[0] + row * features
      output.update(repeating: 0, count: features)
      var kept = 0
      for step in 0..<steps {
        if let mask, mask[row * steps + step] == 0 { continue }
        add(call.input + (row * steps + step) * features, features, to: output, isFirst: kept == 0)
        kept += 1
      }
      finish(output, features, steps: kept)
    }
  }

  final override func streamStates(for input: [Int], isMasked: Bool) throws(ElmanError) -> [[Int]] {
    throw cannotStream("it pools over time")
  }
}

/// Keras's `GlobalMaxPooling1D`; a mask is not looked at, as in Keras.
public final class GlobalMaxPooling1D: GlobalPooling1D, ListedLayer, @unchecked Sendable {
  public override class var className: String { "GlobalMaxPooling1D" }

  override func add(_ features: UnsafePointer<Float>, _ count: Int, to output: UnsafeMutablePointer<Float>, isFirst: Bool) {
    for index in 0..<count where isFirst || !(features[index] <= output[index]) { output[index] = features[index] }
  }
}

/// Keras's `GlobalAveragePooling1D`; masked timesteps do not count, and a row without any other gives 0.
public final class GlobalAveragePooling1D: GlobalPooling1D, ListedLayer, @unchecked Sendable {
  public override class var className: String { "GlobalAveragePooling1D" }

  override var usesMask: Bool { true }
  override var maskFlow: MaskFlow { .stops }

  override func add(_ features: UnsafePointer<Float>, _ count: Int, to output: UnsafeMutablePointer<Float>, isFirst: Bool) {
    for index in 0..<count { output[index] += features[index] }
  }

  override func finish(_ output: UnsafeMutablePointer<Float>, _ count: Int, steps: Int) {
    if steps > 0 { for index in 0..<count { output[index] /= Float(steps) } }
  }
}
