import Base

/// A stored chunk.
struct Chunk {
  /// Its number in the grid.
  let number: Int
  let address: Int
  /// Bytes in the file.
  let stored: Int
  /// A bit for each filter that was left out.
  let mask: UInt32
}

/// A dataset in chunks, put together.
struct ChunkedData {
  private let source: Source
  private let layout: ChunkedLayout
  private let grid: ChunkGrid
  private let dataspace: Dataspace
  private let filters: Filters
  private let fill: FillValue

  init(_ dataset: Dataset, _ layout: ChunkedLayout) throws(ElmanError) {
    source = dataset.source
    self.layout = layout
    dataspace = dataset.dataspace
    grid = try ChunkGrid(dataspace, layout, elementSize: dataset.datatype.size, source.limits)
    filters = try Filters(dataset.header.body(.filters, source))
    fill = try FillValue(dataset.header, dataset.datatype, source)
  }

  /// The dataset's `size` bytes.
  func bytes(_ size: Int) throws(ElmanError) -> Bytes {
    guard let address = layout.address else { return try fill.filled(size, source.limits) }
    let chunks = try self.chunks(address)
    try requireStored(chunks)
    let buffer = try fill.buffer(size)
    for chunk in chunks {
      let data = try unpacked(chunk)
      try data.withMemory { memory throws(ElmanError) in grid.copy(memory, chunk.number, to: buffer.written) }
    }
    return buffer.bytes
  }

  /// An error where the file has not enough bytes for the chunks, before memory is allocated for them.
  private func requireStored(_ chunks: [Chunk]) throws(ElmanError) {
    try FillValue.requireAllowed((grid.count - chunks.count).times(grid.chunkBytes), source.limits)
    // Chunks share no bytes: what all of them take in the file is no longer than the file.
    var stored = Budget(source.bytes.count, "bytes of chunks, as it is long")
    for chunk in chunks {
      try stored.spend(chunk.stored)
      guard try chunk.stored.times(filters.largestRatio) >= grid.chunkBytes else {
        throw damaged("\(chunk.stored) bytes cannot hold a chunk of \(grid.chunkBytes)")
      }
    }
  }

  private func unpacked(_ chunk: Chunk) throws(ElmanError) -> Bytes {
    let data = try source.slice(at: chunk.address, count: chunk.stored, "chunk")
    let isPlain = layout.keepsEdgesPlain && grid.isAtEdge(grid.place(chunk.number))
    let unpacked = isPlain ? data : try filters.undo(data, mask: chunk.mask, size: grid.chunkBytes)
    guard unpacked.count == grid.chunkBytes else {
      throw damaged("a chunk has \(unpacked.count) bytes instead of \(grid.chunkBytes)")
    }
    return unpacked
  }

  private func chunks(_ address: Int) throws(ElmanError) -> [Chunk] {
    switch layout.index {
    case .treeV1: return try distinct(treeV1(address))
    case .treeV2: return try distinct(treeV2(address))
    case .single(let stored, let mask):
      guard grid.count == 1 else { throw damaged("a dataset of \(grid.count) chunks has a single one") }
      return [Chunk(number: 0, address: address, stored: stored ?? grid.chunkBytes, mask: mask)]
    case .implicit: return try implicit(address)
    case .fixedArray:
      let array = try FixedArray(source, at: address)
      return try numbered(ArrayOrder(dataspace, grid, unlimitedFirst: false)) { (index) throws(ElmanError) in
        try array.element(index)
      }
    case .extensibleArray:
      let array = try ExtensibleArray(source, at: address)
      return try numbered(ArrayOrder(dataspace, grid, unlimitedFirst: true)) { (index) throws(ElmanError) in
        try array.element(index)
      }
    }
  }

  private func treeV1(_ address: Int) throws(ElmanError) -> [Chunk] {
    var chunks: [Chunk] = []
    for leaf in try BTreeV1(source, .chunks(rank: grid.shape.count)).leaves(of: address) {
      var key = BoundedReader(leaf.key, "HDF5 chunk")
      let (stored, mask) = (Int(try key.uint32()), try key.uint32())
      var place: [Int] = []
      for length in grid.chunk { place.append(try key.count(8) / length) }
      if let number = grid.number(place) {
        chunks.append(Chunk(number: number, address: leaf.child, stored: stored, mask: mask))
      }
    }
    return chunks
  }

  private func treeV2(_ address: Int) throws(ElmanError) -> [Chunk] {
    let tree = try BTreeV2(source, at: address, kinds: [10, 11])
    var chunks: [Chunk] = []
    for record in try tree.records() {
      var reader = BoundedReader(record, "HDF5 chunk")
      let element = try ArrayElement(&reader, size: tree.recordSize - 8 * grid.shape.count, source)
      var place: [Int] = []
      for _ in grid.shape { place.append(try reader.count(8)) }
      if let number = grid.number(place), let chunk = element.chunk(number, grid) { chunks.append(chunk) }
    }
    return chunks
  }

  private func implicit(_ address: Int) throws(ElmanError) -> [Chunk] {
    try numbered(ArrayOrder(dataspace, grid, unlimitedFirst: false)) { (index) throws(ElmanError) in
      ArrayElement(address: try address.adding(index.times(grid.chunkBytes)))
    }
  }

  /// The chunks that an array of them has, each looked up by its index there.
  private func numbered(
    _ order: ArrayOrder, _ element: (Int) throws(ElmanError) -> ArrayElement?
  ) throws(ElmanError) -> [Chunk] {
    var chunks: [Chunk] = []
    for number in 0..<grid.count {
      let index = try order.index(of: grid.place(number))
      if let chunk = try element(index)?.chunk(number, grid) { chunks.append(chunk) }
    }
    return chunks
  }

  private func distinct(_ chunks: [Chunk]) throws(ElmanError) -> [Chunk] {
    guard Set(chunks.map { $0.number }).count == chunks.count else { throw damaged("a chunk is there twice") }
    return chunks
  }
}
