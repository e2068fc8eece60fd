import KernelInterface

// The input products of later timesteps, made beside the steps of one row.
//
// Such a step waits for its recurrent weights to come from a cache, and multiplies in half of the time only. The
// products of the inputs, which need few weights for many multiply-adds, fill the other half: each panel's turn of a
// step also makes a part of a tile of theirs. Every element is summed up in the order of any other tile. This takes
// AVX-512, 32 registers and multiply-adds that read a weight from memory themselves: with fewer registers, tiles of
// inputs are so small that their weights come as slowly as the recurrent ones.

/// Timesteps whose inputs are multiplied at once in this way; 0 where it would gain nothing.
func stepsAhead(_ call: UnsafePointer<Recurrence>) -> Int {
  #if KERNELS_AVX512
    let matrix = call.pointee.weights
    let (units, gates) = (matrix.units, matrix.gates)
    guard call.pointee.batch == 1, matrix.format == .float32, let kernel = call.pointee.kernel,
      4 * kernel.depth >= units
    else { return 0 }
    let (vectors, width) = (vectorCount(units, gates), panelWidth(gates: gates))
    // Shorter turns would not be worth taking up the sums of the inputs at each of them and putting them down again.
    let isLong = units >= (gates == 3 ? 64 : 80)
    // The weights of the inputs, read for six timesteps at a time, would drive the others out of the last cache.
    let staysInCache = (kernel.depth + units) * gateWidth(units, gates) <= floatsInLastCache
    // A last panel with fewer vectors (of SimpleRNN) is multiplied otherwise.
    return isLong && staysInCache && vectors % width == 0 && vectors > width ? InputTile<1>.count : 0
  #else
    return 0
  #endif
}

/// 16 MiB, half of a large L3 cache.
private let floatsInLastCache = 4_194_304

/// The tile of input products beside a row of the recurrent product.
typealias InputTile<let N: Int> = TileSums<6, N>

/// The input products of as many timesteps as a tile has rows, made beside as many steps before them.
struct NextInputs {
  /// Of the first of these timesteps.
  private let inputs: Rows
  private let lastRow: Int
  private let weights: UnsafeRawPointer
  private let depth: Int
  private let bias: UnsafePointer<Float>?
  private let sums: UnsafeMutablePointer<Float>
  private let stride: Int
  private let firstPanel: Int
  /// Which of the steps before them it is.
  private let step: Int

  /// nil where there are none.
  @inline(__always)
  init?(_ call: UnsafePointer<Recurrence>, _ t: Int) {
    let rows = InputTile<1>.count
    guard let ahead = call.pointee.ahead, let kernel = call.pointee.kernel else { return nil }
    let (group, step) = (ahead.first + t).quotientAndRemainder(dividingBy: rows)
    let next = (group + 1) * rows
    guard next < ahead.timesteps else { return nil }
    let rowStride = call.pointee.inputs.rowStride
    inputs = Rows(call.pointee.inputs.base + (next - ahead.first) * rowStride, stride: rowStride)
    lastRow = ahead.timesteps - 1 - next
    weights = kernel.base
    depth = kernel.depth
    bias = call.pointee.bias
    sums = call.pointee.inputProduct(ahead, next)
    stride = gateWidth(kernel.units, kernel.gates)
    firstPanel = call.pointee.panels?.lowerBound ?? 0
    self.step = step
  }
}

extension Recurrence {
  /// The weights of the inputs, where tiles multiply by them.
  @inline(__always)
  var tileKernel: PackedMatrix? { ahead == nil ? kernel : nil }

  /// The product of the inputs of a timestep of the run.
  @inline(__always)
  func inputProduct(_ ahead: Ahead, _ timestep: Int) -> UnsafeMutablePointer<Float> {
    ahead.products + timestep % (2 * InputTile<1>.count) * gateWidth(weights.units, weights.gates)
  }

  /// Makes the first input products, which no steps come before.
  @inline(never)
  func multiplyFirstInputs() {
    guard let ahead, ahead.first == 0, let kernel else { return }
    let output = OutputRows(base: ahead.products, rowStride: gateWidth(kernel.units, kernel.gates))
    var first = Product(
      rows: min(InputTile<1>.count, ahead.timesteps), input: inputs, weights: kernel, bias: bias, output: output,
      padded: true)
    first.panels = panels
    product(first)
  }
}

