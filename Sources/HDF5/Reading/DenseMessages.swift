import Base

/// The links or attributes of an object that has many: a fractal heap keeps them, a B-tree finds them.
enum DenseMessages {
  enum Kind {
    case links, attributes

    /// Types of the trees by name, and by order of creation.
    var trees: Set<UInt8> { self == .links ? [5, 6] : [8, 9] }
    /// Bytes of a link's number in the order of creation.
    var orderSize: Int { self == .links ? 8 : 2 }
    /// Where the heap's ID stands in a record of the tree by name: behind the name's hash, or first.
    var idOffset: Int { self == .links ? 4 : 0 }
    var idSize: Int { self == .links ? 7 : 8 }
  }

  /// From a message of the kind "link info" or "attribute info".
  static func read(_ reader: inout BoundedReader, _ kind: Kind, _ source: Source) throws(ElmanError) -> [Bytes] {
    try reader.expect(version: 0)
    let flags = try reader.byte()
    if flags & 1 != 0 { try reader.skip(kind.orderSize) }
    guard let heapAddress = try reader.address(source), let tree = try reader.address(source) else { return [] }
    let heap = try FractalHeap(source, at: heapAddress)
    // Objects of a heap share no bytes.
    var budget = Budget(source.bytes.count, "bytes of links and attributes, as it is long")
    var messages: [Bytes] = []
    for record in try BTreeV2(source, at: tree, kinds: kind.trees).records() {
      // Attribute flag 2: kept in the file's heap of shared messages.
      if kind == .attributes, let flags = record[8], flags & 2 != 0 { throw unsupported("a table of shared messages") }
      guard let id = record.slice(kind.idOffset, kind.idSize) else { throw damaged("a B-tree's records are too short") }
      let message = try heap.object(id)
      try budget.spend(message.count)
      messages.append(message)
    }
    return messages
  }
}
