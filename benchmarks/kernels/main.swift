import Elman
import KernelInterface

// kernel-rates: products of few rows by the kernel itself, without a model's call. Prints JSON: the best GF/s of (rows,
// inputs, units). kernel-rates transposed: the same of weight gradients, (rows, inputs, units) summed over the rows.

private let bursts = 25
private let clock = ContinuousClock()

/// GF/s of `rows` times a matrix of (inputs, units), whose weights stay in the cache that they fit into.
private func rate(_ kernels: KernelSet, rows: Int, inputs: Int, units: Int) throws -> Double {
  let operations = 2 * Double(rows * inputs * units)
  let repeats = Int(4e7 / operations) + 1
  let plain = (0..<inputs * units).map { Float($0 % 7) / 8 - 0.375 }
  let (x, y) = (try FloatBuffer((0..<rows * inputs).map { Float($0 % 5) - 2 }), try FloatBuffer(count: rows * units))
  let packed = try FloatBuffer(count: kernels.packedCount(inputs, units, 1))
  kernels.pack(plain, units, 1, inputs, units, 1, packed.base)
  let product = Product(
    rows: rows, input: InputRows(base: x.base, rowStride: inputs),
    weights: PackedMatrix(base: packed.base, depth: inputs, units: units, gates: 1), bias: nil,
    output: OutputRows(base: y.base, rowStride: units), padded: false)
  var best = 0.0
  withExtendedLifetime((x, y, packed)) {
    for _ in 0..<bursts {
      let time = clock.measure { for _ in 0..<repeats { kernels.product(product) } }
      best = max(best, operations * Double(repeats) / (time / .seconds(1)) * 1e-9)
    }
  }
  return best
}

/// GF/s of the transpose of (rows, inputs) times (rows, units).
private func transposedRate(_ kernels: KernelSet, rows: Int, inputs: Int, units: Int) throws -> Double {
  let operations = 2 * Double(rows * inputs * units)
  let (x, y) = (try FloatBuffer((0..<rows * inputs).map { Float($0 % 5) - 2 }), try FloatBuffer(count: rows * units))
  let (sums, scratch) = (
    try FloatBuffer(count: inputs * units), try FloatBuffer(count: kernels.training.transposedScratch(inputs))
  )
  let product = TransposedProduct(
    rows: rows, left: InputRows(base: x.base, rowStride: inputs), depth: inputs,
    right: InputRows(base: y.base, rowStride: units),
    columns: units, output: sums.base, outputStride: units, scratch: scratch.base)
  var best = 0.0
  withExtendedLifetime((x, y, sums, scratch)) {
    for _ in 0..<bursts {
      let time = clock.measure { kernels.training.transposedProduct(product) }
      best = max(best, operations / (time / .seconds(1)) * 1e-9)
    }
  }
  return best
}

let kernels = KernelSet.selected
var results: [String] = []
if CommandLine.arguments.contains("transposed") {
  for (inputs, units) in [(64, 64), (64, 256), (128, 128), (128, 512), (256, 1024), (512, 2048)] {
    for rows in [640, 3200] {
      results.append(
        "[\(rows), \(inputs), \(units), \(try transposedRate(kernels, rows: rows, inputs: inputs, units: units))]")
    }
  }
} else {
  for units in [64, 128, 192, 256, 384, 512] {
    for rows in 1...5 {
      results.append("[\(rows), \(units), \(units), \(try rate(kernels, rows: rows, inputs: units, units: units))]")
    }
  }
}
print("[" + results.joined(separator: ", ") + "]")
