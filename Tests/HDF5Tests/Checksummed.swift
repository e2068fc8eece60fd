/// A structure of a newer file and the place of its checksum, which lies directly behind it.
struct Checksummed {
  let start: Int
  let end: Int

  private static let signatures = [
    "OHDR", "OCHK", "BTHD", "BTLF", "BTIN", "FRHP", "FHIB", "FAHD", "FADB", "EAHD", "EAIB", "EASB", "EADB",
  ]

  /// The structures of a file whose checksum is at most 600 bytes behind their beginning.
  static func find(_ bytes: [UInt8]) -> [Checksummed] {
    let known = Set(signatures.map { Array($0.utf8) })
    return bytes.indices.dropLast(4).filter { known.contains(Array(bytes[$0..<$0 + 4])) }.compactMap { start in
      let ends = start + 8..<min(start + 600, bytes.count - 3)
      // A checksum looks random: four bytes of which none is 0, hardly ever found in what it covers.
      let end = ends.first { end in
        !bytes[end..<end + 4].contains(0) && lookup3(bytes[start..<end]) == stored(bytes, end)
      }
      return end.map { Checksummed(start: start, end: $0) }
    }
  }

  func mend(_ bytes: inout [UInt8]) {
    let sum = lookup3(bytes[start..<end])
    for index in 0..<4 { bytes[end + index] = UInt8(truncatingIfNeeded: sum >> UInt32(8 * index)) }
  }

  private static func stored(_ bytes: [UInt8], _ place: Int) -> UInt32 {
    (0..<4).reduce(0) { $0 | UInt32(bytes[place + $1]) << UInt32(8 * $1) }
  }
}

/// Bob Jenkins's lookup3 from 0, written out.
private func lookup3(_ bytes: ArraySlice<UInt8>) -> UInt32 {
  func rot(_ x: UInt32, _ k: UInt32) -> UInt32 { x << k | x >> (32 - k) }
  var a = 0xDEAD_BEEF &+ UInt32(truncatingIfNeeded: bytes.count)
  var (b, c) = (a, a)
  var rest = bytes
  func word(_ number: Int) -> UInt32 {
    rest.dropFirst(4 * number).prefix(4).enumerated().reduce(0) { $0 | UInt32($1.element) << UInt32(8 * $1.offset) }
  }
  while rest.count > 12 {
    (a, b, c) = (a &+ word(0), b &+ word(1), c &+ word(2))
    (a, c) = ((a &- c) ^ rot(c, 4), c &+ b)
    (b, a) = ((b &- a) ^ rot(a, 6), a &+ c)
    (c, b) = ((c &- b) ^ rot(b, 8), b &+ a)
    (a, c) = ((a &- c) ^ rot(c, 16), c &+ b)
    (b, a) = ((b &- a) ^ rot(a, 19), a &+ c)
    (c, b) = ((c &- b) ^ rot(b, 4), b &+ a)
    rest = rest.dropFirst(12)
  }
  if rest.isEmpty { return c }
  (a, b, c) = (a &+ word(0), b &+ word(1), c &+ word(2))
  c = (c ^ b) &- rot(b, 14)
  a = (a ^ c) &- rot(c, 11)
  b = (b ^ a) &- rot(a, 25)
  c = (c ^ b) &- rot(b, 16)
  a = (a ^ c) &- rot(c, 4)
  b = (b ^ a) &- rot(a, 14)
  return (c ^ b) &- rot(b, 24)
}
