import KernelInterface

/// One timestep whose functions look at whole rows, as softmax does: each gate becomes a plain (rows, units) array. What
/// `GatedCell.run` does with it is the cell's formula.
struct WholeRowStep {
  /// Memory of a step; none where kernels do it.
  struct Scratch {
    /// (rows, gateWidth): the recurrent products.
    let products: UnsafeMutablePointer<Float>
    /// (5, rows, units): the gates, plain, and one more.
    let gates: UnsafeMutablePointer<Float>

    init(_ space: inout ScratchSpace, _ cell: GatedCell, rows: Int) {
      let rows = cell.isElementwise ? 0 : rows
      products = space.take(rows, cell.gateWidth)
      gates = space.take(5, rows, cell.units)
    }
  }

  let cell: GatedCell
  let call: Recurrence
  let scratch: Scratch

  private var units: Int { cell.units }
  /// Numbers of a (rows, units) array.
  var count: Int { call.batch * units }
  var output: UnsafeMutablePointer<Float> { call.outputs.base }

  func gate(_ index: Int) -> UnsafeMutablePointer<Float> { scratch.gates + index * count }

  func hidden(_ row: Int, _ unit: Int) -> Float { call.hidden[row * call.hiddenStride + unit] }

  /// The input product of a gate's unit.
  func input(_ row: Int, _ gate: Int, _ unit: Int) -> Float {
    call.inputs.base[row * call.inputs.groupStride + place(gate, unit, gates: cell.gates)]
  }

  /// The latest product, of `gates` gates.
  func product(_ row: Int, _ gate: Int, _ unit: Int, gates: Int) -> Float {
    scratch.products[row * cell.kernels.gateWidth(units, gates) + place(gate, unit, gates: gates)]
  }

  /// Where a gate's unit stands in a row in gate layout.
  private func place(_ gate: Int, _ unit: Int, gates: Int) -> Int {
    let width = cell.kernels.vectorWidth
    return (unit / width * gates + gate) * width + unit % width
  }

  /// Multiplies the hidden states by the recurrent weights.
  func multiplyHidden() { multiply(call.hidden, rowStride: call.hiddenStride, by: call.weights) }

  func multiply(_ left: UnsafePointer<Float>, rowStride: Int, by weights: PackedMatrix) {
    cell.kernels.product(
      Product(
        rows: call.batch, input: InputRows(base: left, rowStride: rowStride), weights: weights, bias: call.recurrentBias,
        output: OutputRows(base: scratch.products, rowStride: cell.kernels.gateWidth(units, weights.gates)), padded: true))
  }

  /// Fills a gate with the sum of its input product and its recurrent product.
  func sum(_ index: Int) {
    let sums = gate(index)
    forEach { place, row, unit in sums[place] = input(row, index, unit) + product(row, index, unit, gates: call.weights.gates) }
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
