/// Hands out the random streams of the process: after `setSeed`, the n-th one asked for is always the same.
public enum RandomStreams {
  private struct State: Sendable {
    var seed: UInt64
    var nextStream: UInt64 = 0
  }

  private static let lock = Lock()
  private nonisolated(unsafe) static var state = State(seed: SystemRandomNumberGenerator.entropy())

  public static func setSeed(_ seed: UInt64) {
    lock.withLock { state = State(seed: seed) }
  }

  static func next() -> Philox {
    lock.withLock {
      defer { state.nextStream &+= 1 }
      return Philox(seed: state.seed, stream: state.nextStream)
    }
  }
}

extension SystemRandomNumberGenerator {
  fileprivate static func entropy() -> UInt64 {
    var generator = SystemRandomNumberGenerator()
    return generator.next()
  }
}
