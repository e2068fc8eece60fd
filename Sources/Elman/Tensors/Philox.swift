/// Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011): a counter-based generator,
/// so that value i of stream s under a seed is the same on every machine and in every order of asking.
public struct Philox: Sendable {
  /// Four words of 32 bits. In 64 bits, where their products are.
  typealias Words = (UInt64, UInt64, UInt64, UInt64)

  private let key: (UInt64, UInt64)
  private let stream: (UInt64, UInt64)
  private var block: UInt64 = 0
  private var words: Words = (0, 0, 0, 0)
  private var used = 4

  public init(seed: UInt64, stream: UInt64) {
    key = (seed & 0xFFFF_FFFF, seed >> 32)
    self.stream = (stream & 0xFFFF_FFFF, stream >> 32)
  }

  public mutating func next() -> UInt32 {
    if used == 4 {
      words = words(ofBlock: block)
      block &+= 1
      used = 0
    }
    defer {
      words = (words.1, words.2, words.3, 0)
      used += 1
    }
    return UInt32(truncatingIfNeeded: words.0)
  }

  /// Uniform on [0, 1), in steps of 2^-53.
  public mutating func uniform() -> Double {
    let high = UInt64(next())
    return Philox.uniform(high, UInt64(next()))
  }

  /// The same from two words.
  @inline(__always)
  static func uniform(_ high: UInt64, _ low: UInt64) -> Double {
    Double(lowBits: high) * 0x1p-32 + Double(lowBits: low &>> 11) * 0x1p-53
  }

  /// The ten rounds on one counter, whose lower half is the number of the block, and its upper half that of the
  /// stream. Scalar, without a branch, so that the compiler turns loops over blocks into vectors.
  @inline(__always)
  func words(ofBlock block: UInt64) -> Words {
    let low: UInt64 = 0xFFFF_FFFF
    var (words, key) = ((block & low, block &>> 32, stream.0, stream.1), key)
    for _ in 0..<10 {
      let (first, second) = (words.0 &* 0xD251_1F53, words.2 &* 0xCD9E_8D57)
      words = (second &>> 32 ^ words.1 ^ key.0, second & low, first &>> 32 ^ words.3 ^ key.1, first & low)
      key = ((key.0 &+ 0x9E37_79B9) & low, (key.1 &+ 0xBB67_AE85) & low)
    }
    return words
  }
}

extension Double {
  /// A whole number below 2^52.
  @inline(__always)
  init(lowBits number: UInt64) { self = Double(bitPattern: number | 0x4330_0000_0000_0000) - 0x1p52 }
}
