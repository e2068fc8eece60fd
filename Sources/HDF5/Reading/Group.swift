import Base

/// A group: members by name, and attributes.
public struct Group {
  /// The path by which it was reached.
  public let path: String
  let source: Source
  let header: ObjectHeader

  /// The same for two paths to one group.
  public var id: Int { header.address }

  /// The members, in the order in which the file lists them (mostly by name).
  public var names: [String] {
    get throws(ElmanError) { try source.links(ofGroupAt: header.address).map { $0.name } }
  }

  public var attributes: [Attribute] {
    get throws(ElmanError) { try readAttributes(header, source) }
  }

  /// The attribute of a name, or nil.
  public func attribute(_ name: String) throws(ElmanError) -> Attribute? {
    try attributes.first { $0.name == name }
  }

  /// Whether there is a member of this name.
  public func has(_ name: String) throws(ElmanError) -> Bool { try link(name) != nil }

  /// What a path, from here on, leads to.
  public func object(_ path: String) throws(ElmanError) -> Object {
    var hops = Budget(source.limits.depth, "members or links on one path")
    return try PathWalk.object(path, from: self, &hops)
  }

  public func group(_ path: String) throws(ElmanError) -> Group {
    guard case .group(let group) = try object(path) else { throw wrongKind(path, "group") }
    return group
  }

  public func dataset(_ path: String) throws(ElmanError) -> Dataset {
    guard case .dataset(let dataset) = try object(path) else { throw wrongKind(path, "dataset") }
    return dataset
  }

  func link(_ name: String) throws(ElmanError) -> Link? {
    try source.links(ofGroupAt: header.address).first { $0.name == name }
  }

  private func wrongKind(_ path: String, _ expected: String) -> ElmanError {
    ElmanError(.wrongType, "\(path) in the HDF5 group \(self.path) is no \(expected).")
  }
}

/// The attributes of an object, in the header and outside of it.
func readAttributes(_ header: ObjectHeader, _ source: Source) throws(ElmanError) -> [Attribute] {
  var attributes: [Attribute] = []
  for message in header.messages where message.kind == .attribute {
    if message.isShared { throw unsupported("a table of shared messages") }
    attributes.append(try Attribute(message.body, source))
  }
  for body in try source.denseAttributes(of: header) { attributes.append(try Attribute(body, source)) }
  return attributes
}
