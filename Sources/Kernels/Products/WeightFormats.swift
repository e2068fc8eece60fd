import KernelInterface

// How the numbers of a packed matrix lie in memory in each format, and how vectors of them are read. Every format's
// numbers are exact in float32, so that a product differs from that of the rounded weights in float32 by nothing but a
// column's scale, which comes last. (Of int8 with dot products see `DotProducts.swift`.)
//
// What is read at one k are the N vectors of a panel. Widening a vector of narrow numbers is slow on most processors,
// the more so the wider its registers: where N allows, the vectors lie lane by lane instead, as many as fill 32 bits,
// and each is masked or shifted out of the whole.

protocol WeightReader {
  /// Whether columns have scales.
  static var isScaled: Bool { get }
  /// Bytes of N vectors.
  static func bytes(_ vectors: Int) -> Int
  /// Where a number of N vectors is.
  static func offset(_ n: Int, lane: Int, vectors: Int) -> Int
  /// Writes a number that the format holds.
  static func write(_ value: Float, _ place: UnsafeMutableRawPointer)
  /// One of the N vectors at an address.
  static func vector<let N: Int>(_ n: Int, _ address: UnsafeRawPointer, _ shape: Row<N>.Type) -> Vector
}

extension WeightReader {
  @inline(__always)
  static var isScaled: Bool { false }
}

#if KERNELS_AVX512
  private typealias Halves = SIMD16<UInt16>
  private typealias Bytes = SIMD16<UInt8>
#elseif KERNELS_AVX2
  private typealias Halves = SIMD8<UInt16>
  private typealias Bytes = SIMD8<UInt8>
#else
  private typealias Halves = SIMD4<UInt16>
  private typealias Bytes = SIMD4<UInt8>
#endif

/// Each number as 32 bits. Written out, since the compiler does not always inline the standard library's.
@inline(__always)
private func widened<Narrow: SIMD>(_ narrow: Narrow) -> IntVector where Narrow.Scalar: FixedWidthInteger {
  var wide = IntVector()
  for lane in 0..<lanes { wide[lane] = Int32(truncatingIfNeeded: narrow[lane]) }
  return wide
}

enum Float32Reader: WeightReader {
  @inline(__always)
  static func bytes(_ vectors: Int) -> Int { vectors * lanes * 4 }

  static func offset(_ n: Int, lane: Int, vectors: Int) -> Int { (n * lanes + lane) * 4 }

  static func write(_ value: Float, _ place: UnsafeMutableRawPointer) { place.storeBytes(of: value, as: Float.self) }

  @inline(__always)
  static func vector<let N: Int>(_ n: Int, _ address: UnsafeRawPointer, _ shape: Row<N>.Type) -> Vector {
    (address + n * lanes * 4).loadUnaligned(as: Vector.self)
  }
}

/// Pairs of vectors in 32 bits, the first in the lower half; a last one without a partner alone.
enum BFloat16Reader: WeightReader {
  @inline(__always)
  static func bytes(_ vectors: Int) -> Int { vectors * lanes * 2 }

  static func offset(_ n: Int, lane: Int, vectors: Int) -> Int {
    n | 1 < vectors ? (n / 2 * lanes + lane) * 4 + n % 2 * 2 : (n * lanes + lane) * 2
  }

  static func write(_ value: Float, _ place: UnsafeMutableRawPointer) {
    place.storeBytes(of: UInt16(truncatingIfNeeded: value.bitPattern >> 16), as: UInt16.self)
  }

  @inline(__always)
  static func vector<let N: Int>(_ n: Int, _ address: UnsafeRawPointer, _ shape: Row<N>.Type) -> Vector {
    let place = address + n / 2 * lanes * 4
    if n | 1 >= N { return Vector(bits: widened(place.loadUnaligned(as: Halves.self)) &<< 16) }
    let pairs = place.loadUnaligned(as: IntVector.self)
    return Vector(bits: n % 2 == 0 ? pairs &<< 16 : pairs & IntVector(repeating: -0x1_0000))
  }
}

/// One vector after the other: these have an instruction of their own.
enum Float16Reader: WeightReader {
  @inline(__always)
  static func bytes(_ vectors: Int) -> Int { vectors * lanes * 2 }

  static func offset(_ n: Int, lane: Int, vectors: Int) -> Int { (n * lanes + lane) * 2 }

  static func write(_ value: Float, _ place: UnsafeMutableRawPointer) {
    place.storeBytes(of: Float16(value).bitPattern, as: UInt16.self)
  }

  @inline(__always)
  static func vector<let N: Int>(_ n: Int, _ address: UnsafeRawPointer, _ shape: Row<N>.Type) -> Vector {
    let halves = (address + n * lanes * 2).loadUnaligned(as: Halves.self)
    #if KERNELS_AVX2 || KERNELS_AVX512 || arch(arm64)
      var wide = Vector()
      for lane in 0..<lanes { wide[lane] = Float(Float16(bitPattern: halves[lane])) }
      return wide
    #else
      // Exponent and fraction of a finite number, moved to their places in a float32, where the exponent is 112 too
      // small.
      let half = widened(halves)
      let magnitude = Vector(bits: (half & 0x7FFF) &<< 13) * 0x1p112
      return Vector(bits: magnitude.bits | (half & 0x8000) &<< 16)
    #endif
  }
}

/// Up to four vectors in 32 bits, the first in the lowest byte; one or two vectors lie one after the other.
///
/// A byte is q + 128. It becomes the last bits before or behind the point of a power of two, which is then taken off
/// again.
enum Int8Reader: WeightReader {
  @inline(__always)
  static var isScaled: Bool { true }

  @inline(__always)
  static func bytes(_ vectors: Int) -> Int { areTogether(vectors) ? lanes * 4 : vectors * lanes }

  static func offset(_ n: Int, lane: Int, vectors: Int) -> Int {
    areTogether(vectors) ? lane * 4 + n : n * lanes + lane
  }

  static func write(_ value: Float, _ place: UnsafeMutableRawPointer) {
    place.storeBytes(of: UInt8(value + 128), as: UInt8.self)
  }

  @inline(__always)
  private static func areTogether(_ vectors: Int) -> Bool { vectors > 2 }

  @inline(__always)
  static func vector<let N: Int>(_ n: Int, _ address: UnsafeRawPointer, _ shape: Row<N>.Type) -> Vector {
    if !areTogether(N) { return lowest(widened((address + n * lanes).loadUnaligned(as: Bytes.self))) }
    let bytes = address.loadUnaligned(as: IntVector.self)
    let halves = n < 2 ? bytes : bytes &>> 16
    if n % 2 == 0 { return lowest(halves & 0xFF) }
    return Vector(bits: halves & 0xFF00 | 0x4700_0000) - (0x1p15 + 128)
  }

  @inline(__always)
  private static func lowest(_ byte: IntVector) -> Vector { Vector(bits: byte | 0x4B00_0000) - (0x1p23 + 128) }
}

/// Bytes of N vectors in a format.
@inline(__always)
func bytesOfVectors(_ vectors: Int, _ format: WeightFormat) -> Int {
  switch format {
  case .float32: Float32Reader.bytes(vectors)
  case .float16: Float16Reader.bytes(vectors)
  case .bfloat16: BFloat16Reader.bytes(vectors)
  case .int8: Int8Reader.bytes(vectors)
  }
}
