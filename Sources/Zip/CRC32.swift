import Base

/// The checksum of zip files.
enum CRC32 {
  private static let table: [UInt32] = (0..<256).map { byte in
    (0..<8).reduce(UInt32(byte)) { sum, _ in sum >> 1 ^ (sum & 1 == 0 ? 0 : 0xEDB8_8320) }
  }

  static func of(_ bytes: Bytes) throws(ElmanError) -> UInt32 {
    let table = table
    return try bytes.withMemory { memory throws(ElmanError) in
      var sum = UInt32.max
      for byte in memory { sum = sum >> 8 ^ table[Int(UInt8(truncatingIfNeeded: sum) ^ byte)] }
      return ~sum
    }
  }
}
