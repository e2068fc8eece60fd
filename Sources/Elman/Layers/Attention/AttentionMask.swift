/// Which keys each query sees, and what becomes of the scores of the others.
struct AttentionMask {
  /// What a score becomes that does not count.
  enum Exclusion {
    /// Less 1e9: all scores that do not count are equal where no other does. Keras's Attention, and Keras 2's
    /// MultiHeadAttention.
    case subtract
    /// Keras 3's `dot_product_attention`, for float32.
    case replace
    /// Keras 3's softmax under a mask: weight 0, be it the only one.
    case zero
  }

  /// An array (samples or 1, heads or 1, queries or 1, keys or 1), 0 where a score does not count.
  struct Given {
    let values: UnsafePointer<Float>
    let strides: (sample: Int, head: Int, query: Int, key: Int)
  }

  /// (samples, queries)
  var queries: UnsafePointer<UInt8>?
  /// (samples, keys)
  var values: UnsafePointer<UInt8>?
  var keys: UnsafePointer<UInt8>?
  var given: Given?
  var isCausal = false
  /// Keys at this distance from a query do not count.
  var window: Int?
  var exclusion = Exclusion.subtract

  var isEmpty: Bool { queries == nil && values == nil && keys == nil && given == nil && !isCausal && window == nil }

  /// Writes which keys count for a query.
  func write(
    _ counts: UnsafeMutablePointer<UInt8>, sample: Int, head: Int, query: Int, queryCount: Int, keyCount: Int
  ) {
    let isSeeing = queries.map { $0[sample * queryCount + query] != 0 } ?? true
    counts.update(repeating: isSeeing ? 1 : 0, count: keyCount)
    guard isSeeing else { return }
    func leaveOut(_ mask: UnsafePointer<UInt8>) {
      for key in 0..<keyCount where mask[key] == 0 { counts[key] = 0 }
    }
    if let values { leaveOut(values + sample * keyCount) }
    if let keys { leaveOut(keys + sample * keyCount) }
    if isCausal, query + 1 < keyCount { (counts + query + 1).update(repeating: 0, count: keyCount - query - 1) }
    if let window {
      for key in 0..<keyCount where abs(key - query) >= window { counts[key] = 0 }
    }
    if let given {
      let row = given.values + sample * given.strides.sample + head * given.strides.head + query * given.strides.query
      for key in 0..<keyCount where row[key * given.strides.key] == 0 { counts[key] = 0 }
    }
  }

  /// Changes the scores of the keys that do not count.
  func exclude(_ scores: UnsafeMutablePointer<Float>, _ counts: UnsafePointer<UInt8>, keyCount: Int) {
    for key in 0..<keyCount where counts[key] == 0 {
      switch exclusion {
      case .subtract: scores[key] -= 1e9
      case .replace: scores[key] = -0.7 * 3.38953e38
      case .zero: scores[key] = -1e9
      }
    }
  }
}
