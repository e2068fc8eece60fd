import KernelInterface

// All tiles of a product: which panels and which rows come when.

/// Some rows of the left matrices with one panel, at most R at a time.
@inline(__always)
private func allRows<E: Epilogue, let R: Int, let N: Int>(
  _ e: E, _ place: PanelPlace, _ rows: Range<Int>, _ memory: TileMemory, _ shape: TileSums<R, N>.Type
) {
  var place = place
  forEachPart(of: rows, most: R) { rows in
    tile(e, place, rows.lowerBound, count: rows.count, memory, shape)
    place.advance()
  }
}

/// Rows in parts of as many at most. The last ones are about equally large: a tile of a few rows would read the panel
/// for too few multiply-adds.
@inline(__always)
func forEachPart(of rows: Range<Int>, most: Int, _ body: (Range<Int>) -> Void) {
  var first = rows.lowerBound
  while first < rows.upperBound {
    let end = first + sizeOfPart(rows.upperBound - first, most: most)
    body(first..<end)
    first = end
  }
}

@inline(__always)
private func sizeOfPart(_ remaining: Int, most: Int) -> Int {
  if remaining <= most { return remaining }
  return remaining < 2 * most ? (remaining + 1) / 2 : most
}

/// The whole panels of a product: tiles of up to R rows and N vectors; for one row, up to P panels at once or, beside R
/// rows of later inputs, one; for each row, several panels that are multiplied as bytes.
@inline(__always)
private func sweep<E: Epilogue, let R: Int, let N: Int, let P: Int>(
  _ e: E, _ operands: Operands, _ rows: Int, _ memory: TileMemory, _ next: NextInputs?, _ shape: TileSums<R, N>.Type,
  _ single: TileSums<P, N>.Type
) {
  let panels = operands.second
  let whole = panels.range.clamped(to: 0..<panels.vectors / N)
  let (first, count) = (whole.lowerBound, whole.count)
  let isRow = rows == 1 && !panels.splitsDepth && !operands.first.splitsDepth
  var grouped = 0
  /// The place of the next panels.
  @inline(__always)
  func take(_ number: Int) -> PanelPlace {
    let panel = first + (panels.isDescending ? count - number - grouped : grouped)
    grouped += number
    return PanelPlace(operands, panel, width: N, next: panel)
  }
  #if KERNELS_AVX512
    while isRow, grouped < count, let part = next?.part(grouped, of: count, InputTile<N>.self) {
      tile(e, take(1), beside: part, memory, InputTile<N>.self)
    }
    while panels.usesDots, grouped < count {
      // What is made of a row serves all of them.
      let number = sizeOfPart(count - grouped, most: TileMemory.most / N)
      let place = take(number)
      for row in 0..<rows { rowOfDots(e, place, row, panels: number, memory, Row<N>.self) }
    }
  #endif
  // No last panel is left alone where the one before can be with it.
  while isRow, grouped + P <= count, P == 2 || grouped + P + 1 != count { tile(e, take(P), memory, single) }
  while P > 3, isRow, grouped + 3 <= count { tile(e, take(3), memory, TileSums<3, N>.self) }
  while P > 2, isRow, grouped + 2 <= count { tile(e, take(2), memory, TileSums<2, N>.self) }
  let block = rowsOfBlock(rows, operands.first.depth + panels.depth, R)
  for row in stride(from: 0, to: rows, by: block) {
    let rows = row..<min(row + block, rows)
    for index in grouped..<count {
      let (panel, next) = panels.inOrder(index, of: whole)
      allRows(e, PanelPlace(operands, panel, width: N, next: next), rows, memory, shape)
    }
  }
}

/// Rows, of so many numbers in all left matrices, that stay in the cache while one panel after the other meets them.
/// Blocks are about equal, since each reads all weights.
@inline(__always)
func rowsOfBlock(_ rows: Int, _ depth: Int, _ rowsOfTile: Int) -> Int {
  let least = 8 * rowsOfTile
  if rows <= least { return least }
  let most = max(bytesOfLeftRows / (4 * max(depth, 1)) / rowsOfTile * rowsOfTile, least)
  let blocks = max((rows + most / 2) / most, 1)
  return ((rows + blocks - 1) / blocks + rowsOfTile - 1) / rowsOfTile * rowsOfTile
}

/// A quarter of a mebibyte: half of the smallest L2 caches.
private let bytesOfLeftRows = 262_144

// The tiles of each number of gates: as many accumulators as the registers hold beside one row of weights. Where a row
// is alone, the panels that it takes at once.

#if KERNELS_AVX512 || arch(arm64)
  // 32 registers.
  private typealias SingleGateTile = TileSums<6, 4>
  private typealias TwoGatesTile = TileSums<8, 2>
  typealias ThreeGatesTile = TileSums<8, 3>
  typealias FourGatesTile = TileSums<6, 4>
#else
  private typealias SingleGateTile = TileSums<6, 2>
  private typealias TwoGatesTile = TileSums<6, 2>
  // 4 x 3 would need one register more than the compiler has for it.
  typealias ThreeGatesTile = TileSums<3, 3>
  typealias FourGatesTile = TileSums<3, 4>
#endif

#if arch(arm64)
  // Many cores read three vectors of 16 bytes in a cycle, and an addition waits some four cycles for the one before it.
  typealias SingleGateRow = TileSums<4, 4>
  private typealias ThreeGatesRow = TileSums<4, 3>
  private typealias FourGatesRow = TileSums<4, 4>
#elseif KERNELS_AVX512
  typealias SingleGateRow = TileSums<2, 4>
  private typealias ThreeGatesRow = TileSums<4, 3>
  private typealias FourGatesRow = TileSums<2, 4>
#else
  typealias SingleGateRow = TileSums<4, 2>
  private typealias ThreeGatesRow = TileSums<3, 3>
  private typealias FourGatesRow = TileSums<2, 4>
#endif

@inline(__always)
func sweepSingleGate(
  _ e: some Epilogue, _ operands: Operands, _ rows: Int, _ memory: TileMemory, next: NextInputs? = nil
) {
  sweep(e, operands, rows, memory, next, SingleGateTile.self, SingleGateRow.self)
  let (panels, width) = (operands.second, panelWidth(gates: 1))
  let last = panels.vectors / width
  guard panels.range.upperBound > last else { return }
  let place = PanelPlace(operands, last, width: width, next: last)
  switch panels.vectors % width {
  case 1: allRows(e, place, 0..<rows, memory, TileSums<6, 1>.self)
  #if KERNELS_AVX512 || arch(arm64)
    case 2: allRows(e, place, 0..<rows, memory, TileSums<6, 2>.self)
    case 3: allRows(e, place, 0..<rows, memory, TileSums<6, 3>.self)
  #endif
  default: break
  }
}

@inline(__always)
func sweepTwoGates(_ e: some Epilogue, _ operands: Operands, _ rows: Int, _ memory: TileMemory) {
  sweep(e, operands, rows, memory, nil, TwoGatesTile.self, TileSums<4, 2>.self)
}

@inline(__always)
func sweepThreeGates(
  _ e: some Epilogue, _ operands: Operands, _ rows: Int, _ memory: TileMemory, next: NextInputs? = nil
) {
  sweep(e, operands, rows, memory, next, ThreeGatesTile.self, ThreeGatesRow.self)
}

@inline(__always)
func sweepFourGates(
  _ e: some Epilogue, _ operands: Operands, _ rows: Int, _ memory: TileMemory, next: NextInputs? = nil
) {
  sweep(e, operands, rows, memory, next, FourGatesTile.self, FourGatesRow.self)
}
