import KernelInterface

/// An activation of Keras: a function of each element, or of the elements along some axes together.
public struct Activation: Equatable, Sendable {
  enum Function: Equatable, Sendable {
    case elementwise(Elementwise)
    case softmax, logSoftmax, sparsemax
    /// One half of the elements along an axis, times the sigmoid of the other half.
    case glu
  }

  /// The form in which Keras serializes it: its name, or an object where it has arguments.
  let json: JSON
  let function: Function
  /// The axes along which a function looks at several elements.
  let axes: [Int]

  static let linear = Activation(.linear, json: "linear")

  init(_ function: Function, axes: [Int] = Activation.lastAxis, json: JSON) {
    self.json = json
    self.function = function
    self.axes = axes
  }

  init(_ function: Elementwise, json: JSON) {
    self.init(.elementwise(function), json: json)
  }

  static let lastAxis = [-1]

  /// What can be fused into a kernel: nil for functions of a whole row.
  var elementwise: Elementwise? {
    if case .elementwise(let function) = function { return function }
    return nil
  }

  var isLinear: Bool { function == .elementwise(.linear) }

  /// `y = f(x)` for rows of `columns` elements; x may be y.
  func apply(_ kernels: KernelSet, _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, rows: Int, columns: Int)
  {
    switch function {
    case .elementwise(let function): kernels.elementwise(function, x, y, rows * columns)
    case .softmax: kernels.softmax(x, y, rows, columns)
    case .logSoftmax: kernels.logSoftmax(x, y, rows, columns)
    case .sparsemax:
      for row in 0..<rows { Activation.sparsemax(x + row * columns, y + row * columns, columns) }
    case .glu:
      for row in 0..<rows { Activation.glu(kernels, x + row * columns, y + row * (columns / 2), count: columns / 2) }
    }
  }

  /// The Euclidean projection of a row onto the simplex (Martins and Astudillo, 2016), by Michelot's algorithm, which
  /// needs no sorted copy: the threshold of all elements, then of those above it, until no element drops out.
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

  /// `count` values, then as many gates.
  private static func glu(_ kernels: KernelSet, _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, count: Int)
  {
    kernels.elementwise(.sigmoid, x + count, y, count)
    for index in 0..<count { y[index] *= x[index] }
  }
}
