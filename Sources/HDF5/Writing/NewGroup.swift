import Base

/// A group of a file that is to be written.
public final class NewGroup {
  enum Member {
    case group(NewGroup)
    case dataset(NewDataset)
  }

  private(set) var members: [String: Member] = [:]
  private(set) var attributes: [NewAttribute] = []

  /// Groups around it.
  private let depth: Int
  private static let deepest = 256

  public init() { depth = 0 }

  private init(depth: Int) { self.depth = depth }

  /// The group at a path from here on, made where it is missing.
  @discardableResult
  public func group(_ path: String) throws(ElmanError) -> NewGroup {
    var group = self
    for name in path.split(separator: "/") { group = try group.child(String(name)) }
    return group
  }

  /// Adds a dataset of float32 values; groups on the path are made where they are missing.
  @discardableResult
  public func dataset(_ path: String, _ dataset: NewDataset) throws(ElmanError) -> NewDataset {
    let names = path.split(separator: "/").map(String.init)
    guard let name = names.last, names.allSatisfy(NewGroup.isName) else {
      throw ElmanError(.invalidArgument, "A dataset in an HDF5 file cannot be called '\(path)'.")
    }
    let parent = try group(names.dropLast().joined(separator: "/"))
    guard parent.members[name] == nil else {
      throw ElmanError(.invalidArgument, "The HDF5 file has an object \(path) already.")
    }
    parent.members[name] = .dataset(dataset)
    return dataset
  }

  /// Sets an attribute; one of the same name is replaced.
  public func setAttribute(_ name: String, _ value: AttributeValue) {
    attributes.removeAll { $0.name == name }
    attributes.append(NewAttribute(name: name, value: value))
  }

  private func child(_ name: String) throws(ElmanError) -> NewGroup {
    switch members[name] {
    case .group(let group): return group
    case .dataset: throw ElmanError(.invalidArgument, "\(name) in the HDF5 file is a dataset, not a group.")
    case nil:
      guard NewGroup.isName(name) else {
        throw ElmanError(.invalidArgument, "A group in an HDF5 file cannot be called '\(name)'.")
      }
      guard depth < NewGroup.deepest else {
        throw ElmanError(.unsupported, "Groups of an HDF5 file are nested more than \(NewGroup.deepest) deep.")
      }
      let group = NewGroup(depth: depth + 1)
      members[name] = .group(group)
      return group
    }
  }

  /// "." stands for the group itself, and a zero would end the name.
  private static func isName(_ name: String) -> Bool {
    !name.isEmpty && name != "." && !name.utf8.contains(0)
  }
}

/// A dataset of float32 values that is to be written.
public final class NewDataset {
  let shape: [Int]
  let byteCount: Int
  let fill: (UnsafeMutableBufferPointer<Float>) -> Void
  private(set) var attributes: [NewAttribute] = []

  /// `fill` is called once, while the file is written, with the memory of all elements.
  public init(shape: [Int], fill: @escaping (UnsafeMutableBufferPointer<Float>) -> Void) throws(ElmanError) {
    guard shape.count <= 32, shape.allSatisfy({ $0 >= 0 }) else {
      throw ElmanError(.invalidArgument, "An HDF5 file cannot hold an array of shape \(shape).")
    }
    self.shape = shape
    byteCount = try checkedProduct(shape).times(MemoryLayout<Float>.stride)
    self.fill = fill
  }

  public convenience init(shape: [Int], _ values: [Float]) throws(ElmanError) {
    try self.init(shape: shape) { _ = $0.update(fromContentsOf: values) }
    guard byteCount == values.count * MemoryLayout<Float>.stride else {
      throw ElmanError(.shapeMismatch, "\(values.count) values do not fill an array of shape \(shape).")
    }
  }

  public func setAttribute(_ name: String, _ value: AttributeValue) {
    attributes.removeAll { $0.name == name }
    attributes.append(NewAttribute(name: name, value: value))
  }
}
