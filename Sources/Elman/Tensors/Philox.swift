#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011): a counter-based generator,
/// so that value i of stream s under a seed is the same on every machine and in every order of asking.
public struct Philox: Sendable {
  private let key: SIMD2<UInt32>
  private let stream: UInt64
  private var block: UInt64 = 0
  private var values = SIMD4<UInt32>()
  private var used = 4

  public init(seed: UInt64, stream: UInt64) {
    key = SIMD2(UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32))
    self.stream = stream
  }

  public mutating func next() -> UInt32 {
    if used == 4 {
      values = Philox.block(
        SIMD4(
          UInt32(truncatingIfNeeded: block), UInt32(truncatingIfNeeded: block >> 32),
          UInt32(truncatingIfNeeded: stream), UInt32(truncatingIfNeeded: stream >> 32)), key)
      block &+= 1
      used = 0
    }
    used += 1
    return values[used - 1]
  }

  /// Uniform on [0, 1), in steps of 2^-53.
  public mutating func uniform() -> Double {
    let high = UInt64(next()) << 21
    return Double(high ^ UInt64(next() >> 11)) * 0x1p-53
  }

  /// Standard normal, by Box and Muller's transform.
  public mutating func normal() -> Double {
    let radius = (-2 * log(1 - uniform())).squareRoot()
    return radius * cos(2 * .pi * uniform())
  }

  /// The ten rounds on one counter.
  static func block(_ counter: SIMD4<UInt32>, _ key: SIMD2<UInt32>) -> SIMD4<UInt32> {
    var counter = counter
    var key = key
    for _ in 0..<10 {
      let first = counter[0].multipliedFullWidth(by: 0xD251_1F53)
      let second = counter[2].multipliedFullWidth(by: 0xCD9E_8D57)
      counter = SIMD4(
        second.high ^ counter[1] ^ key[0], second.low, first.high ^ counter[3] ^ key[1], first.low)
      key = key &+ SIMD2(0x9E37_79B9, 0xBB67_AE85)
    }
    return counter
  }
}
