import KernelInterface
#if canImport(Glibc)
import Glibc
#endif
// Plain loops, until the SIMD kernels take their place.
func f(_ e: Elementwise, _ x: Float) -> Float {
  switch e.function {
  case .tanh: return Float(tanh(Double(x)))
  case .sigmoid: return Float(1/(1+exp(-Double(x))))
  case .relu: return x >= e.b ? e.b : x >= e.c ? x : e.a*(x-e.c)
  default: return x }
}
public func makeKernelSet() -> KernelSet {
  KernelSet(name: "baseline", vectorWidth: 4, gateWidth: { (u, g) in (u+3)/4*4*g }, packedCount: { d,u,g in d*u*g },
   pack: { w, rs, cs, d, u, g, p in for k in 0..<d { for c in 0..<u*g { p[k*u*g+c] = w[k*rs+c*cs] } } },
   packRow: { r, u, g, p in for i in 0..<(u+3)/4*4*g { p[i]=0 }; if let r { for gg in 0..<g { for j in 0..<u { p[j/4*4*g + gg*4 + j%4] = r[gg*u+j] } } } },
   product: { q in
     let u = q.weights.units, g = q.weights.gates
     for gr in 0..<q.groups { for r in 0..<q.rows {
       let x = q.input.base + gr*q.input.groupStride + r*q.input.rowStride
       let o = q.output.base + gr*q.output.groupStride + r*q.output.rowStride
       if q.padded { for i in 0..<(u+3)/4*4*g { o[i] = 0 } }
       for gg in 0..<g { for j in 0..<u {
         let idx = j/4*4*g + gg*4 + j%4
         var s: Float = q.bias?[idx] ?? 0
         for k in 0..<q.weights.depth { s += x[k]*q.weights.base[k*u*g+gg*u+j] }
         o[q.padded ? idx : j] = f(q.activation, s) } }
     } } },
   recurrenceScratch: { _,_,_ in 0 },
   simpleRNN: { r in
     let u = r.weights.units
     for b in 0..<r.batch { var h = r.hidden + b*r.hiddenStride
       for t in 0..<r.steps {
         let z = r.inputs.base + b*r.inputs.groupStride + t*r.inputs.rowStride
         let o = r.outputs.base + b*r.outputs.groupStride + (t%r.ring)*r.outputs.rowStride
         for j in 0..<u { var s = z[j]; for k in 0..<u { s += h[k]*r.weights.base[k*u+j] }; o[j] = f(r.activation, s) }
         h = UnsafePointer(o) } } },
   lstm: { _ in }, gruResetAfter: { _ in },
   elementwise: { e, x, y, n in for i in 0..<n { y[i] = f(e, x[i]) } },
   softmax: { x, y, r, c in for i in 0..<r { var m = -Float.infinity; for j in 0..<c { m = max(m, x[i*c+j]) }; var s: Float = 0; for j in 0..<c { y[i*c+j] = exp(x[i*c+j]-m); s += y[i*c+j] }; for j in 0..<c { y[i*c+j] /= s } } },
   logSoftmax: { _,_,_,_ in }, hiddenStates: { d in
     for t in 0..<d.timesteps { for j in 0..<d.units { var s = d.b[j]
       for k in 0..<d.inputDim { s += d.Wx[j*d.inputDim+k]*d.inputs[t*d.inputDim+k] }
       for k in 0..<d.units { s += d.Wh[j*d.units+k]*(t > 0 ? d.hiddenStates[(t-1)*d.units+k] : d.h0?[k] ?? 0) }
       d.hiddenStates[t*d.units+j] = tanh(s) } } })
}
