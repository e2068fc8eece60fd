/// Orthogonal initial values: the Q of a random normal matrix, with R's diagonal positive.
enum Orthogonal {
  /// A shape of more than two axes is taken as (all but the last, last).
  static func fill(_ buffer: FloatBuffer, _ shape: [Int], _ gain: Double, _ random: inout Philox) throws(ElmanError) {
    guard shape.count >= 2, let columns = shape.last, columns > 0 else {
      throw ElmanError(
        .invalidArgument, "The tensor to initialize must be at least two-dimensional. Received: shape=\(Shape(shape))")
    }
    let rows = buffer.count / columns
    let vectors = min(rows, columns)
    let length = max(rows, columns)
    let q = try Vectors(count: vectors, length: length)
    for vector in 0..<vectors {
      for index in 0..<length { q[vector][index] = random.normal() }
    }
    q.orthonormalize()
    for row in 0..<rows {
      for column in 0..<columns {
        let value = rows < columns ? q[row][column] : q[column][row]
        buffer.base[row * columns + column] = Float(gain * value)
      }
    }
  }

  /// Vectors of Doubles, each padded with zeros to whole SIMD vectors.
  private struct Vectors {
    private let storage: FloatBuffer
    private let lanes: Int
    let count: Int

    init(count: Int, length: Int) throws(ElmanError) {
      self.count = count
      lanes = (length + 7) / 8
      storage = try FloatBuffer(count: try elementCount([count, lanes, 16]))
    }

    subscript(vector: Int) -> UnsafeMutablePointer<Double> {
      UnsafeMutableRawPointer(storage.base).assumingMemoryBound(to: Double.self) + vector * lanes * 8
    }

    private func simd(_ vector: Int) -> UnsafeMutablePointer<SIMD8<Double>> {
      UnsafeMutableRawPointer(self[vector]).assumingMemoryBound(to: SIMD8<Double>.self)
    }

    /// Modified Gram-Schmidt.
    func orthonormalize() {
      for vector in 0..<count {
        let pivot = simd(vector)
        scale(pivot, by: 1 / max(dot(pivot, pivot).squareRoot(), .leastNormalMagnitude))
        for other in vector + 1..<max(count, vector + 1) {
          subtract(pivot, times: dot(pivot, simd(other)), from: simd(other))
        }
      }
    }

    private func dot(_ x: UnsafePointer<SIMD8<Double>>, _ y: UnsafePointer<SIMD8<Double>>) -> Double {
      var sum = SIMD8<Double>()
      for lane in 0..<lanes { sum += x[lane] * y[lane] }
      return sum.sum()
    }

    private func scale(_ x: UnsafeMutablePointer<SIMD8<Double>>, by factor: Double) {
      for lane in 0..<lanes { x[lane] *= factor }
    }

    private func subtract(
      _ x: UnsafePointer<SIMD8<Double>>, times factor: Double, from y: UnsafeMutablePointer<SIMD8<Double>>
    ) {
      for lane in 0..<lanes { y[lane] -= x[lane] * factor }
    }
  }
}
