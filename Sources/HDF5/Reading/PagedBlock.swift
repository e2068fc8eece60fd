import Base

/// Elements of an array of chunks that lie together: all of them before one checksum, or pages with a checksum each,
/// of which those exist whose bit is set.
struct PagedBlock {
  /// Elements of a page, and a bit for each page, from the block's first one on, that says whether it exists.
  struct Pages {
    let size: Int
    let bitmap: Bytes
    let firstBit: Int

    func exists(_ page: Int) -> Bool {
      let bit = firstBit + page
      return (bitmap[bit / 8] ?? 0) & (0x80 >> UInt8(bit % 8)) != 0
    }
  }

  private let source: Source
  private let start: Int
  private let count: Int
  private let elementSize: Int
  /// Nil without pages.
  private let pages: Pages?

  /// `head` bytes before the elements.
  init(_ source: Source, at address: Int, head: Int, _ count: Int, _ elementSize: Int) throws(ElmanError) {
    self.source = source
    self.count = count
    self.elementSize = elementSize
    pages = nil
    start = try address.adding(head)
    try Checksum.verify(source, at: address, count: head.adding(count.times(elementSize)), "block of chunks")
  }

  init(
    _ source: Source, at address: Int, head: Int, _ count: Int, _ elementSize: Int, _ pages: Pages
  ) throws(ElmanError) {
    self.source = source
    self.count = count
    self.elementSize = elementSize
    self.pages = pages
    start = try address.adding(head + 4)
    try Checksum.verify(source, at: address, count: head, "block of chunks")
  }

  func element(_ index: Int) throws(ElmanError) -> ArrayElement? {
    guard index < count else { throw damaged("a block of chunks is too short") }
    guard let pages else { return try read(at: try start.adding(index.times(elementSize))) }
    let page = index / pages.size
    guard pages.exists(page) else { return nil }
    let address = try start.adding(page.times(pages.size.times(elementSize).adding(4)))
    let size = try min(pages.size, count - page * pages.size).times(elementSize)
    try Checksum.verify(source, at: address, count: size, "page of chunks")
    return try read(at: address.adding((index % pages.size) * elementSize))
  }

  private func read(at address: Int) throws(ElmanError) -> ArrayElement {
    var reader = try source.reader(at: address, "chunk's place")
    return try ArrayElement(&reader, size: elementSize, source)
  }
}
