/// Names as Keras gives them: the first SimpleRNN is `simple_rnn`, then `simple_rnn_1`, ...
public enum NameCounter {
  private static let lock = Lock()
  private nonisolated(unsafe) static var counts: [String: Int] = [:]

  /// Starts all counts again, as `clear_session()` does.
  public static func reset() {
    lock.withLock { counts.removeAll() }
  }

  static func name(forClass className: String) -> String {
    let base = snakeCase(className)
    let count = lock.withLock {
      defer { counts[base, default: 0] += 1 }
      return counts[base, default: 0]
    }
    return count == 0 ? base : "\(base)_\(count)"
  }

  /// `SimpleRNN` to `simple_rnn`, `Conv1D` to `conv1d`, `TimeDistributed` to `time_distributed`.
  static func snakeCase(_ className: String) -> String {
    let letters = Array(className)
    var name = ""
    for (index, letter) in letters.enumerated() {
      let startsWord =
        index > 0 && letter.isUppercase
        && (letters[index - 1].isLowercase || (index + 1 < letters.count && letters[index + 1].isLowercase))
      if startsWord { name.append("_") }
      name.append(contentsOf: letter.lowercased())
    }
    return name
  }
}
