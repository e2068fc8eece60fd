import Base

/// Objects in blocks that double in size, found by where they would lie if all blocks followed each other.
final class FractalHeap {
  private let source: Source
  private var blocks: FractalBlocks
  private let lengthSize: Int
  private let hugeTree: Int?
  /// The objects that lie alone, by their numbers; nil before they were read.
  private var huge: [UInt64: Bytes]?

  init(_ source: Source, at address: Int) throws(ElmanError) {
    self.source = source
    var reader = try source.reader(at: address, "fractal heap")
    try reader.expect("FRHP")
    try reader.expect(version: 0)
    try reader.skip(2)
    guard try reader.uint16() == 0 else { throw unsupported("a fractal heap with filters") }
    let flags = try reader.byte()
    let largestManaged = Int(try reader.uint32())
    try reader.skip(source.lengthSize)
    hugeTree = try reader.address(source)
    // Free space: amount, its manager; sizes and numbers of objects.
    try reader.skip(9 * source.lengthSize + source.offsetSize)
    blocks = try FractalBlocks(source, heap: address, &reader, hasChecksums: flags & 2 != 0)
    try Checksum.verify(source, at: address, count: reader.position, "fractal heap")
    lengthSize = min(FractalHeap.size(bits: blocks.largestDirectBits), Source.size(upTo: largestManaged))
  }

  static func size(bits: Int) -> Int { (bits + 7) / 8 }

  /// The object of an ID, which says how and where it is kept.
  func object(_ id: Bytes) throws(ElmanError) -> Bytes {
    var reader = BoundedReader(id, "HDF5 heap ID")
    let head = try reader.byte()
    guard head >> 6 == 0 else { throw unsupported("a heap ID of version \(head >> 6)") }
    switch head >> 4 & 3 {
    case 0:
      let offset = try reader.count(blocks.offsetSize)
      return try blocks.object(at: offset, count: try reader.count(lengthSize))
    case 1: return try hugeObject(try reader.unsigned(min(reader.remaining, source.lengthSize)))
    case 2: return try reader.take(Int(head & 15) + 1)
    default: throw damaged("a heap ID is of an unknown kind")
    }
  }

  /// Objects that are too large for blocks lie alone; a B-tree knows where.
  private func hugeObject(_ id: UInt64) throws(ElmanError) -> Bytes {
    if huge == nil { huge = try readHuge() }
    guard let object = huge?[id] else { throw damaged("an object is not in its heap") }
    return object
  }

  private func readHuge() throws(ElmanError) -> [UInt64: Bytes] {
    guard let hugeTree else { return [:] }
    var objects: [UInt64: Bytes] = [:]
    for record in try BTreeV2(source, at: hugeTree, kinds: [1]).records() {
      var reader = BoundedReader(record, "HDF5 heap record")
      let (address, size) = (try reader.definedAddress(source), try reader.length(source))
      objects[try reader.unsigned(source.lengthSize)] = try source.slice(at: address, count: size, "heap object")
    }
    return objects
  }
}
