import KernelInterface

// The vectors of this build: 16 floats with AVX-512, 8 with AVX2, otherwise 4 (SSE2, NEON).

#if KERNELS_AVX512
  typealias Vector = SIMD16<Float>
  typealias IntVector = SIMD16<Int32>
#elseif KERNELS_AVX2
  typealias Vector = SIMD8<Float>
  typealias IntVector = SIMD8<Int32>
#else
  typealias Vector = SIMD4<Float>
  typealias IntVector = SIMD4<Int32>
#endif

/// W: floats in a vector.
@inline(__always)
var lanes: Int { Vector.scalarCount }

extension UnsafePointer<Float> {
  /// W floats, at any alignment.
  @inline(__always)
  func vector() -> Vector { UnsafeRawPointer(self).loadUnaligned(as: Vector.self) }

  /// The first `count` < W floats, zeros behind them; nothing past them is read.
  @inline(__always)
  func vector(first count: Int) -> Vector {
    var padded = Vector()
    loadFew(into: &padded, self, count)
    return padded
  }
}

extension UnsafePointer<Float> {
  /// W floats or, where there are fewer, as many; zeros behind them.
  @inline(__always)
  func vector(atMost count: Int) -> Vector { count >= lanes ? vector() : vector(first: count) }

  /// N vectors.
  @inline(__always)
  func row<let N: Int>(of type: Row<N>.Type) -> Row<N> {
    var row = Row<N>(repeating: Vector())
    for n in 0..<N { row[n] = (self + n * lanes).vector() }
    return row
  }
}

extension UnsafeMutablePointer<Float> {
  /// Stores W floats or, where there is room for fewer, as many.
  @inline(__always)
  func store(_ vector: Vector, atMost count: Int) {
    if count >= lanes { store(vector) } else { store(vector, first: count) }
  }

  /// Stores W floats, at any alignment.
  @inline(__always)
  func store(_ vector: Vector) { UnsafeMutableRawPointer(self).storeBytes(of: vector, as: Vector.self) }

  /// Stores the first `count` < W floats, and touches nothing past them.
  @inline(__always)
  func store(_ vector: Vector, first count: Int) {
    var vector = vector
    storeFew(from: &vector, self, count)
  }
}

// Parts of a vector are copied out of line: next to arithmetic the compiler would cut all vectors into these pieces.

@inline(never)
private func loadFew(into vector: UnsafeMutablePointer<Vector>, _ source: UnsafePointer<Float>, _ count: Int) {
  copyFew(from: source, to: UnsafeMutableRawPointer(vector).assumingMemoryBound(to: Float.self), count)
}

@inline(never)
private func storeFew(from vector: UnsafePointer<Vector>, _ target: UnsafeMutablePointer<Float>, _ count: Int) {
  copyFew(from: UnsafeRawPointer(vector).assumingMemoryBound(to: Float.self), to: target, count)
}

/// Copies fewer floats than a vector has, in pieces of 8, 4, 2 and 1.
@inline(__always)
private func copyFew(from source: UnsafePointer<Float>, to target: UnsafeMutablePointer<Float>, _ count: Int) {
  var done = 0
  func copy<Piece>(_ type: Piece.Type, _ size: Int) {
    if count & size != 0 {
      let piece = UnsafeRawPointer(source + done).loadUnaligned(as: Piece.self)
      UnsafeMutableRawPointer(target + done).storeBytes(of: piece, as: Piece.self)
      done += size
    }
  }
  copy(SIMD8<Float>.self, 8)
  copy(SIMD4<Float>.self, 4)
  copy(SIMD2<Float>.self, 2)
  copy(Float.self, 1)
}

extension Vector {
  @inline(__always)
  init(bits: IntVector) { self = unsafeBitCast(bits, to: Vector.self) }

  @inline(__always)
  var bits: IntVector { unsafeBitCast(self, to: IntVector.self) }

  /// Whether a product and a sum are rounded once.
  @inline(__always)
  static var isFused: Bool {
    #if KERNELS_AVX2 || KERNELS_AVX512 || arch(arm64)
      true
    #else
      false
    #endif
  }

  /// `self * factor + addend`, with one rounding or two.
  @inline(__always)
  func times(_ factor: Vector, plus addend: Vector) -> Vector {
    var result = addend
    result.accumulate(self, factor)
    return result
  }

  @inline(__always)
  func times(_ factor: Float, plus addend: Float) -> Vector {
    times(Vector(repeating: factor), plus: Vector(repeating: addend))
  }

  @inline(__always)
  mutating func accumulate(_ x: Vector, _ y: Vector) {
    #if KERNELS_AVX2 || KERNELS_AVX512 || arch(arm64)
      addProduct(x, y)
    #else
      self += x * y
    #endif
  }

  /// Without the sign.
  @inline(__always)
  var magnitude: Vector { Vector(bits: bits & IntVector(repeating: 0x7FFF_FFFF)) }

  @inline(__always)
  func withSign(of other: Vector) -> Vector {
    Vector(bits: (bits & IntVector(repeating: 0x7FFF_FFFF)) | (other.bits & IntVector(repeating: Int32.min)))
  }

  /// At most `limit`; NaN stays.
  @inline(__always)
  func atMost(_ limit: Float) -> Vector {
    replacing(with: Vector(repeating: limit), where: self .> Vector(repeating: limit))
  }

  /// At least `limit`; NaN stays.
  @inline(__always)
  func atLeast(_ limit: Float) -> Vector {
    replacing(with: Vector(repeating: limit), where: self .< Vector(repeating: limit))
  }
}
