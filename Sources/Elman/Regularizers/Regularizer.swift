/// A penalty that training adds to the loss for a weight or an output: Keras's regularizers, with its formulas.
public struct Regularizer: Equatable, Sendable {
  enum Penalty: Equatable, Sendable {
    /// `l1 * sum(|x|) + l2 * sum(x^2)`
    case sums(l1: Double, l2: Double)
    /// `factor` times the mean |cosine| between two different rows, or columns, of a matrix, halved.
    case orthogonality(factor: Double, isOfRows: Bool)
  }

  let className: String
  /// The arguments as they were given, with defaults for the others.
  let config: JSON
  let penalty: Penalty

  /// The form in which Keras writes it.
  var json: JSON { SerializedObject.json(module: "keras.regularizers", className: className, config: config) }

  /// The penalty of an array.
  public func penalty(_ values: UnsafeBufferPointer<Float>, shape: [Int]) throws(ElmanError) -> Double {
    switch penalty {
    case .sums(let l1, let l2):
      var (absolute, square) = (0.0, 0.0)
      for value in values {
        absolute += Double(abs(value))
        square += Double(value) * Double(value)
      }
      return l1 * absolute + l2 * square
    case .orthogonality(let factor, let isOfRows):
      guard shape.count == 2, values.count == shape[0] * shape[1] else {
        throw ElmanError(
          .invalidArgument,
          "Inputs to OrthogonalRegularizer must have rank 2. Received: inputs.shape=\(Shape(shape))")
      }
      return factor * 0.5 * Vectors(values, rows: shape[0], columns: shape[1], areRows: isOfRows).meanCosine
    }
  }
}

/// The rows or the columns of a matrix.
private struct Vectors {
  private let values: UnsafeBufferPointer<Float>
  private let count: Int
  private let length: Int
  private let stride: (vector: Int, element: Int)

  init(_ values: UnsafeBufferPointer<Float>, rows: Int, columns: Int, areRows: Bool) {
    self.values = values
    (count, length) = areRows ? (rows, columns) : (columns, rows)
    stride = areRows ? (columns, 1) : (1, columns)
  }

  private func product(_ first: Int, _ second: Int) -> Double {
    var sum = 0.0
    for index in 0..<length {
      let place = index * stride.element
      sum += Double(values[first * stride.vector + place]) * Double(values[second * stride.vector + place])
    }
    return sum
  }

  /// The sum of |cosine| over all ordered pairs of different vectors, for each unordered pair; 0 for a single vector.
  var meanCosine: Double {
    // Vectors without elements may be any number.
    guard length > 0 else { return 0 }
    let factors = (0..<count).map { 1 / max(product($0, $0), 1e-12).squareRoot() }
    var sum = 0.0
    for first in 0..<count {
      for second in 0..<first { sum += 2 * abs(product(first, second) * factors[first] * factors[second]) }
    }
    return sum / Double(max(count * (count - 1) / 2, 1))
  }
}
