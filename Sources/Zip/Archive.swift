import Base

/// A zip file in memory. Members are read one by one, by their exact names; nothing is extracted to disk.
///
/// Members are stored or deflated; sizes, offsets and checksums must agree with each other and with the limits.
public struct Archive {
  /// In the order of the directory.
  public let members: [Member]
  private let bytes: Bytes
  private let limits: Limits

  public init(_ bytes: Bytes, limits: Limits = Limits()) throws(ElmanError) {
    self.bytes = bytes
    self.limits = limits
    members = try Directory.read(bytes, limits)
    try Archive.requireDistinct(members)
  }

  /// The member of a name, or nil.
  public func member(_ name: String) -> Member? { members.first { $0.name == name } }

  /// A member's content; of a stored one a slice of the archive.
  public func read(_ name: String) throws(ElmanError) -> Bytes {
    guard let member = member(name) else { throw ElmanError(.notFound, "There is no \(name) in the zip file.") }
    return try read(member)
  }

  public func read(_ member: Member) throws(ElmanError) -> Bytes {
    if member.isEncrypted { throw ElmanError(.unsupported, "The member \(member.name) of the zip file is encrypted.") }
    guard member.size <= limits.bytes else {
      throw damaged("\(member.name) has \(member.size) bytes; allowed are \(limits.bytes)")
    }
    let packed = try packedBytes(member)
    let content = try unpack(packed, member)
    guard content.count == member.size else {
      throw damaged("\(member.name) has \(content.count) bytes, not \(member.size)")
    }
    guard try CRC32.of(content) == member.checksum else { throw damaged("\(member.name) has another checksum") }
    return content
  }

  private func unpack(_ packed: Bytes, _ member: Member) throws(ElmanError) -> Bytes {
    switch member.method {
    case 0: return packed
    case 8:
      let (content, consumed) = try Inflate.unpack(packed, largest: member.size)
      guard consumed == packed.count else { throw damaged("\(member.name) ends before its last byte") }
      return content
    default:
      throw ElmanError(.unsupported, "\(member.name) in the zip file is packed by method \(member.method).")
    }
  }

  /// Behind the member's own header, which repeats its name.
  private func packedBytes(_ member: Member) throws(ElmanError) -> Bytes {
    guard let rest = bytes.slice(member.offset, bytes.count - member.offset) else {
      throw damaged("\(member.name) lies beyond its end")
    }
    var reader = BoundedReader(rest, "header of \(member.name) in the zip file")
    try reader.expect("PK\u{3}\u{4}")
    try reader.skip(22)
    let (nameSize, extraSize) = (Int(try reader.uint16()), Int(try reader.uint16()))
    let name = try reader.take(nameSize)
    guard name.array == member.storedName.array else { throw reader.failure("has another name than the directory") }
    try reader.skip(extraSize)
    return try reader.take(member.packedSize)
  }

  /// No name twice, and no byte in two members: the packed sizes of a zip bomb overlap.
  private static func requireDistinct(_ members: [Member]) throws(ElmanError) {
    var names: Set<String> = []
    for member in members where !names.insert(member.name).inserted { throw damaged("\(member.name) is in it twice") }
    var end = 0
    for member in members.sorted(by: { $0.offset < $1.offset }) {
      guard member.offset >= end else { throw damaged("\(member.name) overlaps another member") }
      end = try member.offset.adding(member.packedSize).adding(Member.headerSize + member.storedName.count)
    }
  }
}

func damaged(_ text: String) -> ElmanError { ElmanError(.invalidArgument, "The zip file is damaged: \(text).") }
