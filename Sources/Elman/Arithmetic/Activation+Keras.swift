import KernelInterface

// The names of Keras's activations, and their arguments.

extension Activation {
  /// A function by its name in Keras, with what reads its arguments.
  private struct Named: Sendable {
    let name: String
    let read: @Sendable (inout ConfigReader) throws(ElmanError) -> Activation.Function

    init(_ name: String, _ read: @escaping @Sendable (inout ConfigReader) throws(ElmanError) -> Activation.Function) {
      self.name = name
      self.read = read
    }

    init(_ name: String, _ function: ElementwiseFunction, b: Float = 0) {
      self.init(name) { _ in .elementwise(Elementwise(function, b: b)) }
    }

    /// Of one argument.
    init(_ name: String, _ function: ElementwiseFunction, a key: String, default standard: Float) {
      self.init(name) { (reader) throws(ElmanError) in
        .elementwise(Elementwise(function, a: try reader.float(key, default: standard)))
      }
    }
  }

  /// `hard_sigmoid` is Keras 3's, `hard_sigmoid_keras2` the one of Keras 2.
  private static let table: [Named] = [
    Named("linear", .linear),
    Named("tanh", .tanh),
    Named("sigmoid", .sigmoid),
    Named("relu") { (reader) throws(ElmanError) in
      let slope = try reader.slope(default: 0)
      let largest = try reader.float("max_value", default: .infinity)
      return .elementwise(Elementwise(.relu, a: slope, b: largest, c: try reader.float("threshold", default: 0)))
    },
    Named("relu6", .relu, b: 6),
    Named("leaky_relu") { (reader) throws(ElmanError) in
      .elementwise(Elementwise(.relu, a: try reader.slope(default: 0.2), b: .infinity))
    },
    Named("elu", .elu, a: "alpha", default: 1),
    Named("celu", .celu, a: "alpha", default: 1),
    Named("selu", .selu),
    Named("exponential", .exponential),
    Named("softplus", .softplus),
    Named("softsign", .softsign),
    Named("silu", .silu),
    Named("swish", .silu),
    Named("mish", .mish),
    Named("gelu") { (reader) throws(ElmanError) in
      .elementwise(Elementwise(try reader.bool("approximate", default: false) ? .geluTanh : .geluErf))
    },
    Named("hard_sigmoid", .hardSigmoid3),
    Named("hard_sigmoid_keras2", .hardSigmoid2),
    Named("hard_silu", .hardSilu),
    Named("hard_swish", .hardSilu),
    Named("hard_tanh", .hardTanh),
    Named("log_sigmoid", .logSigmoid),
    Named("tanh_shrink", .tanhShrink),
    Named("sparse_plus", .sparsePlus),
    Named("sparse_sigmoid", .sparseSigmoid),
    Named("hard_shrink", .hardShrink, a: "threshold", default: 0.5),
    Named("soft_shrink", .softShrink, a: "threshold", default: 0.5),
    Named("threshold") { (reader) throws(ElmanError) in
      let threshold = try reader.float("threshold", default: 0)
      return .elementwise(Elementwise(.threshold, a: threshold, b: try reader.float("default_value", default: 0)))
    },
    Named("squareplus", .squareplus, a: "b", default: 4),
    Named("softmax") { _ in .softmax },
    Named("log_softmax") { _ in .logSoftmax },
    Named("sparsemax") { _ in .sparsemax },
    Named("glu") { _ in .glu },
  ]

  /// The activation of a Keras name, with its arguments.
  public init(named name: String, arguments: JSON = .object([])) throws(ElmanError) {
    guard let named = Activation.table.first(where: { $0.name == name }) else { throw Activation.unknown(name) }
    var reader = try ConfigReader(arguments, of: name)
    let function = try named.read(&reader)
    var axes = Activation.lastAxis
    if case .elementwise = function {} else { axes = try reader.axes() }
    try reader.finish()
    let isPlain = arguments == .object([])
    self.init(
      function, axes: axes,
      json: isPlain
        ? .string(name) : SerializedObject.json(module: "keras.activations", className: name, config: arguments))
  }

