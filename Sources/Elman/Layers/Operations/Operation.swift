#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// What an operator makes of arrays in a graph, element by element: `x + y`, `2 * x`, `-x`, ... Arrays are broadcast as
/// NumPy's; truth values are 0 and 1. Keras has a class for each of these functions.
public final class Operation: Layer, ListedLayer, @unchecked Sendable {
  public override class var className: String { "Operation" }

  static let arguments = Arguments(
    .choice("function", Function.allCases.map(\.rawValue)), .optionalNumber("constant"), .flag("constant_first", false))

  /// By the names of `keras.ops`.
  enum Function: String, CaseIterable {
    case add, subtract, multiply, divide, power, maximum, minimum
    case equal, notEqual = "not_equal", greater, greaterEqual = "greater_equal", less, lessEqual = "less_equal"
    case logicalAnd = "logical_and", logicalOr = "logical_or"
    case negative, absolute, square, sqrt, exp, log, logicalNot = "logical_not"
    case zerosLike = "zeros_like", onesLike = "ones_like", identity

    var operandCount: Int {
      switch self {
      case .negative, .absolute, .square, .sqrt, .exp, .log, .logicalNot, .zerosLike, .onesLike, .identity: 1
      default: 2
      }
    }
  }

  let function: Function
  /// The operand that is a number, and whether it stands first.
  let constant: Double?
  let isConstantFirst: Bool

  init(_ reader: inout ConfigReader) throws(ElmanError) {
    let values = try Self.arguments.values(&reader)
    guard let function = Function(rawValue: values.0) else {
      throw ElmanError(.invalidArgument, "Unknown function of an Operation: '\(values.0)'.")
    }
    (self.function, constant, isConstantFirst) = (function, values.1, values.2)
    super.init(try LayerSettings(&reader))
  }

  override var isIdentity: Bool { function == .identity }

  // MARK: Shapes

  override func outputShapes(for input: Shape) throws(ElmanError) -> [Shape] {
    try outputShapes(forInputs: [input], CallOptions())
  }

  override func outputShapes(forInputs inputs: [Shape], _ options: CallOptions) throws(ElmanError) -> [Shape] {
    let expected = function.operandCount - (constant == nil ? 0 : 1)
    guard inputs.count == max(expected, 1), expected > 0 else {
      throw ElmanError(
        .invalidArgument,
        "Operation \"\(name)\" (\(function.rawValue)) takes \(expected) "
          + "array(s)\(constant == nil ? "" : " beside its constant"). "
          + "Received: \(inputs.count)")
    }
    var shape = inputs[0]
    for input in inputs.dropFirst() { shape = try shape.broadcast(with: input) }
    return [shape]
  }

  override func makeWeights(forInputs inputs: [Shape]) throws(ElmanError) -> [Weight] { [] }

  override func streamStates(forInputs inputs: [[Int]], isMasked: Bool) throws(ElmanError) -> [[Int]] {
    guard inputs.allSatisfy({ $0.count == inputs[0].count }) else { throw cannotStream("its inputs differ in rank") }
    return []
  }

  // MARK: Running

  override func forward(_ call: LayerCall) {
    let count = call.outputShape.reduce(1, *)
    if let constant {
      let value = Float(constant)
      if isConstantFirst {
        compute(call, count, { _ in value }, { $0 })
      } else {
        compute(call, count, { $0 }, { _ in value })
      }
    } else if function.operandCount == 1 {
      computeOne(call, count)
    } else {
      computeTwo(call)
    }
  }

  @inline(__always)
  private func compute(
    _ call: LayerCall, _ count: Int, _ left: (Float) -> Float, _ right: (Float) -> Float
  ) {
    let (x, y) = (call.input, call.outputs[0])
    function.applyingTwo { operation in
      for index in 0..<count { y[index] = operation(left(x[index]), right(x[index])) }
    }
  }

  private func computeOne(_ call: LayerCall, _ count: Int) {
    let (x, y) = (call.input, call.outputs[0])
    function.applyingOne { operation in
      for index in 0..<count { y[index] = operation(x[index]) }
    }
  }

