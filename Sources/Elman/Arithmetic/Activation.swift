import KernelInterface

/// An activation of Keras: a function of each element, or of each row (the last axis).
public struct Activation: Equatable, Sendable {
  enum Function: Equatable, Sendable {
    case elementwise(Elementwise)
    case softmax
    case logSoftmax
    case sparsemax
  }

  /// The name under which Keras serializes it.
  public let name: String
  let function: Function

  static let linear = Activation(name: "linear", function: .elementwise(.linear))

  /// What can be fused into a kernel: nil for functions of a whole row.
  var elementwise: Elementwise? {
    if case .elementwise(let function) = function { return function }
    return nil
  }

  var isLinear: Bool { function == .elementwise(.linear) }

  /// The activation of a Keras name.
  public init(named name: String) throws(ElmanError) {
    guard let found = Activation.table.first(where: { $0.name == name }) else {
      let names = Activation.table.map(\.name)
      let hint = ConfigReader.nearest(to: name, among: names).map { " Did you mean '\($0)'?" } ?? ""
      throw ElmanError(
        .invalidArgument,
        "Unknown activation function: '\(name)'.\(hint) The activations are \(names.joined(separator: ", ")).")
    }
    self = found
  }

  /// A function of a layer's own arguments, which has no name of Keras.
  init(_ function: Elementwise) {
    self.init(name: "", function: .elementwise(function))
  }

  private init(name: String, function: Function) {
    self.name = name
    self.function = function
  }

  private init(_ name: String, _ function: ElementwiseFunction, a: Float = 0, b: Float = 0, c: Float = 0) {
    self.init(name: name, function: .elementwise(Elementwise(function, a: a, b: b, c: c)))
  }

  /// Names as Keras spells them, with the defaults of its functions; `hard_sigmoid` is Keras 3's,
  /// `hard_sigmoid_keras2` the one of Keras 2.
  private static let table: [Activation] = [
    .linear,
    Activation("tanh", .tanh),
    Activation("sigmoid", .sigmoid),
    Activation("relu", .relu, b: .infinity),
    Activation("relu6", .relu, b: 6),
    Activation("leaky_relu", .relu, a: 0.2, b: .infinity),
    Activation("elu", .elu, a: 1),
    Activation("celu", .celu, a: 1),
    Activation("selu", .selu),
    Activation("exponential", .exponential),
    Activation("softplus", .softplus),
    Activation("softsign", .softsign),
    Activation("silu", .silu),
    Activation("swish", .silu),
    Activation("mish", .mish),
    Activation("gelu", .geluErf),
    Activation("hard_sigmoid", .hardSigmoid3),
    Activation("hard_sigmoid_keras2", .hardSigmoid2),
    Activation("hard_silu", .hardSilu),
    Activation("hard_swish", .hardSilu),
    Activation("hard_tanh", .hardTanh),
    Activation("log_sigmoid", .logSigmoid),
    Activation("tanh_shrink", .tanhShrink),
    Activation("sparse_plus", .sparsePlus),
    Activation("sparse_sigmoid", .sparseSigmoid),
    Activation("hard_shrink", .hardShrink, a: 0.5),
    Activation("soft_shrink", .softShrink, a: 0.5),
    Activation("threshold", .threshold),
    Activation("squareplus", .squareplus, a: 4),
    Activation(name: "softmax", function: .softmax),
    Activation(name: "log_softmax", function: .logSoftmax),
    Activation(name: "sparsemax", function: .sparsemax),
  ]

  /// `y = f(x)` for rows of `columns` elements; x may be y.
  func apply(_ kernels: KernelSet, _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, rows: Int, columns: Int) {
    switch function {
    case .elementwise(let function): kernels.elementwise(function, x, y, rows * columns)
    case .softmax: kernels.softmax(x, y, rows, columns)
    case .logSoftmax: kernels.logSoftmax(x, y, rows, columns)
    case .sparsemax:
      for row in 0..<rows { Activation.sparsemax(x + row * columns, y + row * columns, columns) }
    }
  }

  /// The Euclidean projection of a row onto the simplex (Martins and Astudillo, 2016), by Michelot's algorithm, which needs
  /// no sorted copy: the threshold of all elements, then of those above it, until no element drops out.
  private static func sparsemax(_ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ columns: Int) {
    let row = UnsafeBufferPointer(start: x, count: columns)
    // The largest element is always above the threshold, whatever is rounded.
    let largest = Double(row.max() ?? 0)
    var (threshold, count) = (-Double.infinity, columns + 1)
    while true {
      var (sum, above) = (0.0, 0)
      for value in row where Double(value) - largest > threshold {
        (sum, above) = (sum + Double(value) - largest, above + 1)
      }
      if above == 0 || above == count { break }
      (threshold, count) = ((sum - 1) / Double(above), above)
    }
    for column in 0..<columns {
      let value = Float(Double(x[column]) - largest - threshold)
      y[column] = value < 0 ? 0 : value
    }
  }
}

extension ConfigReader {
  /// An activation by name, or as Keras 3 serializes the function.
  mutating func activation(_ key: String, default standard: String) throws(ElmanError) -> Activation {
    guard let value = value(key) else { return try Activation(named: has(key) ? "linear" : standard) }
    switch value {
    case .string(let name): return try Activation(named: name)
    case .object:
      if case .string(let name)? = value["config"] { return try Activation(named: name) }
      fallthrough
    default: throw mismatch(key, "the name of an activation", value)
    }
  }
}
