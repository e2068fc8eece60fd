import KernelInterface

// What elementwise functions are compared with, and for which numbers.

/// A sweep over all magnitudes, both signs, and the values where implementations go wrong.
let magnitudeSweep: [Float] = {
  var values: [Float] = [
    0, -0.0, .infinity, -.infinity, .nan, .leastNonzeroMagnitude, -.leastNonzeroMagnitude, 0x1p-133, -0x1p-133,
  ]
  for bits in stride(from: UInt32(0x0080_0000), to: 0x7F80_0000, by: 0x7A35) {
    values.append(Float(bitPattern: bits))
    values.append(-Float(bitPattern: bits))
  }
  for step in -30_000...30_000 { values.append(Float(step) * 0.0037) }
  return values
}()

/// A function and its formula.
typealias Formula = (function: Elementwise, reference: (Double) -> Double)

/// Those that are exact to two units of the last place.
var exponentialFamily: [Formula] {
  [(.tanh, hyperbolicTangent), (.sigmoid, sigmoid), (Elementwise(.exponential), exponential)]
}

var elementwiseFormulas: [Formula] {
  func clip(_ x: Double, _ low: Double, _ high: Double) -> Double { x < low ? low : x > high ? high : x }
  func softplus(_ x: Double) -> Double { x > 30 ? x : logarithmOfOnePlus(exponential(x)) }
  func expm1(_ x: Double) -> Double { abs(x) < 1e-5 ? x + x * x / 2 : exponential(x) - 1 }
  return [
    (.linear, { $0 }), (.relu, { $0 < 0 ? 0 : $0 }),
    (Elementwise(.relu, b: .infinity, c: 1), { $0 <= 1 ? 0 : $0 }),
    (Elementwise(.relu, b: 6, c: 1), { $0 <= 1 ? 0 : $0 > 6 ? 6 : $0 }),
    (Elementwise(.relu, a: 0.2, b: 6, c: 1), { $0 <= 1 ? Double(Float(0.2)) * ($0 - 1) : $0 > 6 ? 6 : $0 }),
    (Elementwise(.relu, a: -2, b: 6, c: -1), { $0 <= -1 ? -2 * ($0 + 1) : clip($0, 0, 6) }),
    (Elementwise(.relu, b: -1), { $0.isNaN ? $0 : 0 }),
    (Elementwise(.elu, a: 1.5), { $0 < 0 ? 1.5 * expm1($0) : $0 }),
    (Elementwise(.celu, a: 2), { $0 < 0 ? 2 * expm1($0 / 2) : $0 }),
    (Elementwise(.selu), { 1.0507009873554805 * ($0 < 0 ? 1.6732632423543772 * expm1($0) : $0) }),
    (Elementwise(.softplus), softplus), (Elementwise(.softsign), { $0 / (1 + abs($0)) }),
    (Elementwise(.silu), { $0 * sigmoid($0) }), (Elementwise(.mish), { $0 * hyperbolicTangent(softplus($0)) }),
    (
      Elementwise(.geluTanh),
      { 0.5 * $0 * (1 + hyperbolicTangent(0.7978845608028654 * ($0 + 0.044715 * $0 * $0 * $0))) }
    ),
    (Elementwise(.geluErf), { 0.5 * $0 * complementaryError(-$0 * 0.7071067811865476) }),
    (Elementwise(.hardSigmoid2), { clip(0.2 * $0 + 0.5, 0, 1) }),
    (Elementwise(.hardSigmoid3), { clip(($0 + 3) / 6, 0, 1) }),
    (Elementwise(.hardSilu), { $0 * clip(($0 + 3) / 6, 0, 1) }), (Elementwise(.hardTanh), { clip($0, -1, 1) }),
    (Elementwise(.logSigmoid), { -softplus(-$0) }), (Elementwise(.tanhShrink), { $0 - hyperbolicTangent($0) }),
    (Elementwise(.sparsePlus), { $0 <= -1 ? 0 : $0 >= 1 ? $0 : ($0 + 1) * ($0 + 1) / 4 }),
    (Elementwise(.sparseSigmoid), { clip(($0 + 1) / 2, 0, 1) }),
    (Elementwise(.hardShrink, a: 0.5), { abs($0) > 0.5 ? $0 : 0 }),
    (Elementwise(.softShrink, a: 0.5), { $0 > 0.5 ? $0 - 0.5 : $0 < -0.5 ? $0 + 0.5 : 0 }),
    (Elementwise(.threshold, a: 0.3, b: -7), { $0 > Double(Float(0.3)) ? $0 : -7 }),
    (Elementwise(.squareplus, a: 4), { ($0 + ($0 * $0 + 4).squareRoot()) / 2 }),
  ]
}
