#if KERNELS_AVX512
  public typealias Vector = SIMD16<Float>
#else
  public typealias Vector = SIMD8<Float>
#endif
public func axpy(_ n: Int, _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>) {
  let w = Vector.scalarCount
  var i = 0
  while i + w <= n {
    var v = UnsafeRawPointer(y + i).loadUnaligned(as: Vector.self)
    v.addProduct(UnsafeRawPointer(x + i).loadUnaligned(as: Vector.self), Vector(repeating: 2))
    UnsafeMutableRawPointer(y + i).storeBytes(of: v, as: Vector.self)
    i += w
  }
}
