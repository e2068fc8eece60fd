import Base

/// The shape of a dataset or an attribute.
struct Dataspace {
  private(set) var shape: [Int] = []
  /// What the shape may grow to; nil is no limit.
  private(set) var largest: [Int?] = []
  /// The number of elements. A null dataspace has none, a scalar one.
  let count: Int

  private static let maximumRank = 32

  init(_ body: Bytes, _ source: Source) throws(ElmanError) {
    var reader = BoundedReader(body, "HDF5 dataspace")
    let version = try reader.byte()
    guard version == 1 || version == 2 else { throw unsupported("a dataspace of version \(version)") }
    let (rank, flags, kind) = (Int(try reader.byte()), try reader.byte(), try reader.byte())
    if version == 1 { try reader.skip(4) }
    guard rank <= Dataspace.maximumRank else { throw reader.failure("has \(rank) dimensions") }
    for _ in 0..<rank { shape.append(try reader.length(source)) }
    largest = shape
    if flags & 1 != 0 {
      let unlimited = UInt64.max >> UInt64(64 - 8 * source.lengthSize)
      for index in 0..<rank {
        let value = try reader.unsigned(source.lengthSize)
        largest[index] = value == unlimited ? nil : try Int(checking: value)
      }
    }
    count = version == 2 && kind == 2 ? 0 : try checkedProduct(shape)
  }
}
