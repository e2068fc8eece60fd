import KernelInterface

/// One timestep whose functions look at whole rows, as softmax does: each gate becomes a plain (rows, units) array.
/// What `GatedCell.run` does with it is the cell's formula.
struct WholeRowStep {
  let cell: GatedCell
  let call: Recurrence
  /// (rows, gateWidth): the recurrent products.
  private let products: UnsafeMutablePointer<Float>
  /// (5, rows, units): the gates, plain, and one more.
  private let gates: UnsafeMutablePointer<Float>
  /// A power of two.
  private let vectorWidth: Int
  /// Units in whole vectors: what each gate takes of a row in gate layout.
  private let paddedUnits: Int

  init(_ cell: GatedCell, _ call: Recurrence, memory: UnsafeMutablePointer<Float>) {
    (self.cell, self.call) = (cell, call)
    vectorWidth = cell.kernels.vectorWidth
    paddedUnits = (cell.units + vectorWidth - 1) & ~(vectorWidth - 1)
    products = memory
    gates = memory + call.batch * cell.gateWidth
  }

  /// Floats that a step of one row works in.
  static func memoryCount(_ cell: GatedCell) -> Int { cell.gateWidth + 5 * cell.units }

  private var units: Int { cell.units }
  /// Numbers of a (rows, units) array.
  var count: Int { call.batch * units }
  var output: UnsafeMutablePointer<Float> { call.outputs.base }

  func gate(_ index: Int) -> UnsafeMutablePointer<Float> { gates + index * count }

  func hidden(_ row: Int, _ unit: Int) -> Float { call.hidden[row * call.hiddenStride + unit] }

  /// The input product of a gate's unit.
  func input(_ row: Int, _ gate: Int, _ unit: Int) -> Float {
    call.inputs.base[row * call.inputs.groupStride + place(gate, unit, gates: cell.gates)]
  }

  /// The latest product, of `gates` gates.
  func product(_ row: Int, _ gate: Int, _ unit: Int, gates: Int) -> Float {
    products[row * gates * paddedUnits + place(gate, unit, gates: gates)]
  }

  /// Where a gate's unit stands in a row in gate layout.
  private func place(_ gate: Int, _ unit: Int, gates: Int) -> Int {
    let lane = unit & (vectorWidth - 1)
    return (unit - lane) * gates + gate * vectorWidth + lane
  }

  /// Multiplies the hidden states by the recurrent weights.
  func multiplyHidden() { multiply(call.hidden, rowStride: call.hiddenStride, by: call.weights) }

  func multiply(_ left: UnsafePointer<Float>, rowStride: Int, by weights: PackedMatrix) {
    cell.kernels.product(
      Product(
        rows: call.batch, input: InputRows(base: left, rowStride: rowStride), weights: weights,
        bias: call.recurrentBias,
        output: OutputRows(base: products, rowStride: weights.gates * paddedUnits), padded: true))
  }

  /// Fills a gate with the sum of its input product and its recurrent product.
  func sum(_ index: Int) {
    let (sums, gates) = (gate(index), call.weights.gates)
    forEach { place, row, unit in
      sums[place] = input(row, index, unit) + product(row, index, unit, gates: gates)
    }
  }

  func apply(_ f: Activation, _ x: UnsafePointer<Float>, to y: UnsafeMutablePointer<Float>) {
    f.apply(cell.kernels, x, y, rows: call.batch, columns: units)
  }

  /// Calls `body` for each place of a (rows, units) array.
  @inline(__always)
  func forEach(_ body: (_ place: Int, _ row: Int, _ unit: Int) -> Void) {
    for row in 0..<call.batch {
      for unit in 0..<units { body(row * units + unit, row, unit) }
    }
  }
}
