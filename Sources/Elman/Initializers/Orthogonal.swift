/// Orthogonal initial values: the Q of a random normal matrix, with R's diagonal positive. A shape of more than two
/// axes is taken as (all but the last, last).
enum Orthogonal {
  static func requireMatrix(_ shape: [Int]) throws(ElmanError) {
    guard shape.count >= 2, let columns = shape.last, columns > 0 else {
      throw ElmanError(
        .invalidArgument, "The tensor to initialize must be at least two-dimensional. Received: shape=\(Shape(shape))")
    }
  }

  /// The values are the same on all machines that fuse a product and a sum, and for any number of threads. Other
  /// machines round twice, and differ in the last bits.
  static func fill(_ buffer: FloatBuffer, _ shape: [Int], _ gain: Double, _ random: Philox) throws(ElmanError) {
    let columns = shape.last ?? 1
    let rows = buffer.count / columns
    if rows <= columns {
      try fill(buffer.base, vectors: rows, length: columns, random)
    } else {
      let vectors = try FloatBuffer(count: buffer.count)
      try fill(vectors.base, vectors: columns, length: rows, random)
      withExtendedLifetime(vectors) { transpose(vectors.base, to: buffer.base, rows: rows, columns: columns) }
    }
    if gain == 1 { return }
    for index in 0..<buffer.count { buffer.base[index] = Float(gain * Double(buffer.base[index])) }
  }

  /// Writes orthonormal vectors over zeros.
  private static func fill(
    _ target: UnsafeMutablePointer<Float>, vectors: Int, length: Int, _ random: Philox
  ) throws(ElmanError) {
    let blocks = (vectors + ReflectorBlock.size - 1) / ReflectorBlock.size
    let operations = Double(length) * Double(vectors)
    let parts = Threads.parts(rows: vectors, operationsPerRow: operations, threads: min(Threads.count, max(blocks, 1)))
    var slots: [ReflectorBlock] = []
    for _ in 0..<parts { slots.append(try ReflectorBlock(length: length)) }
    // In two stages for each group of blocks: each part makes one of them, then applies all of them to its vectors.
    Threads.run(
      stages: 2 * ((blocks + parts - 1) / parts), parts: parts,
      ReflectorProduct(
        target: target, vectors: vectors, length: length, blocks: blocks, random: random, slots: slots))
  }

  /// In squares, so that both sides stay in the cache.
  private static func transpose(
    _ source: UnsafePointer<Float>, to target: UnsafeMutablePointer<Float>, rows: Int, columns: Int
  ) {
    let side = 16
    for firstRow in stride(from: 0, to: rows, by: side) {
      for firstColumn in stride(from: 0, to: columns, by: side) {
        for row in firstRow..<min(firstRow + side, rows) {
          for column in firstColumn..<min(firstColumn + side, columns) {
            target[row * columns + column] = source[column * rows + row]
          }
        }
      }
    }
  }
}

/// The vectors are rows of a product of Householder reflections that come straight from normal vectors, each one
/// shorter than the one before it (Stewart, "The efficient generation of random orthogonal matrices", SIAM J. Numer.
/// Anal. 17, 1980): what turns a column of a normal matrix to its first axis leaves the other columns normal, so that
/// none needs to be computed.
///
/// With n vectors of length m, D H_n ... H_2 H_1 is multiplied from left to right: H_j leaves the axes before j as
/// they are, and D, the signs of R's diagonal, starts each vector as plus or minus its own axis.
struct ReflectorProduct: SharedWork {
  let target: UnsafeMutablePointer<Float>
  let vectors: Int
  let length: Int
  let blocks: Int
  let random: Philox
  /// One for each part.
  let slots: [ReflectorBlock]

  func callAsFunction(stage: Int, part: Int) {
    // The last blocks come first.
    let group = blocks - 1 - stage / 2 * slots.count
    if stage % 2 == 0 {
      if group - part >= 0 { slots[part].make(group - part, of: self) }
      return
    }
    for tile in stride(from: part, to: (vectors + Self.tileRows - 1) / Self.tileRows, by: slots.count) {
      let rows = tile * Self.tileRows..<min((tile + 1) * Self.tileRows, vectors)
      for slot in 0..<min(slots.count, group + 1) {
        let (block, scratch) = (group - slot, slots[part].scratch)
        let first = max(rows.lowerBound, block * ReflectorBlock.size)
        if first < rows.upperBound { slots[slot].apply(block, to: first..<rows.upperBound, of: self, scratch) }
      }
    }
  }

  /// Vectors that stay in the cache of a core while they are multiplied.
  static let tileRows = 30
}
