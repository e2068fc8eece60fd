import Base

/// The checksum of the format's newer structures: Bob Jenkins's lookup3, "hashlittle" from 0.
enum Checksum {
  /// An error unless the `count` bytes at an address are followed by their checksum. Each structure is verified once.
  static func verify(_ source: Source, at address: Int, count: Int, _ what: String) throws(ElmanError) {
    guard try source.isFirstCheck(at: address, count: count) else { return }
    let bytes = try source.slice(at: address, count: count.adding(4), what)
    var reader = BoundedReader(bytes, "HDF5 \(what)")
    let content = try reader.take(count)
    try require(try reader.uint32(), of: content, what)
  }

  /// The same, where the checksum lies in the bytes, at `place`, and counts as zeros.
  static func verify(_ source: Source, _ bytes: Bytes, at address: Int, place: Int, _ what: String) throws(ElmanError) {
    guard try source.isFirstCheck(at: address, count: bytes.count) else { return }
    var reader = BoundedReader(bytes, "HDF5 \(what)")
    let copy = ByteBuffer()
    try copy.append(try reader.take(place))
    let stored = try reader.uint32()
    try copy.append(zeros: 4)
    try copy.append(try reader.take(reader.remaining))
    try require(stored, of: copy.bytes, what)
  }

  private static func require(_ sum: UInt32, of bytes: Bytes, _ what: String) throws(ElmanError) {
    guard lookup3(bytes) == sum else { throw damaged("the \(what) has another checksum than its bytes") }
  }

  static func lookup3(_ bytes: Bytes) -> UInt32 {
    var state = SIMD3<UInt32>(repeating: 0xDEAD_BEEF &+ UInt32(truncatingIfNeeded: bytes.count))
    var rest = bytes
    while rest.count > 12, let block = rest.slice(0, 12), let next = rest.slice(12, rest.count - 12) {
      state &+= words(block)
      mix(&state)
      rest = next
    }
    if rest.count == 0 { return state.z }
    state &+= words(rest)
    finish(&state)
    return state.z
  }

  /// Up to 12 bytes as three numbers.
  private static func words(_ bytes: Bytes) -> SIMD3<UInt32> {
    var words = SIMD3<UInt32>.zero
    for index in 0..<min(bytes.count, 12) {
      words[index / 4] |= UInt32(bytes[index] ?? 0) << UInt32(8 * (index % 4))
    }
    return words
  }

  private static func rotated(_ value: UInt32, _ count: UInt32) -> UInt32 { value << count | value >> (32 - count) }

  private static func mix(_ s: inout SIMD3<UInt32>) {
    var target = 0
    for count: UInt32 in [4, 6, 8, 16, 19, 4] {
      let (other, last) = ((target + 2) % 3, (target + 1) % 3)
      s[target] = (s[target] &- s[other]) ^ rotated(s[other], count)
      s[other] = s[other] &+ s[last]
      target = last
    }
  }

  private static func finish(_ s: inout SIMD3<UInt32>) {
    var target = 2
    for count: UInt32 in [14, 11, 25, 16, 4, 14, 24] {
      let other = (target + 2) % 3
      s[target] = (s[target] ^ s[other]) &- rotated(s[other], count)
      target = (target + 1) % 3
    }
  }
}
