import Base

/// A name in a group, and what it stands for.
struct Link {
  enum Target {
    case hard(Int)
    case soft(String)
    /// What is never followed: a link into another file, or of a kind that somebody registered.
    case foreign(String)
  }

  let name: String
  let target: Target

  init(name: String, target: Target) {
    self.name = name
    self.target = target
  }

  /// A link message of a group of the newer kind.
  init(_ body: Bytes, _ source: Source) throws(ElmanError) {
    var reader = BoundedReader(body, "HDF5 link")
    try reader.expect(version: 1)
    let flags = try reader.byte()
    let kind = flags & 8 != 0 ? try reader.byte() : 0
    // Creation order, character set.
    try reader.skip((flags & 4 != 0 ? 8 : 0) + (flags & 16 != 0 ? 1 : 0))
    let length = try reader.count(1 << Int(flags & 3))
    name = try reader.take(length).text
    switch kind {
    case 0: target = .hard(try reader.definedAddress(source))
    case 1: target = .soft(try reader.take(Int(reader.uint16())).text)
    case 64: target = .foreign("an external link")
    default: target = .foreign("a link of kind \(kind)")
    }
  }
}

extension Source {
  /// The links of a group, whichever way it keeps them.
  func readLinks(_ header: ObjectHeader) throws(ElmanError) -> [Link] {
    if let table = header.first(.symbolTable) { return try SymbolTable.links(table.body, self) }
    guard let info = header.first(.linkInfo) else {
      throw ElmanError(.wrongType, "An object of the HDF5 file is no group, where one is expected.")
    }
    var links: [Link] = []
    for message in header.messages where message.kind == .link { links.append(try Link(message.body, self)) }
    var reader = BoundedReader(info.body, "HDF5 link info")
    for body in try DenseMessages.read(&reader, .links, self) { links.append(try Link(body, self)) }
    return links
  }
}
