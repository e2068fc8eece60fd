import Base

/// Follows a path from group to group, and soft links on the way, for as many steps as the limits allow.
enum PathWalk {
  static func object(_ path: String, from group: Group, _ hops: inout Budget) throws(ElmanError) -> Object {
    let isAbsolute = path.utf8.first == UInt8(ascii: "/")
    let group = isAbsolute ? try group.source.rootGroup() : group
    var object = Object.group(group)
    for name in path.split(separator: "/") where name != "." {
      guard case .group(let parent) = object else { throw missing(path, group) }
      object = try member(String(name), of: parent, &hops)
    }
    return object
  }

  private static func member(_ name: String, of parent: Group, _ hops: inout Budget) throws(ElmanError) -> Object {
    try hops.spend()
    guard let link = try parent.link(name) else { throw missing(name, parent) }
    switch link.target {
    case .hard(let address):
      let path = parent.path == "/" ? "/" + name : parent.path + "/" + name
      return try parent.source.object(at: address, path)
    case .soft(let target): return try object(target, from: parent, &hops)
    case .foreign(let kind): throw unsupported("\(kind), \(name) in \(parent.path)")
    }
  }

  private static func missing(_ path: String, _ group: Group) -> ElmanError {
    ElmanError(.notFound, "There is no \(path) in the HDF5 group \(group.path).")
  }
}

extension Source {
  func rootGroup() throws(ElmanError) -> Group { Group(path: "/", source: self, header: try header(at: root)) }

  func object(at address: Int, _ path: String) throws(ElmanError) -> Object {
    let header = try header(at: address)
    if header.first(.layout) != nil || header.first(.externalFiles) != nil {
      return .dataset(try Dataset(path: path, self, header))
    }
    if header.first(.symbolTable) != nil || header.first(.linkInfo) != nil {
      return .group(Group(path: path, source: self, header: header))
    }
    if header.first(.datatype) != nil { return .datatype }
    throw unsupported("an object that is neither group nor dataset, \(path)")
  }
}
