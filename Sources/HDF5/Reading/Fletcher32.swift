import Base

/// HDF5's Fletcher checksum: of 16-bit words, the high byte first.
enum Fletcher32 {
  /// The data without the checksum at its end, which must be right.
  static func verified(_ data: Bytes) throws(ElmanError) -> Bytes {
    guard let content = data.slice(0, data.count - 4), let end = data.slice(data.count - 4, 4) else {
      throw damaged("a chunk is shorter than its checksum")
    }
    var reader = BoundedReader(end, "HDF5 checksum")
    guard try reader.uint32() == sum(content) else { throw damaged("a chunk has another checksum than its bytes") }
    return content
  }

  static func sum(_ bytes: Bytes) throws(ElmanError) -> UInt32 {
    try bytes.withMemory { memory throws(ElmanError) in
      var (low, high): (UInt32, UInt32) = (0, 0)
      for index in stride(from: 0, to: memory.count, by: 2) {
        let second = index + 1 < memory.count ? UInt32(memory[index + 1]) : 0
        low = folded(low + (UInt32(memory[index]) << 8 | second))
        high = folded(high + low)
      }
      return high << 16 | low
    }
  }

  /// Modulo 65535, where 65535 stays.
  private static func folded(_ sum: UInt32) -> UInt32 { sum >> 16 + sum & 0xFFFF }
}
