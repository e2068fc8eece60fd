import Base

/// The list of members at the end of an archive.
enum Directory {
  private static let endSize = 22
  /// An archive may end with a comment of so many bytes.
  private static let longestComment = 65535

  static func read(_ bytes: Bytes, _ limits: Limits) throws(ElmanError) -> [Member] {
    let place = try find(bytes)
    guard place.count <= limits.entries else { throw damaged("it has \(place.count) members") }
    guard let list = bytes.slice(place.offset, place.size) else { throw damaged("its directory is not all there") }
    var reader = BoundedReader(list, "directory of the zip file")
    try reader.require(place.count, of: 46)
    var members: [Member] = []
    for _ in 0..<place.count { members.append(try member(&reader)) }
    return members
  }

  private typealias Place = (offset: Int, size: Int, count: Int)

  private static func find(_ bytes: Bytes) throws(ElmanError) -> Place {
    for comment in 0...longestComment {
      let start = bytes.count - endSize - comment
      guard let end = bytes.slice(start, endSize) else { break }
      if end[0] == 0x50, end[1] == 0x4B, end[2] == 5, end[3] == 6, end[20] == UInt8(comment & 255),
        end[21] == UInt8(comment >> 8)
      {
        return try place(bytes, start, end)
      }
    }
    throw ElmanError(.invalidArgument, "This is no zip file: its directory is missing.")
  }

  private static func place(_ bytes: Bytes, _ start: Int, _ end: Bytes) throws(ElmanError) -> Place {
    var reader = BoundedReader(end, "end of the zip file")
    try reader.skip(4)
    let disks = (try reader.uint16(), try reader.uint16())
    let counts = (Int(try reader.uint16()), Int(try reader.uint16()))
    let (size, offset) = (Int(try reader.uint32()), Int(try reader.uint32()))
    if counts.1 == 0xFFFF || size == 0xFFFF_FFFF || offset == 0xFFFF_FFFF, let place = try place64(bytes, start) {
      return place
    }
    guard disks == (0, 0), counts.0 == counts.1 else {
      throw ElmanError(.unsupported, "The zip file is one of several parts.")
    }
    return (offset, size, counts.1)
  }

  /// Zip64: a second end with larger numbers, found by a record before the first one.
  private static func place64(_ bytes: Bytes, _ start: Int) throws(ElmanError) -> Place? {
    guard let locator = bytes.slice(start - 20, 20), locator[0] == 0x50, locator[1] == 0x4B, locator[2] == 6,
      locator[3] == 7
    else { return nil }
    var pointer = BoundedReader(locator, "zip64 record")
    try pointer.skip(8)
    let address = try pointer.count(8)
    guard let end = bytes.slice(address, 56) else { throw damaged("its zip64 end lies beyond its end") }
    var reader = BoundedReader(end, "zip64 end of the zip file")
    try reader.expect("PK\u{6}\u{6}")
    try reader.skip(8 + 4 + 8 + 8)
    let (count, size) = (try reader.count(8), try reader.count(8))
    return (try reader.count(8), size, count)
  }

  private static func member(_ reader: inout BoundedReader) throws(ElmanError) -> Member {
    try reader.expect("PK\u{1}\u{2}")
    try reader.skip(4)
    let flags = try reader.uint16()
    let method = Int(try reader.uint16())
    try reader.skip(4)
    let checksum = try reader.uint32()
    let (packedSize, size) = (Int(try reader.uint32()), Int(try reader.uint32()))
    let (nameSize, extraSize) = (Int(try reader.uint16()), Int(try reader.uint16()))
    let commentSize = Int(try reader.uint16())
    try reader.skip(8)
    var numbers = [size, packedSize, Int(try reader.uint32())]
    let name = try reader.take(nameSize)
    try widen(&numbers, try reader.take(extraSize))
    try reader.skip(commentSize)
    return try Member(
      storedName: name, size: numbers[0], packedSize: numbers[1], offset: numbers[2], checksum: checksum,
      method: method, isEncrypted: flags & 0x41 != 0)
  }

  /// Replaces the numbers that did not fit 32 bits by those of the extra field 1.
  private static func widen(_ numbers: inout [Int], _ extra: Bytes) throws(ElmanError) {
    guard numbers.contains(0xFFFF_FFFF) else { return }
    var reader = BoundedReader(extra, "extra fields of a member of the zip file")
    while reader.remaining >= 4 {
      let (id, size) = (try reader.uint16(), Int(try reader.uint16()))
      var field = BoundedReader(try reader.take(size), "zip64 field of the zip file")
      if id != 1 { continue }
      for index in numbers.indices where numbers[index] == 0xFFFF_FFFF { numbers[index] = try field.count(8) }
      return
    }
  }
}
