/// Reads little-endian numbers and ranges of bytes one after the other; beyond the end, an error instead of a trap.
public struct BoundedReader {
  private let bytes: Bytes
  /// What is read, as messages call it: "HDF5 superblock".
  private let what: String
  public private(set) var position = 0

  public init(_ bytes: Bytes, _ what: String) {
    self.bytes = bytes
    self.what = what
  }

  public var remaining: Int { bytes.count - position }

  public mutating func take(_ count: Int) throws(ElmanError) -> Bytes {
    guard let slice = bytes.slice(position, count) else { throw endsEarly(count) }
    position += count
    return slice
  }

  public mutating func skip(_ count: Int) throws(ElmanError) {
    guard count >= 0, count <= remaining else { throw endsEarly(count) }
    position += count
  }

  /// Skips to the next multiple of `alignment`, counted from the first byte.
  public mutating func align(to alignment: Int) throws(ElmanError) {
    try skip((alignment - position % alignment) % alignment)
  }

  /// A number of at most 8 bytes.
  public mutating func unsigned(_ size: Int) throws(ElmanError) -> UInt64 {
    guard size >= 0, size <= 8, size <= remaining else { throw endsEarly(size) }
    var value: UInt64 = 0
    try bytes.withMemory { memory throws(ElmanError) in
      for index in 0..<size { value |= UInt64(memory[position + index]) << UInt64(8 * index) }
    }
    position += size
    return value
  }

  /// A number of at most 8 bytes, or an error where an Int cannot hold it.
  public mutating func count(_ size: Int) throws(ElmanError) -> Int { try Int(checking: unsigned(size)) }
  public mutating func byte() throws(ElmanError) -> UInt8 { UInt8(truncatingIfNeeded: try unsigned(1)) }
  public mutating func uint16() throws(ElmanError) -> UInt16 { UInt16(truncatingIfNeeded: try unsigned(2)) }
  public mutating func uint32() throws(ElmanError) -> UInt32 { UInt32(truncatingIfNeeded: try unsigned(4)) }

  public mutating func expect(_ signature: String) throws(ElmanError) {
    let found = try take(signature.utf8.count)
    if !found.array.elementsEqual(signature.utf8) { throw failure("begins with other bytes than \(signature)") }
  }

  public mutating func expect(version: UInt8) throws(ElmanError) {
    let found = try byte()
    if found != version { throw failure("has version \(found), known is \(version)") }
  }

  /// An error unless `count` elements of `size` bytes are still there. Call it before allocating memory for them.
  public func require(_ count: Int, of size: Int) throws(ElmanError) {
    let needed = try count.times(size)
    guard count >= 0, needed <= remaining else { throw endsEarly(needed) }
  }

  /// An error about what is read: "The HDF5 superblock begins with other bytes than ...".
  public func failure(_ text: String) -> ElmanError { ElmanError(.invalidArgument, "The \(what) \(text).") }

  private func endsEarly(_ wanted: Int) -> ElmanError {
    failure("ends early: \(wanted) bytes are expected at byte \(position) of \(bytes.count)")
  }
}
