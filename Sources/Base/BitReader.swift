/// Bits of a DEFLATE stream, the least significant of each byte first.
struct BitReader {
  private let memory: UnsafeRawBufferPointer
  private var position = 0
  private var buffer: UInt64 = 0
  private var available = 0

  init(_ memory: UnsafeRawBufferPointer) { self.memory = memory }

  /// Bytes of the input that were begun.
  var consumed: Int { position - available / 8 }

  private mutating func fill() {
    if memory.count - position >= 8 {
      // Whole bytes that fit; the bits of a further one that also come in are the same when it comes whole.
      let next = UInt64(littleEndian: memory.loadUnaligned(fromByteOffset: position, as: UInt64.self))
      buffer |= next << UInt64(available)
      position += (63 - available) / 8
      available |= 56
      return
    }
    while available <= 56, position < memory.count {
      buffer |= UInt64(memory[position]) << UInt64(available)
      available += 8
      position += 1
    }
  }

  /// The next bits without taking them; zeros beyond the end.
  mutating func peek(_ count: Int) -> Int {
    if available < count { fill() }
    return Int(truncatingIfNeeded: buffer & (1 << UInt64(count) - 1))
  }

  mutating func drop(_ count: Int) throws(ElmanError) {
    guard count <= available else { throw damaged("ends early") }
    buffer >>= UInt64(count)
    available -= count
  }

  mutating func take(_ count: Int) throws(ElmanError) -> Int {
    let value = peek(count)
    try drop(count)
    return value
  }

  mutating func skipToByte() {
    buffer >>= UInt64(available % 8)
    available -= available % 8
  }

  /// Whole bytes; the reader stands between two bytes.
  mutating func takeBytes(_ count: Int) throws(ElmanError) -> UnsafeRawBufferPointer {
    let start = consumed
    guard count <= memory.count - start else { throw damaged("ends early") }
    (position, buffer, available) = (start + count, 0, 0)
    return UnsafeRawBufferPointer(rebasing: memory[start..<start + count])
  }
}
