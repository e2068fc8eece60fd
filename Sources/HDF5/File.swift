import Base

/// An HDF5 file in memory. Nothing is read before it is asked for, and nothing in it is opened or run. For one thread at
/// a time.
///
/// Read are the files that Keras, tf_keras and h5py write; the rest is refused by name.
public struct File {
  public let root: Group

  public init(_ bytes: Bytes, limits: Limits = Limits()) throws(ElmanError) {
    root = try Superblock(bytes, limits).source.rootGroup()
    _ = try root.names
  }

  public func object(_ path: String) throws(ElmanError) -> Object { try root.object(path) }
  public func group(_ path: String) throws(ElmanError) -> Group { try root.group(path) }
  public func dataset(_ path: String) throws(ElmanError) -> Dataset { try root.dataset(path) }
}

/// What a path leads to.
public enum Object {
  case group(Group)
  case dataset(Dataset)
  /// A type that was stored under a name.
  case datatype
}
