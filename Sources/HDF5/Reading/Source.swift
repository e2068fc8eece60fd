import Base

/// The bytes of a file, the sizes of its numbers, and what was read of it already. For one thread at a time.
final class Source {
  /// From the superblock on: addresses count from there.
  let bytes: Bytes
  let offsetSize: Int
  let lengthSize: Int
  let limits: Limits
  /// The address of the root group.
  var root = 0
  /// Members, messages and index entries that may still be read. Nothing is read twice, so that each counts once.
  var entries: Budget
  /// No two global heaps share bytes: together they are no longer than the file.
  var heapBytes: Budget

  /// Nor do structures with checksums.
  private var checkedBytes: Budget
  /// The bytes that were found right at an address.
  private var checked: [Int: Int] = [:]

  private var headers: [Int: ObjectHeader] = [:]
  private var links: [Int: [Link]] = [:]
  private var heaps: [Int: GlobalHeap] = [:]
  private var attributes: [Int: [Bytes]] = [:]

  init(_ bytes: Bytes, offsetSize: Int, lengthSize: Int, limits: Limits) throws(ElmanError) {
    guard [2, 4, 8].contains(offsetSize), [2, 4, 8].contains(lengthSize) else {
      throw damaged("its addresses have \(offsetSize) bytes and its lengths \(lengthSize)")
    }
    self.bytes = bytes
    self.offsetSize = offsetSize
    self.lengthSize = lengthSize
    self.limits = limits
    entries = Budget(limits.entries, "entries")
    heapBytes = Budget(bytes.count, "bytes of global heaps, as the file is long")
    checkedBytes = Budget(bytes.count, "bytes of structures with checksums, as the file is long")
  }

  /// Whether bytes are still to be compared with their checksum.
  func isFirstCheck(at address: Int, count: Int) throws(ElmanError) -> Bool {
    if checked[address] == count { return false }
    try checkedBytes.spend(count)
    checked[address] = count
    return true
  }

  /// Bytes of numbers up to `largest`.
  static func size(upTo largest: Int) -> Int {
    (Int.bitWidth - 1 - max(largest, 1).leadingZeroBitCount) / 8 + 1
  }

  /// A reader of what lies at an address, up to the end of the file.
  func reader(at address: Int, _ what: String) throws(ElmanError) -> BoundedReader {
    guard address >= 0, address <= bytes.count, let rest = bytes.slice(address, bytes.count - address) else {
      throw damaged("the \(what) lies at byte \(address), beyond its end")
    }
    return BoundedReader(rest, "HDF5 \(what) at byte \(address)")
  }

  func slice(at address: Int, count: Int, _ what: String) throws(ElmanError) -> Bytes {
    guard let slice = bytes.slice(address, count) else {
      throw damaged("\(count) bytes of \(what) at byte \(address) are beyond its end")
    }
    return slice
  }

  func header(at address: Int) throws(ElmanError) -> ObjectHeader {
    if let header = headers[address] { return header }
    let header = try ObjectHeader(self, at: address)
    headers[address] = header
    return header
  }

  func links(ofGroupAt address: Int) throws(ElmanError) -> [Link] {
    if let known = links[address] { return known }
    let read = try readLinks(try header(at: address))
    links[address] = read
    return read
  }

  /// The attributes of an object that are not in its header.
  func denseAttributes(of header: ObjectHeader) throws(ElmanError) -> [Bytes] {
    if let known = attributes[header.address] { return known }
    guard let info = header.first(.attributeInfo) else { return [] }
    var reader = BoundedReader(info.body, "HDF5 attribute info")
    let read = try DenseMessages.read(&reader, .attributes, self)
    attributes[header.address] = read
    return read
  }

  func heap(at address: Int) throws(ElmanError) -> GlobalHeap {
    if let heap = heaps[address] { return heap }
    let heap = try GlobalHeap(self, at: address)
    heaps[address] = heap
    return heap
  }
}

extension BoundedReader {
  /// An address, or nil for the undefined one.
  mutating func address(_ source: Source) throws(ElmanError) -> Int? {
    let value = try unsigned(source.offsetSize)
    let undefined = UInt64.max >> UInt64(64 - 8 * source.offsetSize)
    return value == undefined ? nil : try Int(checking: value)
  }

  /// An address that must be one.
  mutating func definedAddress(_ source: Source) throws(ElmanError) -> Int {
    guard let address = try address(source) else { throw failure("has no address where one must be") }
    return address
  }

  mutating func length(_ source: Source) throws(ElmanError) -> Int { try count(source.lengthSize) }
}
