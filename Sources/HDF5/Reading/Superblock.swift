import Base

/// Where the file says how long its numbers are, and where its root group is.
struct Superblock {
  let source: Source

  private static let signature: [UInt8] = [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A]

  init(_ file: Bytes, _ limits: Limits) throws(ElmanError) {
    let start = try Superblock.find(file)
    guard let bytes = file.slice(start, file.count - start) else { throw damaged("it is empty") }
    var reader = BoundedReader(bytes, "HDF5 superblock")
    try reader.skip(Superblock.signature.count)
    let version = try reader.byte()
    switch version {
    case 0, 1: self = try Superblock(old: &reader, version, bytes, limits)
    case 2, 3: self = try Superblock(new: &reader, bytes, limits)
    default: throw unsupported("a superblock of version \(version)")
    }
  }

  /// At the beginning, or behind a block of the user's: at byte 512, 1024, 2048, ...
  private static func find(_ file: Bytes) throws(ElmanError) -> Int {
    var start = 0
    while let bytes = file.slice(start, signature.count) {
      if bytes.array == signature { return start }
      start = start == 0 ? 512 : try start.times(2)
    }
    throw ElmanError(.invalidArgument, "This is no HDF5 file: its signature is missing.")
  }

  private init(old reader: inout BoundedReader, _ version: UInt8, _ bytes: Bytes, _ limits: Limits) throws(ElmanError) {
    try reader.skip(4)
    let (offsetSize, lengthSize) = (Int(try reader.byte()), Int(try reader.byte()))
    try reader.skip(1 + 2 + 2 + 4 + (version == 1 ? 4 : 0))
    source = try Source(bytes, offsetSize: offsetSize, lengthSize: lengthSize, limits: limits)
    // Base address, free space, end, driver; then the root's name.
    try reader.skip(5 * offsetSize)
    source.root = try reader.definedAddress(source)
  }

  private init(new reader: inout BoundedReader, _ bytes: Bytes, _ limits: Limits) throws(ElmanError) {
    let (offsetSize, lengthSize) = (Int(try reader.byte()), Int(try reader.byte()))
    try reader.skip(1)
    source = try Source(bytes, offsetSize: offsetSize, lengthSize: lengthSize, limits: limits)
    // Base address, extension, end.
    try reader.skip(3 * offsetSize)
    source.root = try reader.definedAddress(source)
    try Checksum.verify(source, at: 0, count: reader.position, "superblock")
  }
}
