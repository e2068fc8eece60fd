import KernelInterface

// Functions of every element. Those that recurrent layers mostly use are types of their own, so that a kernel is
// compiled for each; all others go through `AnyFunction`.

protocol VectorFunction {
  func callAsFunction(_ x: Vector) -> Vector
  /// Of N vectors at once.
  func all<let N: Int>(_ x: Row<N>) -> Row<N>
}

extension VectorFunction {
  @inline(__always)
  func all<let N: Int>(_ x: Row<N>) -> Row<N> {
    var y = x
    for n in 0..<N { y[n] = self(x[n]) }
    return y
  }
}

struct Linear: VectorFunction {
  @inline(__always)
  func callAsFunction(_ x: Vector) -> Vector { x }
}

struct Tanh: VectorFunction {
  @inline(__always)
  func callAsFunction(_ x: Vector) -> Vector { hyperbolicTangent(x) }

  @inline(__always)
  func all<let N: Int>(_ x: Row<N>) -> Row<N> { hyperbolicTangents(x) }
}

struct Sigmoid: VectorFunction {
  @inline(__always)
  func callAsFunction(_ x: Vector) -> Vector { logistic(x) }
}

/// Any elementwise function, chosen when it is called. The vector goes through memory: a call that takes vectors
/// makes the compiler split those of the loop around it.
struct AnyFunction: VectorFunction {
  let function: Elementwise

  @inline(__always)
  func callAsFunction(_ x: Vector) -> Vector {
    var y = x
    applyInPlace(function, &y)
    return y
  }
}

@inline(never)
private func applyInPlace(_ f: Elementwise, _ vector: UnsafeMutablePointer<Vector>) {
  vector.pointee = apply(f, vector.pointee)
}

/// Each function as Keras defines it. NaN stays NaN.
@inline(__always)
func apply(_ f: Elementwise, _ x: Vector) -> Vector {
  let zero = Vector()
  switch f.function {
  case .linear: return x
  case .tanh: return hyperbolicTangent(x)
  case .sigmoid: return logistic(x)
  case .relu: return rectified(f, x)
  case .elu: return exponentialUnit(x, below: f.a)
  case .celu: return x.replacing(with: f.a * expm1(x / f.a), where: x .< zero)
  case .selu: return 1.050_700_9 * exponentialUnit(x, below: 1.673_263_2)
  case .exponential: return exponential(x)
  case .softplus: return softplus(x)
  case .softsign: return withLimit(x / (x.magnitude + 1), x)
  case .silu: return timesFraction(x, logistic(x))
  case .mish: return timesFraction(x, hyperbolicTangent(softplus(x)))
  case .geluTanh: return timesFraction(x, logistic(x * (x * x).times(0.071_354_814, plus: 1.595_769_1)))
  case .geluErf: return gaussianUnit(x)
  case .hardSigmoid2: return x.times(0.2, plus: 0.5).atLeast(0).atMost(1)
  case .hardSigmoid3: return ((x + 3) / 6).atLeast(0).atMost(1)
  case .hardSilu: return timesFraction(x, ((x + 3) / 6).atLeast(0).atMost(1))
  case .hardTanh: return x.atLeast(-1).atMost(1)
  case .logSigmoid: return -softplus(-x)
  case .tanhShrink: return x - hyperbolicTangent(x)
  case .sparsePlus: return sparsePlus(x)
  case .sparseSigmoid: return x.times(0.5, plus: 0.5).atLeast(0).atMost(1)
  case .hardShrink: return x.replacing(with: 0, where: x.magnitude .<= Vector(repeating: f.a))
  case .softShrink: return softShrink(x, f.a)
  case .threshold: return x.replacing(with: Vector(repeating: f.b), where: x .<= Vector(repeating: f.a))
  case .squareplus: return squareplus(x, f.a)
  }
}

/// x above the threshold, slope (x - threshold) up to it. A largest value holds x above the threshold in 0...largest.
@inline(__always)
private func rectified(_ f: Elementwise, _ x: Vector) -> Vector {
  let upTo = f.a == 0 ? Vector() : f.a * (x - f.c)
  let above = f.b == .infinity ? x : x.atMost(f.b).atLeast(0)
  return above.replacing(with: upTo, where: x .<= Vector(repeating: f.c))
}

@inline(__always)
private func exponentialUnit(_ x: Vector, below alpha: Float) -> Vector {
  x.replacing(with: alpha * expm1(x), where: x .< Vector())
}

/// e^x - 1 for x <= 0.
@inline(__always)
private func expm1(_ x: Vector) -> Vector {
  // tanh(x/2) = e / (e + 2) solved for e = expm1(x); beyond -20 the result is -1.
  let half = hyperbolicTangent(x * 0.5)
  return (half + half) / (1 - half)
}

/// log(1 + e^x) = max(x, 0) + log(1 + e^-|x|).
@inline(__always)
private func softplus(_ x: Vector) -> Vector {
  x.atLeast(0) + logarithmOfOnePlus(exponential(-x.magnitude))
}

/// x times a fraction in 0...1, where -inf times 0 is 0 as in the limit.
@inline(__always)
private func timesFraction(_ x: Vector, _ fraction: Vector) -> Vector {
  (x * fraction).replacing(with: 0, where: x .== Vector(repeating: -.infinity))
}

/// 1 or -1 where x is infinite.
@inline(__always)
private func withLimit(_ y: Vector, _ x: Vector) -> Vector {
  y.replacing(with: Vector(repeating: 1).withSign(of: x), where: x.magnitude .== Vector(repeating: .infinity))
}

/// x Phi(x), by erfc on the negative side so that small results keep their digits.
@inline(__always)
private func gaussianUnit(_ x: Vector) -> Vector {
  let half = complementaryError(ofMagnitude: x * 0.707_106_78) * 0.5
  return timesFraction(x, (1 - half).replacing(with: half, where: x .< Vector()))
}

@inline(__always)
private func sparsePlus(_ x: Vector) -> Vector {
  let one = Vector(repeating: 1)
  let between = (x + 1) * (x + 1) * 0.25
  return x.replacing(with: between, where: x .< one).replacing(with: 0, where: x .<= -one)
}

/// (x + sqrt(x^2 + b)) / 2; below zero as b / 2 / (sqrt(x^2 + b) - x), which cancels nothing.
@inline(__always)
private func squareplus(_ x: Vector, _ b: Float) -> Vector {
  let root = (x * x + b).squareRoot()
  let above = (x + root) * 0.5
  return above.replacing(with: Vector(repeating: b * 0.5) / (root - x), where: x .< Vector())
}

@inline(__always)
private func softShrink(_ x: Vector, _ threshold: Float) -> Vector {
  let shrunk = (x.magnitude - threshold).atLeast(0)
  return shrunk.replacing(with: shrunk.withSign(of: x), where: shrunk .> Vector())
}

// MARK: - Arrays

/// `y[i] = f(x[i])`. The end of the array goes through a padded vector, so that an element's bits do not depend on
/// where it stands.
func elementwise(_ f: Elementwise, _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ count: Int) {
  switch f.function {
  case .tanh: map(Tanh(), x, y, count)
  case .sigmoid: map(Sigmoid(), x, y, count)
  default: map(AnyFunction(function: f), x, y, count)
  }
}

@inline(__always)
private func map(
  _ f: some VectorFunction, _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ count: Int
) {
  var i = 0
  while i + lanes <= count {
    (y + i).store(f((x + i).vector()))
    i += lanes
  }
  if i < count { (y + i).store(f((x + i).vector(first: count - i)), first: count - i) }
}
