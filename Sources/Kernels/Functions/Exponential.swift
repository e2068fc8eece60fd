// exp, expm1, tanh, sigmoid and log1p on vectors. Polynomials were fitted for the least largest error of the function
// that uses them, a quarter of 2^-24 or less: what is left is the rounding of the few last operations.
//
// Those of recurrent layers work on N vectors at once, operation by operation: each operation waits for the one before
// it, and a core looks ahead only so far for others that need not wait.

/// x = n ln 2 + r with n whole and |r| <= ln 2 / 2; exp(r) = 1 + r + r^2 tail.
private struct ReducedExponents<let N: Int> {
  /// n + 127 + 1.5 * 2^23: that many whole numbers have no digits behind the point, and their last bits are 2^n's
  /// exponent.
  private(set) var shifted = Row<N>(repeating: Vector())
  private(set) var r = Row<N>(repeating: Vector())

  private static var rounder: Vector { Vector(repeating: 12_582_912 + 127) }

  /// Where n ln 2 is rounded, or x is far from zero, the error of n times a rounded ln 2 shows: ln 2 comes in two
  /// parts, the first with few enough bits that n times it is exact. Gates do without, for whom e^-30 is as good as
  /// nothing.
  @inline(__always)
  init(_ x: Row<N>, isWide: Bool = false) {
    for i in 0..<N { shifted[i] = x[i] * 1.442_695_04 + Self.rounder }
    var n = Row<N>(repeating: Vector())
    for i in 0..<N { n[i] = shifted[i] - Self.rounder }
    let hasTwoParts = isWide || !Vector.isFused
    let first: Float = hasTwoParts ? -0.693_359_375 : -0.693_147_18
    for i in 0..<N { r[i] = n[i].times(Vector(repeating: first), plus: x[i]) }
    if hasTwoParts {
      for i in 0..<N { r[i] = n[i].times(Vector(repeating: 2.121_944_40e-4), plus: r[i]) }
    }
  }

  /// n.
  @inline(__always)
  func exponent(_ i: Int) -> Vector { shifted[i] - Self.rounder }

  /// 2^n for -126 <= n <= 127.
  @inline(__always)
  func power(_ i: Int) -> Vector { Vector(bits: shifted[i].bits &<< 23) }

  /// exp(r) - 1.
  @inline(__always)
  var expm1: Row<N> {
    var (square, sum) = (Row<N>(repeating: Vector()), tail)
    for i in 0..<N { square[i] = r[i] * r[i] }
    for i in 0..<N { sum[i] = square[i].times(sum[i], plus: r[i]) }
    return sum
  }

  /// exp(r), with what 1 + r loses of r put back.
  @inline(__always)
  func exp(_ i: Int) -> Vector {
    let sum = r[i] + 1
    return sum + (r[i] * r[i]).times(tail[i], plus: r[i] - (sum - 1))
  }

  @inline(__always)
  private var tail: Row<N> {
    var (square, low, high) = (r, r, r)
    for i in 0..<N { square[i] = r[i] * r[i] }
    for i in 0..<N { high[i] = r[i].times(0.008_367_549_6, plus: 0.041_667_063) }
    for i in 0..<N { low[i] = r[i].times(0.166_665_33, plus: 0.5) }
    for i in 0..<N { high[i] = square[i].times(Vector(repeating: 0.001_387_815_9), plus: high[i]) }
    for i in 0..<N { high[i] = square[i].times(high[i], plus: low[i]) }
    return high
  }
}

/// 2^n for -126 <= n <= 127.
@inline(__always)
private func power(_ n: Vector) -> Vector {
  Vector(bits: (n + Vector(repeating: 12_582_912 + 127)).bits &<< 23)
}

/// e^x, also where the result is denormal; +inf above 88.73, 0 below -103.98.
@inline(__always)
func exponential(_ x: Vector) -> Vector {
  let reduced = ReducedExponents<1>(Row<1>(repeating: x.atLeast(-105).atMost(90)), isWide: true)
  // 2^n in two halves: n reaches beyond the exponents of normal numbers.
  let rounder = Vector(repeating: 12_582_912)
  let half = reduced.exponent(0).times(Vector(repeating: 0.5), plus: rounder) - rounder
  return reduced.exp(0) * power(half) * power(reduced.exponent(0) - half)
}

/// tanh x = e / (e + 2) with e = exp(2 |x|) - 1, which loses nothing near zero.
@inline(__always)
func hyperbolicTangents<let N: Int>(_ x: Row<N>) -> Row<N> {
  var doubled = x
  for i in 0..<N { doubled[i] = (x[i] + x[i]).magnitude.atMost(20) }
  let reduced = ReducedExponents<N>(doubled)
  var result = reduced.expm1
  for i in 0..<N { result[i] = reduced.power(i).times(result[i], plus: reduced.power(i) - 1) }
  for i in 0..<N { result[i] = (result[i] / (result[i] + 2)).withSign(of: x[i]) }
  return result
}

@inline(__always)
func hyperbolicTangent(_ x: Vector) -> Vector { hyperbolicTangents(Row<1>(repeating: x))[0] }

/// Functions of gates as fractions, so that a product of two takes one division.
struct Fractions<let N: Int> {
  private(set) var numerators: Row<N>
  private(set) var denominators = Row<N>(repeating: Vector(repeating: 1))

  /// Whole values.
  @inline(__always)
  init(_ values: Row<N>) { numerators = values }

  /// tanh of those in `tangents`, 1 / (1 + e^-x) of the others. No e is so large that a product of two overflows; 1e-38
  /// stands for what is smaller, and the last bit may differ from the functions by themselves.
  @inline(__always)
  init(logistics x: Row<N>, tangents: Range<Int>) {
    var argument = x
    for i in 0..<N {
      let isTangent = tangents.contains(i)
      argument[i] = (isTangent ? x[i] + x[i] : x[i]).atMost(20).atLeast(isTangent ? -20 : -87)
    }
    let reduced = ReducedExponents<N>(argument)
    numerators = reduced.expm1
    for i in 0..<N {
      let power = reduced.power(i)
      let isTangent = tangents.contains(i)
      numerators[i] = power.times(numerators[i], plus: isTangent ? power - 1 : power)
      denominators[i] = numerators[i] + (isTangent ? 2 : 1)
    }
  }

  @inline(__always)
  func value(_ i: Int) -> Vector { numerators[i] / denominators[i] }

  /// The product of one of these and one of others.
  @inline(__always)
  func product<let K: Int>(_ i: Int, _ other: Fractions<K>, _ j: Int) -> Vector {
    numerators[i] * other.numerators[j] / (denominators[i] * other.denominators[j])
  }
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
  let coefficients: InlineArray<8, Float> = [
    -0.114_797_34, 0.116_854_2, -0.124_256_87, 0.142_490_58, -0.166_678_02, 0.200_007_16, -0.249_999_97, 0.333_333_31,
  ]
  for index in coefficients.indices {
    tail = tail.times(m, plus: Vector(repeating: coefficients[index]))
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
  let coefficients: InlineArray<12, Float> = [
    -1.429_231_5, 4.570_752, -8.201_518, 8.928_411, -6.081_266_3, 2.858_288_5, -1.154_821_8, 0.159_799_8,
    0.041_908_85, 0.379_602_24, 0.999_697_4, -1.265_503_2,
  ]
  for index in coefficients.indices {
    power = power.times(t, plus: Vector(repeating: coefficients[index]))
  }
  return t * exponential((-x).times(x, plus: power))
}
