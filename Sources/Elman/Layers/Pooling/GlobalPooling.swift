/// What the layers share that pool all places: (batch, space..., channels) to (batch, channels) or, with keepdims, to
/// (batch, 1..., channels).
public class GlobalPooling: Layer, @unchecked Sendable {
  typealias ArgumentTypes = Arguments<DataFormat, Bool>

  static func list(_ rank: Int) -> ArgumentTypes { Arguments(.dataFormat(rank), .flag("keepdims", false)) }

  private let function: PoolingFunction
  private let format: DataFormat
  private let keepsDimensions: Bool

  init(_ function: PoolingFunction, _ arguments: ArgumentTypes, _ reader: inout ConfigReader) throws(ElmanError) {
    self.function = function
    (format, keepsDimensions) = try arguments.values(&reader)
    super.init(try LayerSettings(&reader))
  }

  final override func outputShapes(for input: Shape) throws(ElmanError) -> [Shape] {
    try requireRank(format.rank + 2, input)
    if format.spaceAxes.contains(where: { input[$0] == 0 }) {
      throw incompatible(
        format.rank == 1
          ? "a sequence needs at least one timestep, found shape=\(input)"
          : "there is nothing to pool, found shape=\(input)")
    }
    let channels = input[format.channelAxis]
    let ones = [Int?](repeating: 1, count: format.rank)
    return [keepsDimensions ? format.shape(input, space: ones, channels: channels) : [input[0], channels]]
  }

  /// Whether masked timesteps are left out.
  var usesMask: Bool { false }

  final override func forward(_ call: LayerCall) throws(ElmanError) {
    let grid = Grid(call.inputShape, format)
    let places = grid.planes * grid.rows * grid.columns
    let mask = usesMask ? try mask(call, places: places) : nil
    var (input, output) = (call.input, call.outputs[0])
    for sample in 0..<grid.samples {
      // With "channels_first" several pictures have the mask of one sample.
      let mask = mask.map { $0 + sample / (grid.samples / call.inputShape[0]) * places }
      var counted = 0
      for place in 0..<places {
        if mask?[place] != 0 {
          function.add(input, grid.channels, to: output, isFirst: counted == 0)
          counted += 1
        }
        input += grid.channels
      }
      function.finish(output, grid.channels, places: counted)
      output += grid.channels
    }
  }

  /// An average gives each place that counted its part; a largest element shares its gradient with its equals.
  final override func backward(_ call: BackwardCall) throws(ElmanError) {
    guard let gradient = call.outputGradient, let inputGradient = call.inputGradient else { return }
    let (forward, grid) = (call.forward, Grid(call.forward.inputShape, format))
    let places = grid.planes * grid.rows * grid.columns
    let mask = usesMask ? try mask(forward, places: places) : nil
    for sample in 0..<grid.samples {
      let mask = mask.map { $0 + sample / (grid.samples / forward.inputShape[0]) * places }
      for channel in 0..<grid.channels {
        let (first, pooled) = (sample * places * grid.channels + channel, sample * grid.channels + channel)
        func counts(_ place: Int) -> Bool {
          if mask?[place] == 0 { return false }
          return function == .average || forward.input[first + place * grid.channels] == forward.outputs[0][pooled]
        }
        var counted = 0
        for place in 0..<places where counts(place) { counted += 1 }
        let share = gradient[pooled] / Float(max(counted, 1))
        for place in 0..<places { inputGradient[first + place * grid.channels] = counts(place) ? share : 0 }
      }
    }
  }

  /// The mask of the timesteps, (batch, timesteps).
  private func mask(_ call: LayerCall, places: Int) throws(ElmanError) -> UnsafePointer<UInt8>? {
    if !format.isChannelsFirst { return try call.timestepMask(of: self) }
    guard let mask = call.mask else { return nil }
    guard mask.shape == [call.inputShape[0], places] else {
      let expected = Shape([call.inputShape[0], places])
      throw incompatible("expected a mask of shape=\(expected), found shape=\(Shape(mask.shape))")
    }
    return mask.values
  }

  final override func streamStates(for input: [Int], isMasked: Bool) throws(ElmanError) -> [[Int]] {
    throw cannotStream("it pools over time")
  }
}

/// Keras's `GlobalMaxPooling1D`; a mask is not looked at, as in Keras.
public final class GlobalMaxPooling1D: GlobalPooling, ListedLayer, @unchecked Sendable {
  public override class var className: String { "GlobalMaxPooling1D" }
  static let arguments = list(1)
  init(_ reader: inout ConfigReader) throws(ElmanError) { try super.init(.max, Self.arguments, &reader) }
}

/// Keras's `GlobalMaxPooling2D`.
public final class GlobalMaxPooling2D: GlobalPooling, ListedLayer, @unchecked Sendable {
  public override class var className: String { "GlobalMaxPooling2D" }
  static let arguments = list(2)
  init(_ reader: inout ConfigReader) throws(ElmanError) { try super.init(.max, Self.arguments, &reader) }
}

/// Keras's `GlobalAveragePooling1D`; masked timesteps do not count, and a row without any other gives 0.
public final class GlobalAveragePooling1D: GlobalPooling, ListedLayer, @unchecked Sendable {
  public override class var className: String { "GlobalAveragePooling1D" }
  static let arguments = list(1)
  init(_ reader: inout ConfigReader) throws(ElmanError) { try super.init(.average, Self.arguments, &reader) }

  override var usesMask: Bool { true }
  override var maskFlow: MaskFlow { .stops }
}

/// Keras's `GlobalAveragePooling2D`.
public final class GlobalAveragePooling2D: GlobalPooling, ListedLayer, @unchecked Sendable {
  public override class var className: String { "GlobalAveragePooling2D" }
  static let arguments = list(2)
  init(_ reader: inout ConfigReader) throws(ElmanError) { try super.init(.average, Self.arguments, &reader) }
}
