/// The zlib format (RFC 1950): two bytes, DEFLATE, a checksum of what was packed.
public enum ZlibStream {
  public static func unpack(_ input: Bytes, largest: Int) throws(ElmanError) -> Bytes {
    var reader = BoundedReader(input, "zlib stream")
    let (method, flags) = (try reader.byte(), try reader.byte())
    guard method & 15 == 8, flags & 32 == 0, (UInt(method) * 256 + UInt(flags)) % 31 == 0 else {
      throw reader.failure("begins with other bytes than zlib's")
    }
    let (output, consumed) = try Inflate.unpack(reader.take(reader.remaining), largest: largest)
    var end = BoundedReader(input, "zlib stream")
    try end.skip(2 + consumed)
    let stored = try end.take(4).array.reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    guard try adler32(output) == stored else { throw end.failure("has another checksum than its data") }
    return output
  }

  private static func adler32(_ bytes: Bytes) throws(ElmanError) -> UInt32 {
    try bytes.withMemory { memory throws(ElmanError) in
      var (a, b): (UInt32, UInt32) = (1, 0)
      for start in stride(from: 0, to: memory.count, by: 5552) {
        // So many bytes cannot overflow the sums.
        for byte in memory[start..<min(start + 5552, memory.count)] {
          a &+= UInt32(byte)
          b &+= a
        }
        (a, b) = (a % 65521, b % 65521)
      }
      return b << 16 | a
    }
  }
}