#if KERNELS_AVX512
  extension NextInputs {
    /// What is made of R rows in the `turn`-th of `count` turns of a step: after R steps, all tiles.
    @inline(__always)
    func part<let R: Int, let N: Int>(_ turn: Int, of count: Int, _ shape: TileSums<R, N>.Type) -> InputPart {
      let (tile, part) = (step * count + turn).quotientAndRemainder(dividingBy: R)
      let panel = firstPanel + tile
      let (first, end) = (depth * part / R, depth * (part + 1) / R)
      let column = panel * N * lanes
      let sums = sums + column
      return InputPart(
        inputs: Rows(inputs.base + first, stride: inputs.stride), lastRow: lastRow,
        weights: weights + (panel * depth + first) * Float32Reader.bytes(N), depth: end - first, sums: sums,
        stride: stride,
        starts: part > 0 ? Rows(UnsafePointer(sums), stride: stride) : bias.map { Rows($0 + column, stride: 0) })
    }
  }

  /// A tile's rows of inputs by a part of a panel.
  struct InputPart {
    let inputs: Rows
    /// Rows past it are made of it again, and never read.
    let lastRow: Int
    let weights: UnsafeRawPointer
    let depth: Int
    let sums: UnsafeMutablePointer<Float>
    /// From row to row of the sums.
    let stride: Int
    /// nil for zeros.
    let starts: Rows?

    @inline(__always)
    func row(_ r: Int) -> UnsafePointer<Float> { inputs[min(r, lastRow)] }
  }

  /// One row by a panel, and beside it a part of R rows of inputs.
  @inline(__always)
  func tile<E: Epilogue, let R: Int, let N: Int>(
    _ e: E, _ place: PanelPlace, beside part: InputPart, _ memory: TileMemory, _ shape: TileSums<R, N>.Type
  ) {
    tile(e, place, 0, count: 1, memory, isRowOfPanels: true, Row<N>.self) { start, _, factor in
      multiply(start, factor, beside: part, memory, shape)
    }
  }

  @inline(never)
  private func multiply<let R: Int, let N: Int>(
    _ start: TileStart, _ factor: Factor, beside part: InputPart, _ memory: TileMemory, _ shape: TileSums<R, N>.Type
  ) {
    var sums = Row<N>(repeating: Vector())
    for n in 0..<N { sums[n] = (start.rows.base + n * start.step).vector() }
    var products = TileSums<R, N>(repeating: Row<N>(repeating: Vector()))
    if let starts = part.starts {
      for r in 0..<R {
        for n in 0..<N { products[r][n] = (starts[r] + n * lanes).vector() }
      }
    }
    let left = factor.left.base
    var inputs = InlineArray<R, UnsafePointer<Float>>(repeating: part.inputs.base)
    for r in 1..<R { inputs[r] = part.row(r) }
    var (weights, inputWeights) = (factor.panel, part.weights)
    var columns = Row<N>(repeating: Vector())
    @inline(__always)
    func takeColumns() {
      for n in 0..<N { columns[n] = Float32Reader.vector(n, inputWeights, Row<N>.self) }
      inputWeights += Float32Reader.bytes(N)
    }
    @inline(__always)
    func multiplyInput(_ r: Int, _ k: Int) {
      let value = Vector(repeating: inputs[r][k])
      for n in 0..<N { products[r][n].accumulate(value, columns[n]) }
    }
    @inline(__always)
    func multiplyHidden(_ k: Int) {
      let value = Vector(repeating: left[k])
      for n in 0..<N { sums[n].accumulate(value, Float32Reader.vector(n, weights, Row<N>.self)) }
      weights += Float32Reader.bytes(N)
    }
    @inline(__always)
    func multiplyBoth(_ r: Int, _ k: Int) {
      multiplyHidden(k * R + r)
      multiplyInput(r, k)
    }
    // As many multiply-adds of one as of the other.
    let together = min(part.depth, factor.depth / R)
    for k in 0..<together {
      takeColumns()
      // The six rows of `InputTile` are written out: the optimizer would not unroll a loop of this length, and its sums
      // would go through memory.
      multiplyBoth(0, k)
      multiplyBoth(1, k)
      multiplyBoth(2, k)
      multiplyBoth(3, k)
      multiplyBoth(4, k)
      multiplyBoth(5, k)
    }
    for k in together * R..<factor.depth { multiplyHidden(k) }
    for k in together..<part.depth {
      takeColumns()
      for r in 0..<R { multiplyInput(r, k) }
    }
    for n in 0..<N { memory.sums[n] = sums[n] }
    for r in 0..<R {
      for n in 0..<N { (part.sums + r * part.stride + n * lanes).store(products[r][n]) }
    }
  }
#endif
