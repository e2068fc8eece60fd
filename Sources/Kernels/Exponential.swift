// exp, expm1, tanh, sigmoid and log1p on vectors. Polynomials were fitted by Chebyshev nodes at 40 digits; their
// errors are below 2^-24 of the result, so that what is left is the rounding of the few last operations.

/// x = n ln 2 + r with n whole and |r| <= ln 2 / 2; exp(r) = 1 + r + r^2 tail.
private struct ReducedExponent {
  let n: Vector
  let r: Vector

  @inline(__always)
  init(_ x: Vector) {
    // Adding 1.5 * 2^23 rounds to a whole number.
    let rounder = Vector(repeating: 12_582_912)
    n = x.times(Vector(repeating: 1.442_695_04), plus: rounder) - rounder
    // ln 2 in two parts, the first with few enough bits that n times it is exact.
    let high = n.times(Vector(repeating: -0.693_359_375), plus: x)
    r = n.times(Vector(repeating: 2.121_944_40e-4), plus: high)
  }

  /// exp(r) - 1.
  @inline(__always)
  var expm1: Vector { (r * r).times(tail, plus: r) }

  /// exp(r), with what 1 + r loses of r put back.
  @inline(__always)
  var exp: Vector {
    let sum = r + 1
    return sum + (r * r).times(tail, plus: r - (sum - 1))
  }

  @inline(__always)
  private var tail: Vector {
    let square = r * r
    let low = r.times(0.166_666_67, plus: 0.5)
    let middle = r.times(0.008_333_31, plus: 0.041_666_456)
    let high = r.times(0.000_198_919_81, plus: 0.001_393_454_2)
    return square.times(square.times(high, plus: middle), plus: low)
  }

  /// 2^n for -126 <= n <= 127.
  @inline(__always)
  static func power(_ n: Vector) -> Vector {
    let whole = (n + Vector(repeating: 12_582_912 + 127)).bits
    return Vector(bits: whole &<< 23)
  }
}

/// e^x, also where the result is denormal; +inf above 88.73, 0 below -103.98.
@inline(__always)
func exponential(_ x: Vector) -> Vector {
  let reduced = ReducedExponent(x.atLeast(-105).atMost(90))
  // 2^n in two halves: n reaches beyond the exponents of normal numbers.
  let rounder = Vector(repeating: 12_582_912)
  let half = reduced.n.times(Vector(repeating: 0.5), plus: rounder) - rounder
  return reduced.exp * ReducedExponent.power(half) * ReducedExponent.power(reduced.n - half)
}

/// tanh x = e / (e + 2) with e = exp(2 |x|) - 1, which loses nothing near zero.
@inline(__always)
func hyperbolicTangent(_ x: Vector) -> Vector {
  let fraction = Fraction(hyperbolicTangent: x)
  return (fraction.numerator / fraction.denominator).withSign(of: x)
}

/// A function as a fraction, so that a product of two takes one division.
private struct Fraction {
  let numerator: Vector
  let denominator: Vector

  /// |tanh x|.
  @inline(__always)
  init(hyperbolicTangent x: Vector) {
    let doubled = (x + x).magnitude.atMost(20)
    let reduced = ReducedExponent(doubled)
    let power = ReducedExponent.power(reduced.n)
    numerator = power.times(reduced.expm1, plus: power - 1)
    denominator = numerator + 2
  }

  /// 1 / (1 + e^-x), no smaller than e^-87.
  @inline(__always)
  init(logistic x: Vector) {
    let reduced = ReducedExponent(-x.magnitude.atMost(87))
    let power = ReducedExponent.power(reduced.n)
    let e = power.times(reduced.expm1, plus: power)
    numerator = Vector(repeating: 1).replacing(with: e, where: x .< Vector())
    denominator = e + 1
  }
}

/// `logistic` for gates: 1e-38 stands for what is smaller, and the last bit may differ.
@inline(__always)
func gateLogistic(_ x: Vector) -> Vector {
  let fraction = Fraction(logistic: x)
  return fraction.numerator / fraction.denominator
}

/// `gateLogistic(gate) * hyperbolicTangent(x)` with one division.
@inline(__always)
func gatedTangent(_ gate: Vector, _ x: Vector) -> Vector {
  let (logistic, tangent) = (Fraction(logistic: gate), Fraction(hyperbolicTangent: x))
  let magnitude = logistic.numerator * tangent.numerator / (logistic.denominator * tangent.denominator)
  return magnitude.withSign(of: x)
}

/// 1 / (1 + e^-x), by way of e^-|x| so that nothing overflows and small results keep their digits.
@inline(__always)
func logistic(_ x: Vector) -> Vector {
  let e = exponential(-x.magnitude)
  // NaN compares false: it comes back through e.
  let numerator = Vector(repeating: 1).replacing(with: e, where: x .< Vector())
  let sum = e + 1
  // What the sum lost of e; most of the error where e is small.
  let lost = e - (sum - 1)
  let quotient = numerator / sum
  return quotient.times(-lost, plus: quotient)
}

/// log(1 + x) for x >= 0.
@inline(__always)
func logarithmOfOnePlus(_ x: Vector) -> Vector {
  let sum = x + 1
  // What the sum lost of x, as a fraction of the sum.
  let lost = (x - (sum - 1)) / sum
  // sum = 2^n m with m between sqrt(1/2) and sqrt(2).
  let shifted = sum.bits &- IntVector(repeating: 0x3F35_04F3)
  let n = Vector(shifted &>> 23)
  let m = Vector(bits: (shifted & IntVector(repeating: 0x007F_FFFF)) &+ IntVector(repeating: 0x3F35_04F3)) - 1
  var tail = Vector(repeating: 0.069_716_115)
  for coefficient: Float in [
    -0.114_797_34, 0.116_854_2, -0.124_256_87, 0.142_490_58, -0.166_678_02, 0.200_007_16, -0.249_999_97, 0.333_333_31,
  ] {
    tail = tail.times(m, plus: Vector(repeating: coefficient))
  }
  let square = m * m
  let small = square.times(m * tail, plus: n * Vector(repeating: -2.121_944_40e-4) + lost)
  let result = n.times(Vector(repeating: 0.693_359_375), plus: m + square.times(Vector(repeating: -0.5), plus: small))
  return result.replacing(with: x, where: x .== Vector(repeating: .infinity))
}

/// erfc(|x|) = t exp(-x^2 + P(t)) with t = 1 / (1 + |x| / 2).
@inline(__always)
func complementaryError(ofMagnitude x: Vector) -> Vector {
  let x = x.magnitude.atMost(12)
  let t = 1 / x.times(0.5, plus: 1)
  var power = Vector(repeating: 0.193_881_28)
  for coefficient: Float in [
    -1.429_231_5, 4.570_752, -8.201_518, 8.928_411, -6.081_266_3, 2.858_288_5, -1.154_821_8, 0.159_799_8,
    0.041_908_85, 0.379_602_24, 0.999_697_4, -1.265_503_2,
  ] {
    power = power.times(t, plus: Vector(repeating: coefficient))
  }
  return t * exponential((-x).times(x, plus: power))
}
