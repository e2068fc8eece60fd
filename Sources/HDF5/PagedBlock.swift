import Base

/// Elements of an array of chunks that lie together: all of them before one checksum, or pages with a checksum each,
/// of which those exist whose bit is set.
final class PagedBlock {
  private let source: Source
  private let start: Int
  private let count: Int
  private let elementSize: Int
  /// Elements of a page, and which pages exist; nil without pages.
  private let pages: (size: Int, bitmap: Bytes)?
  private var verified: Set<Int> = []

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
    _ source: Source, at address: Int, head: Int, _ count: Int, _ elementSize: Int, page: Int, _ bitmap: Bytes
  ) throws(ElmanError) {
    self.source = source
    self.count = count
    self.elementSize = elementSize
    pages = (page, bitmap)
    start = try address.adding(head + 4)
    try Checksum.verify(source, at: address, count: head, "block of chunks")
  }

  func element(_ index: Int) throws(ElmanError) -> ArrayElement? {
    guard index < count else { throw damaged("a block of chunks is too short") }
    guard let pages else { return try read(at: try start.adding(index.times(elementSize))) }
    let page = index / pages.size
    guard (pages.bitmap[page / 8] ?? 0) & (0x80 >> UInt8(page % 8)) != 0 else { return nil }
    let address = try start.adding(page.times(pages.size.times(elementSize).adding(4)))
    if verified.insert(page).inserted {
      let size = try min(pages.size, count - page * pages.size).times(elementSize)
      try Checksum.verify(source, at: address, count: size, "page of chunks")
    }
    return try read(at: address.adding((index % pages.size) * elementSize))
  }

  private func read(at address: Int) throws(ElmanError) -> ArrayElement {
    var reader = try source.reader(at: address, "chunk's place")
    return try ArrayElement(&reader, size: elementSize, source)
  }
}
