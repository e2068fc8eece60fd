import Base

/// What an array of chunks says of one of them. Without filters, its address alone.
struct ArrayElement {
  let address: Int?
  let stored: Int?
  let mask: UInt32

  init(address: Int?) {
    self.address = address
    (stored, mask) = (nil, 0)
  }

  /// `size` bytes: an address alone; or an address, the stored bytes in what is left between, 4 bytes of mask.
  init(_ reader: inout BoundedReader, size: Int, _ source: Source) throws(ElmanError) {
    let lengthSize = size - source.offsetSize - 4
    guard size == source.offsetSize || (1...8).contains(lengthSize) else {
      throw damaged("an index of chunks has elements of \(size) bytes")
    }
    address = try reader.address(source)
    stored = lengthSize > 0 ? try reader.count(lengthSize) : nil
    mask = lengthSize > 0 ? try reader.uint32() : 0
  }

  /// Nil where nothing was stored.
  func chunk(_ number: Int, _ grid: ChunkGrid) -> Chunk? {
    address.map { Chunk(number: number, address: $0, stored: stored ?? grid.chunkBytes, mask: mask) }
  }
}

/// In which order an array has its chunks: row-major in the grid of the largest shape. The dimension without a limit
/// moves to the front where the array can grow.
struct ArrayOrder {
  private let counts: [Int]
  private let axes: [Int]

  init(_ dataspace: Dataspace, _ grid: ChunkGrid, unlimitedFirst: Bool) throws(ElmanError) {
    var axes = Array(grid.shape.indices)
    if unlimitedFirst, let unlimited = dataspace.largest.firstIndex(where: { $0 == nil }) {
      axes.remove(at: unlimited)
      axes.insert(unlimited, at: 0)
    }
    self.axes = axes
    counts = axes.map { axis in
      (dataspace.largest[axis] ?? grid.shape[axis]).dividedRoundingUp(by: grid.chunk[axis])
    }
  }

  func index(of place: [Int]) throws(ElmanError) -> Int {
    var index = 0
    for (axis, count) in zip(axes, counts) {
      guard place[axis] < count else { throw damaged("a dataset is larger than its largest shape") }
      index = try index.times(count).adding(place[axis])
    }
    return index
  }
}
