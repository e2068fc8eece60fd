import KernelInterface

// Derivatives of the elementwise functions. At a kink it is the derivative from the side where the function is
// constant, as in TensorFlow.

/// f'(x).
@inline(__always)
func slope(_ f: Elementwise, _ x: Vector) -> Vector {
  let (zero, one) = (Vector(), Vector(repeating: 1))
  switch f.function {
  case .linear: return one
  case .tanh: return slopeOfTanh(hyperbolicTangent(x))
  case .sigmoid: return slopeOfSigmoid(logistic(x))
  case .relu: return slopeOfRectified(f, x)
  case .elu: return one.replacing(with: f.a * exponential(x), where: x .< zero)
  case .celu: return one.replacing(with: exponential(x / f.a), where: x .< zero)
  case .selu: return 1.050_700_9 * one.replacing(with: 1.673_263_2 * exponential(x), where: x .< zero)
  case .exponential: return exponential(x)
  case .softplus: return logistic(x)
  case .softsign: return one / ((x.magnitude + 1) * (x.magnitude + 1))
  case .silu: return slopeOfGated(x, logistic(x))
  case .mish: return slopeOfMish(x)
  case .geluTanh: return slopeOfTanhUnit(x)
  case .geluErf: return slopeOfGaussianUnit(x)
  case .hardSigmoid2: return inside(x, 2.5, Vector(repeating: 0.2))
  case .hardSigmoid3: return inside(x, 3, Vector(repeating: 1 / 6))
  case .hardSilu: return inside(x, 3, (x + x + 3) / 6).replacing(with: one, where: x .>= Vector(repeating: 3))
  case .hardTanh: return inside(x, 1, one)
  case .logSigmoid: return logistic(-x)
  case .tanhShrink: return hyperbolicTangent(x) * hyperbolicTangent(x)
  case .sparsePlus: return inside(x, 1, (x + 1) * 0.5).replacing(with: one, where: x .>= one)
  case .sparseSigmoid: return inside(x, 1, Vector(repeating: 0.5))
  case .hardShrink, .softShrink: return one.replacing(with: zero, where: x.magnitude .<= Vector(repeating: f.a))
  case .threshold: return one.replacing(with: zero, where: x .<= Vector(repeating: f.a))
  case .squareplus: return slopeOfSquareplus(x, f.a)
  }
}

/// The derivative by the function's value y, of those that `hasSlopeOfValue`.
@inline(__always)
func slopeOfValue(_ f: Elementwise, _ y: Vector) -> Vector {
  switch f.function {
  case .tanh: slopeOfTanh(y)
  case .sigmoid: slopeOfSigmoid(y)
  case .relu: slopeOfRectified(f, y)
  default: Vector(repeating: 1)
  }
}

@inline(__always)
func slopeOfTanh(_ y: Vector) -> Vector { (1 - y) * (1 + y) }

@inline(__always)
func slopeOfSigmoid(_ y: Vector) -> Vector { y * (1 - y) }

/// Values between -limit and limit, elsewhere zero.
@inline(__always)
private func inside(_ x: Vector, _ limit: Float, _ values: Vector) -> Vector {
  values.replacing(with: 0, where: x.magnitude .>= Vector(repeating: limit))
}

@inline(__always)
private func slopeOfRectified(_ f: Elementwise, _ x: Vector) -> Vector {
  var above = Vector(repeating: 1)
  if f.b != .infinity {
    above.replace(with: 0, where: x .>= Vector(repeating: f.b))
    above.replace(with: 0, where: x .<= Vector())
  }
  return above.replacing(with: Vector(repeating: f.a), where: x .<= Vector(repeating: f.c))
}

/// Far from zero these are 0 or 1, and an infinite x would meet a zero.
@inline(__always)
private func limited(_ x: Vector) -> Vector { x.atMost(100).atLeast(-100) }

/// Of x s(x), with the logistic function s.
@inline(__always)
private func slopeOfGated(_ x: Vector, _ s: Vector) -> Vector { s * (limited(x) * (1 - s) + 1) }

/// Of x tanh(softplus(x)).
@inline(__always)
private func slopeOfMish(_ x: Vector) -> Vector {
  let x = limited(x)
  let softplus = x.atLeast(0) + logarithmOfOnePlus(exponential(-x.magnitude))
  let t = hyperbolicTangent(softplus)
  return t + x * slopeOfTanh(t) * logistic(x)
}

/// Of x s(u) with u = 1.5957 x + 0.0714 x^3.
@inline(__always)
private func slopeOfTanhUnit(_ x: Vector) -> Vector {
  let x = limited(x)
  let square = x * x
  let s = logistic(x * square.times(0.071_354_814, plus: 1.595_769_1))
  return s + x * slopeOfSigmoid(s) * square.times(3 * 0.071_354_814, plus: 1.595_769_1)
}

/// Phi(x) + x phi(x).
@inline(__always)
private func slopeOfGaussianUnit(_ x: Vector) -> Vector {
  let x = limited(x)
  let half = complementaryError(ofMagnitude: x * 0.707_106_78) * 0.5
  let distribution = (1 - half).replacing(with: half, where: x .< Vector())
  return distribution + x * (0.398_942_28 * exponential(x * x * -0.5))
}

/// (1 + x / sqrt(x^2 + b)) / 2; the square of a larger x would be infinite.
@inline(__always)
private func slopeOfSquareplus(_ x: Vector, _ b: Float) -> Vector {
  let x = x.atMost(1e18).atLeast(-1e18)
  return (x / (x * x + b).squareRoot() + 1) * 0.5
}

// MARK: - Arrays

/// `inputGradient[i] = gradient[i] f'(x[i])`, where `values` are x or, where `areOutputs`, f(x).
func elementwiseGradient(
  _ f: Elementwise, _ values: UnsafePointer<Float>, areOutputs: Bool, _ gradient: UnsafePointer<Float>,
  _ inputGradient: UnsafeMutablePointer<Float>, _ count: Int
) {
  switch (f.function, areOutputs) {
  case (.tanh, true): map(values, gradient, inputGradient, count, slopeOfTanh)
  case (.sigmoid, true): map(values, gradient, inputGradient, count, slopeOfSigmoid)
  case (_, true): map(values, gradient, inputGradient, count) { slopeOfValue(f, $0) }
  case (_, false):
    map(values, gradient, inputGradient, count) { x in
      var slopes = x
      slopeInPlace(f, &slopes)
      return slopes
    }
  }
}

/// Through memory, as `AnyFunction` does it.
@inline(never)
func slopeInPlace(_ f: Elementwise, _ vector: UnsafeMutablePointer<Vector>) {
  vector.pointee = slope(f, vector.pointee)
}

@inline(__always)
private func map(
  _ values: UnsafePointer<Float>, _ gradient: UnsafePointer<Float>, _ result: UnsafeMutablePointer<Float>, _ count: Int,
  _ slope: (Vector) -> Vector
) {
  var i = 0
  while i + lanes <= count {
    (result + i).store((gradient + i).vector() * slope((values + i).vector()))
    i += lanes
  }
  if i < count {
    let rest = count - i
    (result + i).store((gradient + i).vector(first: rest) * slope((values + i).vector(first: rest)), first: rest)
  }
}
