import Base

/// The members of a group: a heap of their names, nodes of up to 8 of them, a B-tree of up to 32 nodes a level.
struct SymbolTableWriter {
  /// Half of the most members of a node, and of the most children in the tree; what h5py writes.
  static let leafK = 4
  static let treeK = 16

  private let output: ByteBuffer
  private let names = ByteBuffer()
  private var symbols: [(name: Int, header: Int)] = []

  init(_ output: ByteBuffer) { self.output = output }

  /// Members come in the order of their names.
  mutating func add(_ name: String, header: Int) throws(ElmanError) {
    // Offset 0 is the empty name, which the tree's first key is.
    if names.count == 0 { try names.append(zeros: 8) }
    symbols.append((names.count, header))
    try names.append(utf8: name)
    try names.append(zeros: 1)
    try names.align(to: 8)
  }

  /// Writes all of it; returns the message that points to it.
  func write() throws(ElmanError) -> Bytes {
    let tree = try writeTree()
    let heap = try writeHeap()
    let body = ByteBuffer()
    try body.append(tree, size: 8)
    try body.append(heap, size: 8)
    return body.bytes
  }

  private func writeHeap() throws(ElmanError) -> Int {
    try output.align(to: 8)
    let address = output.count
    try output.append(utf8: "HEAP")
    try output.append(zeros: 4)
    try output.append(max(names.count, 8), size: 8)
    // No free block.
    try output.append(1, size: 8)
    try output.append(address + 32, size: 8)
    try output.append(names.bytes)
    if names.count == 0 { try output.append(zeros: 8) }
    return address
  }

  /// A child of the tree, and the name of its last member.
  private typealias Child = (address: Int, lastName: Int)

  private func writeTree() throws(ElmanError) -> Int {
    var children: [Child] = []
    for start in stride(from: 0, to: symbols.count, by: 2 * Self.leafK) {
      children.append(try writeNode(symbols[start..<min(start + 2 * Self.leafK, symbols.count)]))
    }
    var level = 0
    repeat {
      children = try writeLevel(children, level)
      level += 1
    } while children.count > 1
    return children[0].address
  }

  private func writeNode(_ symbols: ArraySlice<(name: Int, header: Int)>) throws(ElmanError) -> Child {
    try output.align(to: 8)
    let address = output.count
    try output.append(utf8: "SNOD")
    try output.append([1, 0])
    try output.append(symbols.count, size: 2)
    for symbol in symbols {
      try output.append(symbol.name, size: 8)
      try output.append(symbol.header, size: 8)
      try output.append(zeros: 24)
    }
    try output.append(zeros: (2 * Self.leafK - symbols.count) * 40)
    return (address, symbols.last?.name ?? 0)
  }

  /// The nodes above `children`, which know of their neighbours; one even above nothing.
  private func writeLevel(_ children: [Child], _ level: Int) throws(ElmanError) -> [Child] {
    let most = 2 * Self.treeK
    let size = 24 + most * 8 + (most + 1) * 8
    try output.align(to: 8)
    let first = output.count
    let count = max(children.count.dividedRoundingUp(by: most), 1)
    var nodes: [Child] = []
    for number in 0..<count {
      let own = children.dropFirst(number * most).prefix(most)
      let address = output.count
      try output.append(utf8: "TREE")
      try output.append([0, UInt8(truncatingIfNeeded: level)])
      try output.append(own.count, size: 2)
      try output.append(number == 0 ? -1 : first + (number - 1) * size, size: 8)
      try output.append(number == count - 1 ? -1 : first + (number + 1) * size, size: 8)
      try output.append(number == 0 ? 0 : children[number * most - 1].lastName, size: 8)
      for child in own {
        try output.append(child.address, size: 8)
        try output.append(child.lastName, size: 8)
      }
      try output.append(zeros: address + size - output.count)
      nodes.append((address, own.last?.lastName ?? 0))
    }
    return nodes
  }
}
