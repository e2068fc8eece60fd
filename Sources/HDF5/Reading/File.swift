import Base

/// An HDF5 file in memory, as Keras, tf_keras and h5py write it; the rest of the format is refused by name.
///
/// Objects are read on first use. Nothing in a file is run or opened as a path. One thread at a time may use
/// a file and what comes from it.
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
