#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif
import KernelInterface

/// The notes' loop in Double: `h_t = tanh(Wx x_t + Wh h_(t-1) + b)`.
func hiddenStates(_ call: DoubleHiddenStates) {
  for t in 0..<call.timesteps {
    let x = call.inputs + t * call.inputDim
    let h = call.hiddenStates + t * call.units
    let previous = t == 0 ? call.h0 : UnsafePointer(h - call.units)
    for unit in 0..<call.units {
      var sum = dot(call.Wx + unit * call.inputDim, x, call.inputDim)
      if let previous { sum += dot(call.Wh + unit * call.units, previous, call.units) }
      h[unit] = tanh(sum + call.b[unit])
    }
  }
}

@inline(__always)
private func dot(_ x: UnsafePointer<Double>, _ y: UnsafePointer<Double>, _ count: Int) -> Double {
  typealias Lanes = SIMD4<Double>
  var sums = Lanes()
  var k = 0
  while k + 4 <= count {
    sums +=
      UnsafeRawPointer(x + k).loadUnaligned(as: Lanes.self) * UnsafeRawPointer(y + k).loadUnaligned(as: Lanes.self)
    k += 4
  }
  var sum = sums.sum()
  while k < count {
    sum += x[k] * y[k]
    k += 1
  }
  return sum
}
