import KernelInterface

// How vectors of weights are read in each format. Every format's numbers are exact in float32, so that a product differs
// from that of the rounded weights in float32 by nothing but a column's scale, which comes last.

protocol WeightReader {
  /// Bytes of one number.
  static var size: Int { get }
  /// Whether columns have scales.
  static var isScaled: Bool { get }
  /// W numbers.
  static func vector(_ address: UnsafeRawPointer) -> Vector
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
  static var size: Int { 4 }

  @inline(__always)
  static func vector(_ address: UnsafeRawPointer) -> Vector { address.loadUnaligned(as: Vector.self) }
}

enum BFloat16Reader: WeightReader {
  @inline(__always)
  static var size: Int { 2 }

  @inline(__always)
  static func vector(_ address: UnsafeRawPointer) -> Vector {
    Vector(bits: widened(address.loadUnaligned(as: Halves.self)) &<< 16)
  }
}

enum Float16Reader: WeightReader {
  @inline(__always)
  static var size: Int { 2 }

  @inline(__always)
  static func vector(_ address: UnsafeRawPointer) -> Vector {
    let halves = address.loadUnaligned(as: Halves.self)
    #if KERNELS_AVX2 || KERNELS_AVX512
      // These have an instruction for it.
      var wide = Vector()
      for lane in 0..<lanes { wide[lane] = Float(Float16(bitPattern: halves[lane])) }
      return wide
    #else
      // Exponent and fraction of a finite number, moved to their places in a float32, where the exponent is 112 too small.
      let half = widened(halves)
      let magnitude = Vector(bits: (half & 0x7FFF) &<< 13) * 0x1p112
      return Vector(bits: magnitude.bits | (half & 0x8000) &<< 16)
    #endif
  }
}

/// The byte becomes the last bits of 2^23, which is then taken off again.
enum Int8Reader: WeightReader {
  @inline(__always)
  static var isScaled: Bool { true }

  @inline(__always)
  static var size: Int { 1 }

  @inline(__always)
  static func vector(_ address: UnsafeRawPointer) -> Vector {
    let byte = widened(address.loadUnaligned(as: Bytes.self))
    return Vector(bits: byte | 0x4B00_0000) - (0x1p23 + 128)
  }
}
