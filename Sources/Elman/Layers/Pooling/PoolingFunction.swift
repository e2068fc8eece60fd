/// What one number becomes of several: NaN where one of them is.
enum PoolingFunction {
  case max, average

  /// Takes the channels of one place into the result.
  @inline(__always)
  func add(_ channels: UnsafePointer<Float>, _ count: Int, to result: UnsafeMutablePointer<Float>, isFirst: Bool) {
    switch self {
    case _ where isFirst: result.update(from: channels, count: count)
    case .max:
      for index in 0..<count {
        let value = channels[index]
        result[index] = value > result[index] || value.isNaN ? value : result[index]
      }
    case .average: for index in 0..<count { result[index] += channels[index] }
    }
  }

  /// Ends a result of so many places, 0 where there was none.
  @inline(__always)
  func finish(_ result: UnsafeMutablePointer<Float>, _ count: Int, places: Int) {
    if places == 0 { return result.update(repeating: 0, count: count) }
    if self == .average { for index in 0..<count { result[index] /= Float(places) } }
  }
}
