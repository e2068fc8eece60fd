import Base

/// A group of the older kind: a B-tree of nodes of symbols, whose names lie in a heap of the group's own.
enum SymbolTable {
  static func links(_ body: Bytes, _ source: Source) throws(ElmanError) -> [Link] {
    var reader = BoundedReader(body, "HDF5 symbol table message")
    let tree = try reader.definedAddress(source)
    let heap = try LocalHeap(source, at: try reader.definedAddress(source))
    // Names do not share bytes: together they are no longer than their heap.
    var names = Budget(heap.data.count, "bytes of names, as their heap is long")
    var links: [Link] = []
    for leaf in try BTreeV1(source, .group).leaves(of: tree) {
      for symbol in try symbols(at: leaf.child, source) {
        let name = try heap.text(at: symbol.name)
        try names.spend(name.count + 1)
        links.append(Link(name: name.text, target: try symbol.target(heap)))
      }
    }
    return links
  }

  private struct Symbol {
    /// Where in the heap.
    let name: Int
    let header: Int?
    /// 2: a soft link, whose path lies in the heap at `value`.
    let cache: UInt32
    let value: Int

    func target(_ heap: LocalHeap) throws(ElmanError) -> Link.Target {
      if cache == 2 { return .soft(try heap.text(at: value).text) }
      guard let header else { throw damaged("a member of a group has no address") }
      return .hard(header)
    }
  }

  private static func symbols(at address: Int, _ source: Source) throws(ElmanError) -> [Symbol] {
    var reader = try source.reader(at: address, "symbol table node")
    try reader.expect("SNOD")
    try reader.expect(version: 1)
    try reader.skip(1)
    var symbols: [Symbol] = []
    for _ in 0..<(try reader.uint16()) {
      try source.entries.spend()
      let (name, header) = (try reader.count(source.offsetSize), try reader.address(source))
      let cache = try reader.uint32()
      try reader.skip(4)
      symbols.append(Symbol(name: name, header: header, cache: cache, value: Int(try reader.uint32())))
      try reader.skip(12)
    }
    return symbols
  }
}

/// The names of a group.
struct LocalHeap {
  let data: Bytes

  init(_ source: Source, at address: Int) throws(ElmanError) {
    var reader = try source.reader(at: address, "local heap")
    try reader.expect("HEAP")
    try reader.expect(version: 0)
    try reader.skip(3)
    let size = try reader.length(source)
    try reader.skip(source.lengthSize)
    data = try source.slice(at: try reader.definedAddress(source), count: size, "local heap")
  }

  func text(at offset: Int) throws(ElmanError) -> Bytes {
    guard offset <= data.count, let rest = data.slice(offset, data.count - offset) else {
      throw damaged("a name lies beyond its heap")
    }
    return rest.untilZero
  }
}
