import Base

/// The blocks of a fractal heap. Rows of `width` blocks; the first two rows have blocks of the smallest size, each
/// further row blocks of twice the size. Blocks beyond the largest direct size are such tables themselves.
struct FractalBlocks {
  private let source: Source
  private let heap: Int
  private let width: Int
  private let startBits: Int
  let largestDirectBits: Int
  let offsetSize: Int
  private let root: Int?
  private let rootRows: Int
  private let hasChecksums: Bool
  private var tables: [Int: [Int?]] = [:]

  init(_ source: Source, heap: Int, _ reader: inout BoundedReader, hasChecksums: Bool) throws(ElmanError) {
    self.source = source
    self.heap = heap
    self.hasChecksums = hasChecksums
    width = Int(try reader.uint16())
    startBits = try FractalBlocks.exponent(try reader.length(source))
    largestDirectBits = try FractalBlocks.exponent(try reader.length(source))
    let heapBits = Int(try reader.uint16())
    guard (1...62).contains(heapBits), width > 0, width & (width - 1) == 0, startBits <= largestDirectBits,
      largestDirectBits < 48
    else {
      throw reader.failure("has blocks of impossible sizes")
    }
    offsetSize = FractalHeap.size(bits: heapBits)
    try reader.skip(2)
    root = try reader.address(source)
    rootRows = Int(try reader.uint16())
  }

  private static func exponent(_ power: Int) throws(ElmanError) -> Int {
    guard power > 0, power & (power - 1) == 0 else { throw damaged("a heap's block size is no power of 2") }
    return power.trailingZeroBitCount
  }

  mutating func object(at offset: Int, count: Int) throws(ElmanError) -> Bytes {
    guard let root else { throw damaged("an empty heap is said to have an object") }
    if rootRows == 0 { return try direct(root, bits: startBits, offset, count) }
    return try find(root, rows: rootRows, offset, count)
  }

  private mutating func find(_ table: Int, rows: Int, _ offset: Int, _ count: Int) throws(ElmanError) -> Bytes {
    let place = try locate(offset)
    let blocks = try children(of: table, rows: rows)
    let index = try place.row.times(width).adding(place.column)
    guard index < blocks.count, let block = blocks[index] else {
      throw damaged("an object lies in no block of its heap")
    }
    if place.bits <= largestDirectBits { return try direct(block, bits: place.bits, place.offset, count) }
    // A table covers as many bytes as a block of its place: fewer rows than the one above it.
    let inner = place.bits - startBits - width.trailingZeroBitCount + 1
    guard inner > 0, inner < rows else { throw damaged("the tables of a heap lead in a circle") }
    return try find(block, rows: inner, place.offset, count)
  }

  /// Row, column and size (as an exponent) of the block of an offset, and the offset in it.
  private func locate(_ offset: Int) throws(ElmanError) -> (row: Int, column: Int, bits: Int, offset: Int) {
    let first = try width.times(1 << startBits)
    if offset < first { return (0, offset >> startBits, startBits, offset & (1 << startBits - 1)) }
    let row = Int.bitWidth - (offset / first).leadingZeroBitCount
    let bits = startBits + row - 1
    let inRow = try offset - first.times(1 << (row - 1))
    return (row, inRow >> bits, bits, inRow & (1 << bits - 1))
  }

  private mutating func children(of table: Int, rows: Int) throws(ElmanError) -> [Int?] {
    if let known = tables[table] { return known }
    var reader = try source.reader(at: table, "heap table")
    try reader.expect("FHIB")
    try checkOwner(&reader)
    let count = try rows.times(width)
    try source.entries.spend(count)
    try reader.require(count, of: source.offsetSize)
    var children: [Int?] = []
    for _ in 0..<count { children.append(try reader.address(source)) }
    try Checksum.verify(source, at: table, count: reader.position, "heap table")
    tables[table] = children
    return children
  }

  private func checkOwner(_ reader: inout BoundedReader) throws(ElmanError) {
    try reader.expect(version: 0)
    guard try reader.definedAddress(source) == heap else { throw reader.failure("belongs to another heap") }
    try reader.skip(offsetSize)
  }

  private func direct(_ address: Int, bits: Int, _ offset: Int, _ count: Int) throws(ElmanError) -> Bytes {
    let block = try source.slice(at: address, count: 1 << bits, "heap block")
    var reader = BoundedReader(block, "HDF5 heap block")
    try reader.expect("FHDB")
    try checkOwner(&reader)
    if hasChecksums { try Checksum.verify(source, block, at: address, place: reader.position, "heap block") }
    guard let object = block.slice(offset, count) else { throw damaged("an object reaches beyond its heap block") }
    return object
  }
}
