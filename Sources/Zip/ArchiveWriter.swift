import Base

/// Writes a zip file of stored members, without dates, so that the same members give the same bytes.
public struct ArchiveWriter {
  private let output = ByteBuffer()
  private let directory = ByteBuffer()
  private var names: Set<String> = []

  public init() {}

  /// Adds a member. Names are relative, with slashes.
  public mutating func add(_ name: String, _ content: Bytes) throws(ElmanError) {
    guard names.insert(name).inserted else {
      throw ElmanError(.invalidArgument, "The zip file has a member \(name) already.")
    }
    let offset = output.count
    try requireFit(name.utf8.count, largest: 0xFFFF, "the name \(name)")
    // 0xFFFFFFFF would mean zip64.
    try requireFit(content.count.adding(offset).adding(directory.count), largest: 0xFFFF_FFFE, name)
    try requireFit(names.count, largest: 0xFFFE, "member \(name)")
    let fields = try Fields(name, content)
    try output.append(utf8: "PK\u{3}\u{4}")
    try fields.append(to: output)
    try output.append(utf8: name)
    try output.append(content)
    try appendEntry(name, fields, offset)
  }

  private func appendEntry(_ name: String, _ fields: Fields, _ offset: Int) throws(ElmanError) {
    try directory.append(utf8: "PK\u{1}\u{2}")
    try directory.append(20, size: 2)
    try fields.append(to: directory)
    // Comment, disk, attributes.
    try directory.append(zeros: 2 + 2 + 2 + 4)
    try directory.append(offset, size: 4)
    try directory.append(utf8: name)
  }

  /// The whole file. Nothing may be added afterwards.
  public func finish() throws(ElmanError) -> Bytes {
    let offset = output.count
    try output.append(directory.bytes)
    try output.append(utf8: "PK\u{5}\u{6}")
    try output.append(zeros: 4)
    for _ in 0..<2 { try output.append(names.count, size: 2) }
    try output.append(directory.count, size: 4)
    try output.append(offset, size: 4)
    try output.append(zeros: 2)
    return output.bytes
  }

  private func requireFit(_ size: Int, largest: Int, _ what: String) throws(ElmanError) {
    if size > largest {
      throw ElmanError(.unsupported, "A zip file cannot hold \(what): \(size) is beyond \(largest).")
    }
  }

  /// What both headers of a member have.
  private struct Fields {
    private let name: String
    private let size: Int
    private let checksum: UInt32

    init(_ name: String, _ content: Bytes) throws(ElmanError) {
      self.name = name
      size = content.count
      checksum = try CRC32.of(content)
    }

    func append(to buffer: ByteBuffer) throws(ElmanError) {
      // Version 2.0, names in UTF-8, stored, the first of January 1980.
      for value in [20, 0x800, 0, 0, 0x21] { try buffer.append(value, size: 2) }
      try buffer.append(checksum, size: 4)
      for _ in 0..<2 { try buffer.append(size, size: 4) }
      try buffer.append(name.utf8.count, size: 2)
      try buffer.append(zeros: 2)
    }
  }
}
