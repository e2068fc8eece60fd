import Base

/// Where a dataset's elements are.
enum Layout {
  case compact(Bytes)
  /// In one piece; nil where nothing was ever written.
  case contiguous(Int?)
  case chunked(ChunkedLayout)

  init(_ header: ObjectHeader, _ source: Source) throws(ElmanError) {
    if header.first(.externalFiles) != nil { throw unsupported("a dataset in another file") }
    guard let body = try header.body(.layout, source) else { throw damaged("a dataset has no layout") }
    var reader = BoundedReader(body, "HDF5 layout")
    let version = try reader.byte()
    guard version == 3 || version == 4 else { throw unsupported("a layout of version \(version)") }
    switch try reader.byte() {
    case 0: self = .compact(try reader.take(Int(reader.uint16())))
    case 1: self = .contiguous(try reader.address(source))
    case 2:
      self = .chunked(
        try version == 3 ? ChunkedLayout(version3: &reader, source) : ChunkedLayout(version4: &reader, source))
    case 3: throw unsupported("a virtual dataset")
    case let other: throw unsupported("a layout of class \(other)")
    }
  }
}

/// Equal pieces of a dataset, and the index that finds them.
struct ChunkedLayout {
  enum Index {
    case treeV1
    /// The only chunk; its stored bytes and filter mask where filters made them others.
    case single(stored: Int?, mask: UInt32)
    /// All chunks one after the other.
    case implicit
    case fixedArray
    case extensibleArray
    case treeV2
  }

  let index: Index
  /// Of the index, or of the chunk; nil where nothing was ever written.
  let address: Int?
  /// The shape of a chunk, and the bytes of an element.
  let chunk: [Int]
  let elementSize: Int
  /// Chunks that reach beyond the dataset are stored without filters.
  let keepsEdgesPlain: Bool

  init(version3 reader: inout BoundedReader, _ source: Source) throws(ElmanError) {
    let rank = try ChunkedLayout.rank(&reader)
    index = .treeV1
    address = try reader.address(source)
    (chunk, elementSize) = try ChunkedLayout.dimensions(&reader, rank, size: 4)
    keepsEdgesPlain = false
  }

  init(version4 reader: inout BoundedReader, _ source: Source) throws(ElmanError) {
    let flags = try reader.byte()
    let rank = try ChunkedLayout.rank(&reader)
    (chunk, elementSize) = try ChunkedLayout.dimensions(&reader, rank, size: Int(reader.byte()))
    keepsEdgesPlain = flags & 1 != 0
    index = try ChunkedLayout.index(&reader, isFiltered: flags & 2 != 0, source)
    address = try reader.address(source)
  }

  /// Dimensions, with the bytes of an element as the last.
  private static func rank(_ reader: inout BoundedReader) throws(ElmanError) -> Int {
    let rank = Int(try reader.byte())
    guard (2...33).contains(rank) else { throw reader.failure("has chunks of \(rank - 1) dimensions") }
    return rank
  }

  private static func dimensions(
    _ reader: inout BoundedReader, _ rank: Int, size: Int
  ) throws(ElmanError) -> (chunk: [Int], elementSize: Int) {
    var dimensions: [Int] = []
    for _ in 0..<rank {
      let dimension = try reader.count(size)
      guard dimension > 0 else { throw reader.failure("has empty chunks") }
      dimensions.append(dimension)
    }
    return (dimensions.dropLast(), dimensions[rank - 1])
  }

  /// What the message says about the arrays and trees, they say themselves.
  private static func index(
    _ reader: inout BoundedReader, isFiltered: Bool, _ source: Source
  ) throws(ElmanError) -> Index {
    switch try reader.byte() {
    case 1:
      guard isFiltered else { return .single(stored: nil, mask: 0) }
      return .single(stored: try reader.length(source), mask: try reader.uint32())
    case 2: return .implicit
    case 3:
      try reader.skip(1)
      return .fixedArray
    case 4:
      try reader.skip(5)
      return .extensibleArray
    case 5:
      try reader.skip(6)
      return .treeV2
    case let other: throw unsupported("a chunk index of kind \(other)")
    }
  }
}