  private func computeTwo(_ call: LayerCall) {
    let (left, right, y) = (call.operand(0), call.operand(1), call.outputs[0])
    let shape = call.outputShape
    function.applyingTwo { operation in
      guard left.shape != right.shape else {
        for index in 0..<shape.reduce(1, *) { y[index] = operation(left.values[index], right.values[index]) }
        return
      }
      // The left operand is written first, then the right one is read in the order of the output.
      left.shape.broadcast(to: shape).forEach { y[$0] = left.values[$1] }
      right.shape.broadcast(to: shape).forEach { y[$0] = operation(y[$0], right.values[$1]) }
    }
  }
}

extension Operation.Function {
  /// Calls `body` with the function of two operands; its loop is compiled for each.
  @inline(__always)
  fileprivate func applyingTwo(_ body: ((Float, Float) -> Float) -> Void) {
    switch self {
    case .add: body { $0 + $1 }
    case .subtract: body { $0 - $1 }
    case .multiply: body { $0 * $1 }
    case .divide: body { $0 / $1 }
    case .power: body { pow($0, $1) }
    case .maximum: body { $0 > $1 || $0.isNaN ? $0 : $1 }
    case .minimum: body { $0 < $1 || $0.isNaN ? $0 : $1 }
    case .equal: body { $0 == $1 ? 1 : 0 }
    case .notEqual: body { $0 != $1 ? 1 : 0 }
    case .greater: body { $0 > $1 ? 1 : 0 }
    case .greaterEqual: body { $0 >= $1 ? 1 : 0 }
    case .less: body { $0 < $1 ? 1 : 0 }
    case .lessEqual: body { $0 <= $1 ? 1 : 0 }
    case .logicalAnd: body { $0 != 0 && $1 != 0 ? 1 : 0 }
    case .logicalOr: body { $0 != 0 || $1 != 0 ? 1 : 0 }
    case .negative, .absolute, .square, .sqrt, .exp, .log, .logicalNot, .zerosLike, .onesLike, .identity: break
    }
  }

  @inline(__always)
  fileprivate func applyingOne(_ body: ((Float) -> Float) -> Void) {
    switch self {
    case .negative: body { -$0 }
    case .absolute: body { $0.magnitude }
    case .square: body { $0 * $0 }
    case .sqrt: body { $0.squareRoot() }
    case .exp: body { Glibc.exp($0) }
    case .log: body { Glibc.log($0) }
    case .logicalNot: body { $0 == 0 ? 1 : 0 }
    case .zerosLike: body { _ in 0 }
    case .onesLike: body { _ in 1 }
    default: break
    }
  }
}

// MARK: - Broadcasting

extension Shape {
  /// The shape of what NumPy makes of two arrays.
  func broadcast(with other: Shape) throws(ElmanError) -> Shape {
    var result: [Int?] = []
    for axis in 1...max(rank, other.rank, 1) {
      let left = axis <= rank ? self[rank - axis] : 1
      let right = axis <= other.rank ? other[other.rank - axis] : 1
      switch (left, right) {
      case (1, _): result.append(right)
      case (_, 1): result.append(left)
      case (nil, _): result.append(right)
      case (_, nil): result.append(left)
      case (.some(let first), .some(let second)):
        guard first == second else {
          throw ElmanError(.shapeMismatch, "Cannot broadcast shapes: \(self) and \(other).")
        }
        result.append(left)
      }
    }
    return Shape(Array(result.reversed()))
  }
}

extension Dimensions {
  /// A dense array of this shape, read as one of a larger shape.
  func broadcast(to shape: Dimensions) -> StridedView {
    var strides = shape
    var stride = 1
    for axis in 1...Swift.max(shape.count, 1) where axis <= shape.count {
      let size = axis <= count ? self[count - axis] : 1
      strides[shape.count - axis] = size == 1 ? 0 : stride
      stride *= size
    }
    return StridedView(sizes: shape, strides: strides)
  }
}
