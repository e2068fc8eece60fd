import Elman
import KernelInterface

// Plain loops in Double: the readable truth that the kernels are compared with.
// B batch, T timesteps, F features, U units, G gates.

/// Deterministic values around zero.
struct Values {
  private var random: Philox

  init(_ seed: UInt64) { random = Philox(seed: seed, stream: 7) }

  mutating func array(_ count: Int, scale: Double = 1) -> [Float] {
    (0..<count).map { _ in Float(scale * (2 * random.uniform() - 1)) }
  }
}

/// Memory on a 64-byte boundary, plus `offset` floats, with guards on both sides.
final class Guarded {
  static let guardCount = 32
  static let guardValue: Float = -12345.5

  private let memory: UnsafeMutablePointer<Float>
  let base: UnsafeMutablePointer<Float>
  let count: Int

  init(_ count: Int, offset: Int = 0) {
    self.count = count
    let total = count + offset + 2 * Self.guardCount
    let raw = UnsafeMutableRawPointer.allocate(byteCount: total * 4 + 64, alignment: 64)
    memory = raw.bindMemory(to: Float.self, capacity: total)
    memory.initialize(repeating: Self.guardValue, count: total)
    base = memory + Self.guardCount + offset
  }

  convenience init(_ values: [Float], offset: Int = 0) {
    self.init(values.count, offset: offset)
    for (index, value) in values.enumerated() { base[index] = value }
  }

  deinit { memory.deallocate() }

  var values: [Float] { (0..<count).map { base[$0] } }

  var guardsAreWhole: Bool {
    (1...Self.guardCount).allSatisfy { base[-$0] == Self.guardValue && base[count + $0 - 1] == Self.guardValue }
  }
}

/// Weights packed by a kernel set.
struct Packed {
  let memory: Guarded
  let matrix: PackedMatrix
  private let scales: Guarded?

  /// The weights are those of the format: for `.int8` whole numbers, whose columns are multiplied by scales.
  init(
    _ kernels: KernelSet, _ weights: [Float], depth: Int, units: Int, gates: Int = 1, format: WeightFormat = .float32,
    usesDots: Bool = false, scales: [Float]? = nil
  ) {
    let packed = Guarded(kernels.packedCount(depth, units, gates))
    kernels.pack(weights, gates * units, 1, depth, units, gates, packed.base)
    memory = Guarded((kernels.encodedBytes(depth, units, gates, format, usesDots) + 3) / 4)
    kernels.encode(packed.base, depth, units, gates, format, usesDots, memory.base)
    precondition(packed.guardsAreWhole && memory.guardsAreWhole)
    self.scales = format == .int8 ? scales.map { Guarded(kernels.gateLayout($0, units: units, gates: gates)) } : nil
    matrix = PackedMatrix(
      base: memory.base, depth: depth, units: units, gates: gates, format: format,
      scales: self.scales.map { UnsafePointer($0.base) },
      usesDots: usesDots)
  }
}

extension WeightFormat {
  /// A number that the format holds, from one in -1...1.
  func sample(_ value: Float) -> Float {
    switch self {
    case .float32: value
    case .float16: Float(Float16(value.magnitude < 1e-4 ? 0 : value))
    case .bfloat16: Float(bitPattern: value.bitPattern & 0xFFFF_0000)
    case .int8: (127 * value).rounded()
    }
  }
}

extension KernelSet {
  /// Whether weights of a format can be encoded for dot products.
  func encodings(of format: WeightFormat) -> [Bool] { format == .int8 && hasDots ? [false, true] : [false] }

  /// A plain row of gates * units values in gate layout.
  func gateLayout(_ row: [Float], units: Int, gates: Int) -> [Float] {
    let packed = Guarded(gateWidth(units, gates))
    packRow(row, units, gates, packed.base)
    precondition(packed.guardsAreWhole)
    return packed.values
  }
}

func sigmoid(_ x: Double) -> Double { 1 / (1 + exponential(-x)) }

/// Distance in units of the last place of the expected value; 0 where both are NaN or the same.
func ulps(_ got: Float, _ expected: Double) -> Double {
  if got.isNaN && expected.isNaN { return 0 }
  if Double(got) == expected { return 0 }
  let rounded = Float(expected)
  if got == rounded { return 0 }
  if got.isNaN || expected.isNaN || got.isInfinite || rounded.isInfinite { return .infinity }
  return abs(Double(got) - expected) / Double(max(rounded.magnitude, .leastNormalMagnitude).ulp)
}
