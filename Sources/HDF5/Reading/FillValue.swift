import Base

/// What elements are that were never written.
struct FillValue {
  private let value: Bytes?

  init(_ header: ObjectHeader, _ datatype: Datatype, _ source: Source) throws(ElmanError) {
    let found = try FillValue.read(header, source)
    if let found, found.count > 0, found.count != datatype.size {
      throw damaged("a fill value has \(found.count) bytes instead of \(datatype.size)")
    }
    value = found?.count == 0 ? nil : found
  }

  private static func read(_ header: ObjectHeader, _ source: Source) throws(ElmanError) -> Bytes? {
    guard let body = try header.body(.fillValue, source) else {
      guard let old = try header.body(.oldFillValue, source) else { return nil }
      var reader = BoundedReader(old, "HDF5 fill value")
      return try reader.take(Int(reader.uint32()))
    }
    var reader = BoundedReader(body, "HDF5 fill value")
    let version = try reader.byte()
    guard (1...3).contains(version) else { throw unsupported("a fill value of version \(version)") }
    let isDefined: Bool
    if version == 3 {
      isDefined = try reader.byte() & 32 != 0
    } else {
      try reader.skip(2)
      isDefined = try reader.byte() != 0 || version == 1
    }
    return isDefined ? try reader.take(Int(reader.uint32())) : nil
  }

  /// `count` bytes of it, of a dataset that was never written. A few bytes of a file could ask for any size of them.
  func filled(_ count: Int, _ limits: Limits) throws(ElmanError) -> Bytes {
    try FillValue.requireAllowed(count, limits)
    return try buffer(count).bytes
  }

  static func requireAllowed(_ unstored: Int, _ limits: Limits) throws(ElmanError) {
    guard unstored <= limits.unstoredBytes else {
      throw ElmanError(
        .invalidArgument,
        "The HDF5 file does not store \(unstored) bytes of a dataset; allowed are \(limits.unstoredBytes).")
    }
  }

  func buffer(_ count: Int) throws(ElmanError) -> ByteBuffer {
    guard let value, value.array.contains(where: { $0 != 0 }) else { return try ByteBuffer(zeros: count) }
    let buffer = ByteBuffer(largest: count)
    try buffer.append(value)
    if count > value.count { try buffer.repeatBytes(distance: value.count, length: count - value.count) }
    return buffer
  }
}
