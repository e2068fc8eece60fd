/// Layers that do something only while training: at inference the input is the output.
public class InferenceIdentity: Layer, @unchecked Sendable {
  private let arguments: [JSON.Member]

  init(_ arguments: [JSON.Member], _ reader: inout ConfigReader) throws(ElmanError) {
    self.arguments = arguments
    super.init(try LayerSettings(&reader))
  }

  override func ownConfig() -> [JSON.Member] { arguments }
  override var isIdentity: Bool { true }
  override var maskFlow: MaskFlow { .passes }
}

extension ConfigReader {
  /// A dropout rate, which must be there.
  fileprivate mutating func rate() throws(ElmanError) -> JSON.Member {
    guard has("rate") else {
      throw ElmanError(.wrongType, "\(owner) needs the argument 'rate', a number between 0 and 1.")
    }
    return JSON.Member("rate", .double(try fraction("rate", default: 0)))
  }

  fileprivate mutating func seed() throws(ElmanError) -> JSON.Member {
    JSON.Member("seed", try integer("seed").map(JSON.int) ?? .null)
  }

  fileprivate mutating func noiseShape() throws(ElmanError) -> JSON.Member {
    JSON.Member("noise_shape", try shape("noise_shape")?.json ?? .null)
  }

  /// A number of at least 0.
  fileprivate mutating func weight(_ key: String, default standard: Double?) throws(ElmanError) -> JSON.Member {
    let value = if let standard { try number(key, default: standard) } else { try requiredNumber(key) }
    guard value >= 0 else {
      throw ElmanError(
        .invalidArgument,
        "Invalid value received for argument '\(key)' of \(owner). Expected a float >= 0. Received: \(key)=\(value)")
    }
    return JSON.Member(key, .double(value))
  }
}

/// Keras's `Dropout`.
public final class Dropout: InferenceIdentity, @unchecked Sendable {
  public override class var className: String { "Dropout" }
  init(_ reader: inout ConfigReader) throws(ElmanError) {
    try super.init([reader.rate(), reader.noiseShape(), reader.seed()], &reader)
  }
}

/// Keras's `SpatialDropout1D`; (batch, timesteps, features).
public final class SpatialDropout1D: InferenceIdentity, @unchecked Sendable {
  public override class var className: String { "SpatialDropout1D" }
  init(_ reader: inout ConfigReader) throws(ElmanError) {
    let arguments = [try reader.rate(), try reader.seed()]
    reader.ignore("noise_shape")
    try super.init(arguments, &reader)
  }
  override var hasTrainableInConfig: Bool { false }
  override func outputShapes(for input: Shape) throws(ElmanError) -> [Shape] {
    try requireRank(3, input)
    return [input]
  }
}

/// Keras's `GaussianNoise`.
public final class GaussianNoise: InferenceIdentity, @unchecked Sendable {
  public override class var className: String { "GaussianNoise" }
  init(_ reader: inout ConfigReader) throws(ElmanError) {
    try super.init([reader.weight("stddev", default: nil), reader.seed()], &reader)
  }
}

/// Keras's `GaussianDropout`.
public final class GaussianDropout: InferenceIdentity, @unchecked Sendable {
  public override class var className: String { "GaussianDropout" }
  init(_ reader: inout ConfigReader) throws(ElmanError) { try super.init([reader.rate(), reader.seed()], &reader) }
}

/// Keras's `AlphaDropout`.
public final class AlphaDropout: InferenceIdentity, @unchecked Sendable {
  public override class var className: String { "AlphaDropout" }
  init(_ reader: inout ConfigReader) throws(ElmanError) {
    try super.init([reader.rate(), reader.seed(), reader.noiseShape()], &reader)
  }
}

/// Keras's `ActivityRegularization`: a penalty on its input.
public final class ActivityRegularization: InferenceIdentity, @unchecked Sendable {
  public override class var className: String { "ActivityRegularization" }
  init(_ reader: inout ConfigReader) throws(ElmanError) {
    let arguments = [try reader.weight("l1", default: 0), try reader.weight("l2", default: 0)]
    reader.ignore("activity_regularizer")
    try super.init(arguments, &reader)
  }
}
