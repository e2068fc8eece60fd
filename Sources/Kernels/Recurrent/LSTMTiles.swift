import CPUFeatures
import KernelInterface

// An LSTM of six rows and more, with float32 weights and units that fill all vectors: the loops over k and the
// functions of the cell are one function with the loop over all tiles. What `Tile.swift` hands from function to
// function, through memory, takes some 100 cycles of a tile (docs/decisions/0008-lstm-tiles.md).
//
// Sums stay in registers only while every index into them is known when they are compiled, and while no function takes
// them by value: so what becomes of a tile is written out for each number of rows.

#if KERNELS_AVX512
  /// Where a tile is.
  private struct Place {
    let panel: Int
    let row: Int
    /// The panel that comes next, and from where on, and how many bytes of it for each k, the tile asks for.
    let next: Int
    let part: Int
    let step: Int
  }

  extension LSTMStep {
    /// Makes the step, where it is of this kind.
    @inline(__always)
    func sweepWhole(_ operands: Operands, _ rows: Int) -> Bool {
      guard isWhole(operands, rows) else { return false }
      forEachTile(of: operands, rows: rows) { place, count in
        switch count {
        case 3: tile(operands, place, TileSums<3, 4>.self)
        case 4: tile(operands, place, TileSums<4, 4>.self)
        case 5: tile(operands, place, TileSums<5, 4>.self)
        default: tile(operands, place, TileSums<6, 4>.self)
        }
      }
      return true
    }

    @inline(__always)
    private func isWhole(_ operands: Operands, _ rows: Int) -> Bool {
      let (first, second) = (operands.first, operands.second)
      return f is StandardFunctions && rows >= 6 && step.units % lanes == 0 && second.format == .float32
        && first.depth > 0 && !first.splitsDepth && !second.splitsDepth
    }

    /// All panels and all rows, up to six in a tile.
    ///
    /// Each tile asks for a part of the next panel, as large as that of others: a core waits for some twenty lines at
    /// once, those of the tile itself among them.
    @inline(__always)
    private func forEachTile(of operands: Operands, rows: Int, _ body: (Place, _ count: Int) -> Void) {
      let (weights, most) = (operands.second, 6)
      forEachPart(of: 0..<rows, most: rowsOfBlock(rows, operands.first.depth + weights.depth, most)) { block in
        let tiles = (block.count + most - 1) / most
        let step = weights.isLarge ? min((Float32Reader.bytes(4) + tiles - 1) / tiles, bytesInLine) : 0
        for number in 0..<weights.range.count {
          let (panel, next) = weights.inOrder(number, of: weights.range)
          var part = 0
          forEachPart(of: block, most: most) { rows in
            body(Place(panel: panel, row: rows.lowerBound, next: next, part: part, step: step), rows.count)
            part += step
          }
        }
      }
    }

    @inline(__always)
    private func tile<let R: Int>(_ operands: Operands, _ place: Place, _ shape: TileSums<R, 4>.Type) {
      let row = place.row
      var sums = TileSums<R, 4>(repeating: Row<4>(repeating: Vector()))
      if let start = start(place.panel * 4) {
        for r in 0..<R {
          for n in 0..<4 { sums[r][n] = (start[row + r] + n * lanes).vector() }
        }
      }
      multiply(&sums, firstLeft, operands.first, place)
      multiply(&sums, left, operands.second, place)
      var first = TileSums<4, 4>(repeating: Row<4>(repeating: Vector()))
      for m in 0..<min(4, R) {
        for n in 0..<4 { first[m][n] = sums[m][n] }
      }
      if R == 3 {
        finish([first[0], first[1], first[2]] as TileSums<3, 4>, row, place.panel)
      } else {
        finish(first, row, place.panel)
      }
      if R == 5 {
        var last = TileSums<1, 4>(repeating: Row<4>(repeating: Vector()))
        for n in 0..<4 { last[0][n] = sums[4][n] }
        finish(last, row + 4, place.panel)
      }
      if R == 6 {
        var last = TileSums<2, 4>(repeating: Row<4>(repeating: Vector()))
        for m in 0..<2 {
          for n in 0..<4 { last[m][n] = sums[4 + m][n] }
        }
        finish(last, row + 4, place.panel)
      }
    }

    /// Adds up rows of a matrix by a panel.
    @inline(__always)
    private func multiply<let R: Int>(_ sums: inout TileSums<R, 4>, _ rows: Rows, _ panels: Panels, _ place: Place) {
      var left = InlineArray<R, UnsafePointer<Float>>(repeating: rows[place.row])
      for r in 1..<R { left[r] = rows[place.row + r] }
      var (weights, ahead) = (panels.panel(place.panel), panels.panel(place.next) + place.part * panels.depth)
      for k in 0..<panels.depth {
        elman_cpu_prefetch(ahead)
        accumulate(&sums, left, k, weights, Float32Reader.self)
        weights += Float32Reader.bytes(4)
        ahead += place.step
      }
    }

    /// The new states of M rows.
    @inline(__always)
    private func finish<let M: Int>(_ sums: TileSums<M, 4>, _ row: Int, _ panel: Int) {
      let unit = panel * lanes
      var cells = Row<M>(repeating: Vector())
      for m in 0..<M { cells[m] = UnsafePointer(cell + (row + m) * cellStride + unit).vector() }
      let outputs = lstmOutputs(&cells, f) { m in sums[m] }
      for m in 0..<M { (cell + (row + m) * cellStride + unit).store(cells[m]) }
      for m in 0..<M { step.output(row + m, unit).store(outputs[m]) }
    }
  }
#endif
