import Base

/// Collects the messages of a header of version 1 or 2 from its blocks.
struct ObjectHeaderParser {
  private let source: Source
  private let isNew: Bool
  private let hasCreationOrder: Bool
  /// Blocks of messages that are still to be read.
  private var blocks: [Bytes] = []
  private var seen: Set<Int> = []
  private var messages: [Message] = []

  init(_ source: Source, at address: Int) throws(ElmanError) {
    self.source = source
    var reader = try source.reader(at: address, "object header")
    isNew = try reader.byte() == UInt8(ascii: "O")
    reader = try source.reader(at: address, "object header")
    seen = [address]
    if isNew {
      try reader.expect("OHDR")
      try reader.expect(version: 2)
      let flags = try reader.byte()
      hasCreationOrder = flags & 4 != 0
      // Times; then the numbers at which attributes move out of the header.
      try reader.skip((flags & 32 != 0 ? 16 : 0) + (flags & 16 != 0 ? 4 : 0))
      let size = try reader.count(1 << Int(flags & 3))
      blocks = [try reader.take(size)]
      try Checksum.verify(source, at: address, count: reader.position, "object header")
    } else {
      hasCreationOrder = false
      try reader.expect(version: 1)
      // Reserved, the number of messages, the number of references.
      try reader.skip(1 + 2 + 4)
      let size = Int(try reader.uint32())
      try reader.skip(4)
      blocks = [try reader.take(size)]
    }
  }

  mutating func parse() throws(ElmanError) -> [Message] {
    while let block = blocks.popLast() {
      var reader = BoundedReader(block, "HDF5 object header")
      let prefix = isNew ? (hasCreationOrder ? 6 : 4) : 8
      while reader.remaining >= prefix { try parseMessage(&reader) }
    }
    return messages
  }

  private mutating func parseMessage(_ reader: inout BoundedReader) throws(ElmanError) {
    try source.entries.spend()
    let type = isNew ? UInt16(try reader.byte()) : try reader.uint16()
    let size = Int(try reader.uint16())
    let flags = try reader.byte()
    try reader.skip(isNew ? (hasCreationOrder ? 2 : 0) : 3)
    let body = try reader.take(size)
    guard let kind = Message.Kind(rawValue: type) else {
      // Flag 8: who does not know the message must not read the object.
      if flags & 8 != 0 { throw unsupported("an object with messages of type \(type)") }
      return
    }
    if kind == .continuation { return try follow(body) }
    messages.append(Message(kind: kind, body: body, isShared: flags & 2 != 0))
  }

  private mutating func follow(_ body: Bytes) throws(ElmanError) {
    var reader = BoundedReader(body, "HDF5 continuation message")
    let address = try reader.definedAddress(source)
    let size = try reader.length(source)
    guard seen.insert(address).inserted else { throw damaged("an object header leads in a circle") }
    guard isNew else {
      blocks.append(try source.slice(at: address, count: size, "object header"))
      return
    }
    guard size >= 8 else { throw damaged("an object header goes on in \(size) bytes") }
    var block = BoundedReader(try source.slice(at: address, count: size, "object header"), "HDF5 object header")
    try block.expect("OCHK")
    try Checksum.verify(source, at: address, count: size - 4, "object header")
    blocks.append(try block.take(size - 8))
  }
}
