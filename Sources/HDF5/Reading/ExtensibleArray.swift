import Base

/// An index of chunks that grows along one dimension. The first elements lie in its index block; further ones in blocks
/// that double in size, of which later ones are found through "super blocks".
final class ExtensibleArray {
  private struct Parameters {
    let elementSize, maximumBits, inIndex, smallestBlock, smallestPointers, pageBits: Int

    /// Super block i stands for 2^(i/2) blocks of 2^((i+1)/2) times the smallest block's elements.
    func blocks(_ superBlock: Int) -> Int { 1 << (superBlock / 2) }
    func elements(_ superBlock: Int) -> Int { smallestBlock << ((superBlock + 1) / 2) }

    /// Super blocks whose blocks the index block points to itself.
    var direct: Int { 2 * smallestPointers.trailingZeroBitCount }
    var directBlocks: Int { 2 * (smallestPointers - 1) }
    var superBlocks: Int { 1 + maximumBits - smallestBlock.trailingZeroBitCount }
    var offsetSize: Int { (maximumBits + 7) / 8 }
  }

  private let source: Source
  private let parameters: Parameters
  private var first: [ArrayElement] = []
  private var directBlocks: [Int?] = []
  private var superBlocks: [Int?] = []
  private var blocks: [Int: PagedBlock] = [:]

  init(_ source: Source, at address: Int) throws(ElmanError) {
    self.source = source
    var reader = try source.reader(at: address, "growing array of chunks")
    try reader.expect("EAHD")
    try reader.expect(version: 0)
    try reader.skip(1)
    let sizes = try reader.take(6).array.map { Int($0) }
    // Statistics.
    try reader.skip(6 * source.lengthSize)
    let index = try reader.address(source)
    try Checksum.verify(source, at: address, count: reader.position, "growing array of chunks")
    parameters = Parameters(
      elementSize: sizes[0], maximumBits: sizes[1], inIndex: sizes[2], smallestBlock: sizes[3],
      smallestPointers: sizes[4], pageBits: sizes[5])
    guard
      [parameters.smallestBlock, parameters.smallestPointers].allSatisfy({ $0 > 0 && $0 & ($0 - 1) == 0 }),
      (1...48).contains(parameters.maximumBits), parameters.pageBits < 32, parameters.superBlocks >= parameters.direct
    else { throw reader.failure("has blocks of impossible sizes") }
    if let index { try readIndex(index) }
  }

  private func readIndex(_ address: Int) throws(ElmanError) {
    var reader = try source.reader(at: address, "growing array's index")
    try reader.expect("EAIB")
    try reader.skip(2 + source.offsetSize)
    for _ in 0..<parameters.inIndex {
      first.append(try ArrayElement(&reader, size: parameters.elementSize, source))
    }
    for _ in 0..<parameters.directBlocks { directBlocks.append(try reader.address(source)) }
    for _ in parameters.direct..<parameters.superBlocks { superBlocks.append(try reader.address(source)) }
    try Checksum.verify(source, at: address, count: reader.position, "growing array's index")
  }

  func element(_ index: Int) throws(ElmanError) -> ArrayElement? {
    if index < first.count { return first[index] }
    var rest = index - first.count
    // The blocks of earlier super blocks.
    var before = 0
    for number in 0..<parameters.superBlocks {
      let (blocks, elements) = (parameters.blocks(number), parameters.elements(number))
      if rest / elements < blocks {
        let block = rest / elements
        let found =
          number < parameters.direct
          ? try directBlock(before + block, elements)
          : try laterBlock(block, of: number - parameters.direct, blocks, elements)
        return try found?.element(rest % elements)
      }
      rest -= blocks * elements
      before += blocks
    }
    throw damaged("a growing array of chunks cannot have \(index) of them")
  }

  private func directBlock(_ number: Int, _ elements: Int) throws(ElmanError) -> PagedBlock? {
    guard number < directBlocks.count, let address = directBlocks[number] else { return nil }
    return try dataBlock(address, elements)
  }

  /// A block that a super block points to.
  private func laterBlock(
    _ number: Int, of superBlock: Int, _ blocks: Int, _ elements: Int
  ) throws(ElmanError) -> PagedBlock? {
    guard superBlock < superBlocks.count, let address = superBlocks[superBlock] else { return nil }
    var reader = try source.reader(at: address, "super block of chunks")
    try reader.expect("EASB")
    try reader.skip(2 + source.offsetSize + parameters.offsetSize)
    // One bitmap of the pages of all blocks, though with room for whole bytes of each.
    let pages = elements >> parameters.pageBits
    let bitmap = try reader.take(pages > 1 ? blocks * pages.dividedRoundingUp(by: 8) : 0)
    try reader.require(blocks, of: source.offsetSize)
    try reader.skip(number * source.offsetSize)
    guard let block = try reader.address(source) else { return nil }
    try reader.skip((blocks - number - 1) * source.offsetSize)
    try Checksum.verify(source, at: address, count: reader.position, "super block of chunks")
    return try dataBlock(block, elements, bitmap, firstBit: number * pages)
  }

  /// The super block's bitmap, from a bit on, says which pages of a block exist; smaller blocks have no pages.
  private func dataBlock(
    _ address: Int, _ elements: Int, _ bitmap: Bytes? = nil, firstBit: Int = 0
  ) throws(ElmanError) -> PagedBlock {
    if let known = blocks[address] { return known }
    var reader = try source.reader(at: address, "block of chunks")
    try reader.expect("EADB")
    try reader.skip(2 + source.offsetSize + parameters.offsetSize)
    let (head, size) = (reader.position, parameters.elementSize)
    let block: PagedBlock
    if let bitmap, bitmap.count > 0 {
      let pages = PagedBlock.Pages(size: 1 << parameters.pageBits, bitmap: bitmap, firstBit: firstBit)
      block = try PagedBlock(source, at: address, head: head, elements, size, pages)
    } else {
      block = try PagedBlock(source, at: address, head: head, elements, size)
    }
    blocks[address] = block
    return block
  }
}
