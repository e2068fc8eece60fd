// The classes and names of Keras's initializers.

extension Initializer {
  /// An initializer by name, as Keras serializes it, or the values themselves.
  public init(_ value: JSON) throws(ElmanError) {
    var reader = try ConfigReader(["initializer": value], of: "elman")
    self = try reader.initializer("initializer", default: "")
  }

  /// An initializer by Keras class name or short name (`GlorotUniform`, `glorot_uniform`), with its config.
  init(named name: String, config: JSON = .object([])) throws(ElmanError) {
    guard
      let className = Self.classNames.first(where: { $0 == name || NameCounter.snakeCase($0) == name })
        ?? Self.aliases[name]
    else {
      let names = Self.classNames.map(NameCounter.snakeCase)
      let hint = ConfigReader.nearest(to: name, among: names + Self.classNames).map { " Did you mean '\($0)'?" } ?? ""
      throw ElmanError(
        .invalidArgument,
        "Unknown initializer: '\(name)'.\(hint) The initializers are \(names.joined(separator: ", ")).")
    }
    var reader = try ConfigReader(config, of: className)
    reader.ignore("input_axes", "output_axes", "dtype")
    self = try Self.read(className, &reader)
    try reader.finish()
  }

  private static let classNames = [
    "Zeros", "Ones", "Constant", "RandomNormal", "RandomUniform", "TruncatedNormal", "VarianceScaling",
    "GlorotUniform", "GlorotNormal", "HeUniform", "HeNormal", "LecunUniform", "LecunNormal", "Orthogonal", "Identity",
  ]

  private static let aliases = [
    "zero": "Zeros", "one": "Ones", "uniform": "RandomUniform", "normal": "RandomNormal",
    "IdentityInitializer": "Identity", "OrthogonalInitializer": "Orthogonal",
  ]

  private static func read(_ className: String, _ reader: inout ConfigReader) throws(ElmanError) -> Initializer {
    switch className {
    case "Zeros": return fixed(className, .constant(0))
    case "Ones": return fixed(className, .constant(1))
    case "Constant":
      let value = try reader.numbers("value", default: 0)
      return fixed(className, value.shape.isEmpty ? .constant(value.values[0]) : .array(value), ["value": value.json])
    case "Identity":
      let gain = try reader.number("gain", default: 1)
      return fixed(className, .identity(gain: gain), ["gain": .double(gain)])
    case "RandomNormal", "TruncatedNormal":
      let mean = try reader.number("mean", default: 0)
      let deviation = try reader.number("stddev", default: 0.05)
      return try random(
        className, &reader,
        className == "RandomNormal"
          ? .normal(mean: mean, deviation: deviation) : .truncatedNormal(mean: mean, deviation: deviation),
        [JSON.Member("mean", .double(mean)), JSON.Member("stddev", .double(deviation))])
    case "RandomUniform":
      let minimum = try reader.number("minval", default: -0.05)
      let maximum = try reader.number("maxval", default: 0.05)
      return try random(
        className, &reader, .uniform(minimum: minimum, maximum: maximum),
        [JSON.Member("minval", .double(minimum)), JSON.Member("maxval", .double(maximum))])
    case "Orthogonal":
      let gain = try reader.number("gain", default: 1)
      return try random(className, &reader, .orthogonal(gain: gain), [JSON.Member("gain", .double(gain))])
    case "VarianceScaling":
      let scaling = try varianceScaling(&reader)
      return try random(
        className, &reader, .varianceScaling(scaling),
        [
          JSON.Member("scale", .double(scaling.scale)), JSON.Member("mode", .string(scaling.mode.rawValue)),
          JSON.Member("distribution", .string(scaling.distribution.rawValue)),
        ])
    default:
      return try random(className, &reader, .varianceScaling(preset(className)), [])
    }
  }

  /// Glorot, He and LeCun are variance scaling with other names.
  private static func preset(_ className: String) -> VarianceScaling {
    VarianceScaling(
      scale: className.hasPrefix("He") ? 2 : 1,
      mode: className.hasPrefix("Glorot") ? .fanAverage : .fanIn,
      distribution: className.hasSuffix("Uniform") ? .uniform : .truncatedNormal)
  }

  private static func varianceScaling(_ reader: inout ConfigReader) throws(ElmanError) -> VarianceScaling {
    let scale = try reader.number("scale", default: 1)
    let mode = try reader.string("mode") ?? "fan_in"
    let distribution = try reader.string("distribution") ?? "truncated_normal"
    guard scale > 0 else {
      throw ElmanError(.invalidArgument, "Argument `scale` must be positive float. Received: scale=\(scale)")
    }
    guard let knownMode = VarianceScaling.Mode(rawValue: mode) else {
      throw ElmanError(
        .invalidArgument, "Invalid `mode` argument: \(mode). Please use one of 'fan_in', 'fan_out', 'fan_avg'.")
    }
    guard
      let knownDistribution = VarianceScaling.Distribution(
        rawValue: distribution == "normal" ? "truncated_normal" : distribution)
    else {
      throw ElmanError(
        .invalidArgument,
        "Invalid `distribution` argument: \(distribution). Please use one of 'uniform', 'truncated_normal', "
          + "'untruncated_normal'."
      )
    }
    return VarianceScaling(scale: scale, mode: knownMode, distribution: knownDistribution)
  }

  private static func fixed(_ className: String, _ method: Method, _ config: JSON = [:]) -> Initializer {
    Initializer(className: className, config: config, method: method, seed: nil)
  }

  private static func random(
    _ className: String, _ reader: inout ConfigReader, _ method: Method, _ members: [JSON.Member]
  ) throws(ElmanError) -> Initializer {
    let seed = try reader.integer("seed")
    return Initializer(
      className: className, config: .object(members + [JSON.Member("seed", seed.map(JSON.int) ?? .null)]),
      method: method, seed: seed.map { UInt64(bitPattern: Int64($0)) })
  }
}

extension ConfigReader {
  /// An initializer by name, as Keras serializes it, or the values themselves.
  mutating func initializer(_ key: String, default standard: String) throws(ElmanError) -> Initializer {
    guard let value = value(key) else { return try Initializer(named: standard) }
    if case .string(let name) = value { return try Initializer(named: name) }
    if NumberArray(value)?.shape.isEmpty == false {
      return try Initializer(named: "Constant", config: ["value": value])
    }
    if let object = SerializedObject(value) { return try Initializer(named: object.className, config: object.config) }
    throw mismatch(key, "the name or the config of an initializer, or an array", value)
  }
}
