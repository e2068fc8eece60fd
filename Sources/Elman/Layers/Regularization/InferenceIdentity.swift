/// Layers that do something only while training: at inference the input is the output.
public class InferenceIdentity: Layer, @unchecked Sendable {
  override var isIdentity: Bool { true }
  override var maskFlow: MaskFlow { .passes }
}

extension Argument<Double> {
  /// The part that is dropped, which must be there.
  fileprivate static var rate: Argument { fraction("rate") }
}

extension Argument<Shape?> {
  fileprivate static var noiseShape: Argument {
    Argument("noise_shape", "shape", .null, json: { $0?.json ?? .null }) { (reader, name) throws(ElmanError) in
      try reader.shape(name)
    }
  }
}

/// Keras's `Dropout`.
public final class Dropout: InferenceIdentity, ListedLayer, @unchecked Sendable {
  public override class var className: String { "Dropout" }

  static let arguments = Arguments(.rate, .noiseShape, .seed)

  init(_ reader: inout ConfigReader) throws(ElmanError) {
    _ = try Self.arguments.values(&reader)
    super.init(try LayerSettings(&reader))
  }
}

/// Keras's `SpatialDropout1D`; (batch, timesteps, features).
public final class SpatialDropout1D: InferenceIdentity, ListedLayer, @unchecked Sendable {
  public override class var className: String { "SpatialDropout1D" }

  static let arguments = Arguments(.rate, .seed, ignoring: ["noise_shape"])

  init(_ reader: inout ConfigReader) throws(ElmanError) {
    _ = try Self.arguments.values(&reader)
    super.init(try LayerSettings(&reader))
  }

  override var hasTrainableInConfig: Bool { false }

  override func outputShapes(for input: Shape) throws(ElmanError) -> [Shape] {
    try requireRank(3, input)
    return [input]
  }
}

/// Keras's `SpatialDropout2D`; (batch, rows, columns, channels).
public final class SpatialDropout2D: InferenceIdentity, ListedLayer, @unchecked Sendable {
  public override class var className: String { "SpatialDropout2D" }

  static let arguments = Arguments(
    .rate, .dataFormat(2), .seed, ignoring: ["noise_shape"], configOrder: ["rate", "seed"])

  init(_ reader: inout ConfigReader) throws(ElmanError) {
    _ = try Self.arguments.values(&reader)
    super.init(try LayerSettings(&reader))
  }

  override var hasTrainableInConfig: Bool { false }

  override func outputShapes(for input: Shape) throws(ElmanError) -> [Shape] {
    try requireRank(4, input)
    return [input]
  }
}

/// Keras's `GaussianNoise`.
public final class GaussianNoise: InferenceIdentity, ListedLayer, @unchecked Sendable {
  public override class var className: String { "GaussianNoise" }

  static let arguments = Arguments(.factor("stddev"), .seed)

  init(_ reader: inout ConfigReader) throws(ElmanError) {
    _ = try Self.arguments.values(&reader)
    super.init(try LayerSettings(&reader))
  }
}

/// Keras's `GaussianDropout`.
public final class GaussianDropout: InferenceIdentity, ListedLayer, @unchecked Sendable {
  public override class var className: String { "GaussianDropout" }

  static let arguments = Arguments(.rate, .seed)

  init(_ reader: inout ConfigReader) throws(ElmanError) {
    _ = try Self.arguments.values(&reader)
    super.init(try LayerSettings(&reader))
  }
}

/// Keras's `AlphaDropout`.
public final class AlphaDropout: InferenceIdentity, ListedLayer, @unchecked Sendable {
  public override class var className: String { "AlphaDropout" }

  static let arguments = Arguments(.rate, .noiseShape, .seed, configOrder: ["rate", "seed"])

  init(_ reader: inout ConfigReader) throws(ElmanError) {
    _ = try Self.arguments.values(&reader)
    super.init(try LayerSettings(&reader))
  }
}

/// Keras's `ActivityRegularization`: a penalty on its input.
public final class ActivityRegularization: InferenceIdentity, ListedLayer, @unchecked Sendable {
  public override class var className: String { "ActivityRegularization" }

  static let arguments = Arguments(.factor("l1", 0), .factor("l2", 0), ignoring: ["activity_regularizer"])

  init(_ reader: inout ConfigReader) throws(ElmanError) {
    _ = try Self.arguments.values(&reader)
    super.init(try LayerSettings(&reader))
  }
}
