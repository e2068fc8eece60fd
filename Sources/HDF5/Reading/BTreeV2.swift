import Base

/// The format's newer B-tree: records in the order of their keys, in inner nodes too.
final class BTreeV2 {
  private let source: Source
  private let kind: UInt8
  private let nodeSize: Int
  let recordSize: Int
  private let depth: Int
  private let root: (address: Int?, count: Int)
  /// For each level from the leaves up: the most records of a node, and of all below and in it.
  private var levels: [(node: Int, all: Int)] = []
  private var seen: Set<Int> = []
  private var collected: [Bytes] = []

  init(_ source: Source, at address: Int, kinds: Set<UInt8>) throws(ElmanError) {
    self.source = source
    var reader = try source.reader(at: address, "B-tree")
    try reader.expect("BTHD")
    try reader.expect(version: 0)
    kind = try reader.byte()
    guard kinds.contains(kind) else { throw reader.failure("is of kind \(kind)") }
    nodeSize = Int(try reader.uint32())
    recordSize = Int(try reader.uint16())
    depth = Int(try reader.uint16())
    try reader.skip(2)
    root = (try reader.address(source), Int(try reader.uint16()))
    try reader.skip(source.lengthSize)
    try Checksum.verify(source, at: address, count: reader.position, "B-tree")
    guard recordSize > 0, recordSize <= BTreeV2.largestRecord else {
      throw reader.failure("has records of \(recordSize) bytes")
    }
    guard depth <= source.limits.depth else { throw reader.failure("has \(depth) levels") }
    try measureLevels()
  }

  /// More than any kind of record has: a chunk's place in 32 dimensions is the longest.
  private static let largestRecord = 512
  /// Signature, version, kind, checksum.
  private static let frame = 10

  private func measureLevels() throws(ElmanError) {
    let leaf = (nodeSize - BTreeV2.frame) / recordSize
    guard leaf > 0 else { throw damaged("the nodes of a B-tree have \(nodeSize) bytes") }
    levels = [(leaf, leaf)]
    for level in 0..<depth {
      let pointer = pointerSize(toLevel: level)
      let node = (nodeSize - BTreeV2.frame - pointer) / (recordSize + pointer)
      guard node > 0 else { throw damaged("the nodes of a B-tree have \(nodeSize) bytes") }
      levels.append((node, try node.adding(1).times(levels[level].all).adding(node)))
    }
  }

  private func pointerSize(toLevel level: Int) -> Int {
    source.offsetSize + Source.size(upTo: levels[0].node) + (level > 0 ? Source.size(upTo: levels[level].all) : 0)
  }

  func records() throws(ElmanError) -> [Bytes] {
    if let address = root.address { try visit(address, count: root.count, level: depth) }
    return collected
  }

  private func visit(_ address: Int, count: Int, level: Int) throws(ElmanError) {
    guard seen.insert(address).inserted else { throw damaged("a B-tree leads in a circle") }
    guard count <= levels[level].node else { throw damaged("a node of a B-tree has \(count) records") }
    var reader = try source.reader(at: address, "B-tree node")
    try reader.expect(level == 0 ? "BTLF" : "BTIN")
    try reader.expect(version: 0)
    guard try reader.byte() == kind else { throw reader.failure("is of another kind than its tree") }
    let records = try readRecords(&reader, count)
    let children = level == 0 ? [] : try readPointers(&reader, count + 1, level: level - 1)
    try Checksum.verify(source, at: address, count: reader.position, "B-tree node")
    for (index, child) in children.enumerated() {
      try visit(child.address, count: child.count, level: level - 1)
      if index < records.count { collected.append(records[index]) }
    }
    if level == 0 { collected += records }
  }

  private func readRecords(_ reader: inout BoundedReader, _ count: Int) throws(ElmanError) -> [Bytes] {
    try source.entries.spend(count)
    try reader.require(count, of: recordSize)
    var records: [Bytes] = []
    for _ in 0..<count { records.append(try reader.take(recordSize)) }
    return records
  }

  private func readPointers(
    _ reader: inout BoundedReader, _ count: Int, level: Int
  ) throws(ElmanError) -> [(address: Int, count: Int)] {
    try source.entries.spend(count)
    var pointers: [(address: Int, count: Int)] = []
    for _ in 0..<count {
      let address = try reader.definedAddress(source)
      pointers.append((address, try reader.count(Source.size(upTo: levels[0].node))))
      if level > 0 { try reader.skip(Source.size(upTo: levels[level].all)) }
    }
    return pointers
  }
}