  private static func unknown(_ name: String) -> ElmanError {
    let names = table.map(\.name)
    let hint = ConfigReader.nearest(to: name, among: names).map { " Did you mean '\($0)'?" } ?? ""
    return ElmanError(
      .invalidArgument,
      "Unknown activation function: '\(name)'.\(hint) The activations are \(names.joined(separator: ", ")).")
  }

  /// The activation that a config describes: a name; `{"class_name": "function", "config": name}`, as Keras 3
  /// serializes a function; `{"class_name": name, "config": arguments}`; or a layer of one function, such as a
  /// LeakyReLU.
  public init(_ value: JSON) throws(ElmanError) { try self.init(value, keras: nil) }

  init(_ value: JSON, keras: KerasVersion?) throws(ElmanError) {
    if case .string(let name) = value {
      self = try Activation(named: Activation.name(name, keras))
    } else if let object = SerializedObject(value) {
      self = try Activation(object, keras)
    } else {
      throw ElmanError(
        .wrongType, "An activation is a name, or an object with 'class_name' and 'config'. Received: \(value.text)")
    }
  }

  private init(_ object: SerializedObject, _ keras: KerasVersion?) throws(ElmanError) {
    if case .string(let name) = object.config {
      self = try Activation(named: Activation.name(name, keras))
    } else if Activation.table.contains(where: { $0.name == object.className }) {
      self = try Activation(named: Activation.name(object.className, keras), arguments: object.config)
    } else if LayerRegistry.classNames.contains(object.className) {
      let layer = try LayerRegistry.make(object, keras: keras)
      guard let function = (layer as? FunctionLayer)?.function else {
        throw ElmanError(.unsupported, "An activation cannot be a layer of class \(object.className).")
      }
      self.init(function.function, axes: function.axes, json: layer.serialized())
    } else {
      throw Activation.unknown(object.className)
    }
  }

  /// The name here of what a Keras calls by a name.
  private static func name(_ name: String, _ keras: KerasVersion?) -> String {
    name == "hard_sigmoid" && keras?.hasFirstHardSigmoid == true ? "hard_sigmoid_keras2" : name
  }

  /// As messages name it.
  var name: String {
    if case .string(let name) = json { return name }
    return SerializedObject(json)?.className ?? ""
  }
}

extension ConfigReader {
  /// An activation along the last axis.
  mutating func activation(_ key: String, default standard: String) throws(ElmanError) -> Activation {
    let activation = try anyActivation(key, default: standard)
    guard activation.axes == Activation.lastAxis else {
      throw ElmanError(
        .unsupported,
        "The \(key) of \(owner) works along the last axis; an Activation layer after it takes any. "
          + "Received: axis=\(activation.axes)")
    }
    return activation
  }

  /// An activation along any axes.
  mutating func anyActivation(_ key: String, default standard: String) throws(ElmanError) -> Activation {
    let value = value(key) ?? .string(has(key) ? "linear" : standard)
    switch value {
    case .string, .object: break
    default: throw mismatch(key, "the name of an activation", value)
    }
    let activation = try Activation(value, keras: keras)
    if activation.function == .glu {
      throw ElmanError(
        .unsupported, "The \(key) of \(owner) cannot be glu, which halves an axis: it is a function of arrays alone.")
    }
    return activation
  }

  fileprivate mutating func float(_ key: String, default standard: Float) throws(ElmanError) -> Float {
    Float(try number(key, default: Double(standard)))
  }

  /// Keras 2 calls it `alpha`.
  fileprivate mutating func slope(default standard: Float) throws(ElmanError) -> Float {
    try float(has("alpha") ? "alpha" : "negative_slope", default: standard)
  }
}
