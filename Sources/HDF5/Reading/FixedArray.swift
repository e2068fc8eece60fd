import Base

/// An index of chunks whose number does not change: one block of elements, in pages where there are many.
struct FixedArray {
  private let count: Int
  private let block: PagedBlock?

  init(_ source: Source, at address: Int) throws(ElmanError) {
    var reader = try source.reader(at: address, "array of chunks")
    try reader.expect("FAHD")
    try reader.expect(version: 0)
    try reader.skip(1)
    let elementSize = Int(try reader.byte())
    let pageBits = Int(try reader.byte())
    let count = try reader.length(source)
    let block = try reader.address(source)
    try Checksum.verify(source, at: address, count: reader.position, "array of chunks")
    guard pageBits < 32 else { throw reader.failure("has pages of 2^\(pageBits) elements") }
    self.count = count
    self.block =
      if let block { try FixedArray.block(source, at: block, count, elementSize, page: 1 << pageBits) } else { nil }
  }

  private static func block(
    _ source: Source, at address: Int, _ count: Int, _ elementSize: Int, page: Int
  ) throws(ElmanError) -> PagedBlock {
    var reader = try source.reader(at: address, "block of chunks")
    try reader.expect("FADB")
    try reader.skip(2 + source.offsetSize)
    guard count > page else {
      return try PagedBlock(source, at: address, head: reader.position, count, elementSize)
    }
    let bitmap = try reader.take(count.dividedRoundingUp(by: page).dividedRoundingUp(by: 8))
    let pages = PagedBlock.Pages(size: page, bitmap: bitmap, firstBit: 0)
    return try PagedBlock(source, at: address, head: reader.position, count, elementSize, pages)
  }

  func element(_ index: Int) throws(ElmanError) -> ArrayElement? {
    guard index < count else { throw damaged("an array of chunks has \(count) of them") }
    return try block?.element(index)
  }
}
