/// Softmax of each row, with the largest value taken out first; x may be y.
func softmax(_ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ rows: Int, _ columns: Int) {
  for row in 0..<rows {
    let (x, y) = (x + row * columns, y + row * columns)
    let sum = exponentials(x, y, columns, minus: largest(x, columns))
    let scale = 1 / sum
    for column in 0..<columns { y[column] *= scale }
  }
}

/// Log-softmax of each row; x may be y.
func logSoftmax(_ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ rows: Int, _ columns: Int) {
  for row in 0..<rows {
    let (x, y) = (x + row * columns, y + row * columns)
    let shift = largest(x, columns)
    let sum = exponentials(x, nil, columns, minus: shift)
    // The sum holds exp(0) of the largest, so that it is at least 1.
    let logarithm = logarithmOfOnePlus(Vector(repeating: sum - 1))[0]
    for column in 0..<columns { y[column] = x[column] - shift - logarithm }
  }
}

/// The largest value of a row, NaN where there is one.
@inline(__always)
private func largest(_ x: UnsafePointer<Float>, _ columns: Int) -> Float {
  var largest = -Float.infinity
  for column in 0..<columns where !(x[column] <= largest) { largest = x[column] }
  return largest
}

/// Writes exp(x - shift) where there is a y, and gives the sum.
@inline(__always)
private func exponentials(
  _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>?, _ columns: Int, minus shift: Float
) -> Float {
  var sum: Float = 0
  var column = 0
  while column < columns {
    let count = min(lanes, columns - column)
    let values = count == lanes ? (x + column).vector() : (x + column).vector(first: count)
    let powers = exponential(values - shift)
    if let y { count == lanes ? (y + column).store(powers) : (y + column).store(powers, first: count) }
    for lane in 0..<count { sum += powers[lane] }
    column += count
  }
  return sum
}
