import Base
import Testing

@Suite struct BaseTests {
  @Test func readersStayInside() throws {
    var reader = try BoundedReader(Bytes([1, 2, 3, 4, 5]), "test")
    #expect(try reader.uint16() == 0x0201)
    #expect(code { _ = try reader.uint32() } == .invalidArgument)
    #expect(reader.position == 2)
    #expect(code { _ = try reader.take(-1) } == .invalidArgument)
    #expect(code { try reader.skip(.max) } == .invalidArgument)
    #expect(code { try reader.require(.max, of: 2) } == .invalidArgument)
    #expect(code { _ = try reader.unsigned(9) } == .invalidArgument)
    #expect(try reader.take(3).array == [3, 4, 5] && reader.remaining == 0)
    var large = try BoundedReader(Bytes([UInt8](repeating: 0xFF, count: 8)), "test")
    #expect(code { _ = try large.count(8) } == .invalidArgument)
  }

  @Test func arithmeticThrowsWhereItWouldTrap() {
    #expect(code { _ = try Int.max.adding(1) } == .invalidArgument)
    #expect(code { _ = try checkedProduct([1 << 32, 1 << 32]) } == .invalidArgument)
    #expect(Int.max.dividedRoundingUp(by: 2) == 1 << 62 && 6.dividedRoundingUp(by: 3) == 2)
  }

  @Test func buffersHaveALimit() throws {
    let buffer = ByteBuffer(largest: 10)
    try buffer.append([1, 2, 3])
    try buffer.repeatBytes(distance: 2, length: 5)
    #expect(buffer.bytes.array == [1, 2, 3, 2, 3, 2, 3, 2])
    #expect(code { try buffer.append(zeros: 3) } == .invalidArgument)
    #expect(code { try buffer.repeatBytes(distance: 9, length: 1) } == .invalidArgument)
    #expect(code { _ = try ByteBuffer(zeros: 1 << 62) } == .outOfMemory)
  }

  @Test func slicesKeepTheirMemory() throws {
    var slice = try Bytes([1, 2, 3, 4]).slice(1, 2)
    #expect(slice?.array == [2, 3] && slice?.slice(1, 2) == nil && slice?[2] == nil)
    slice = slice?.slice(2, 0)
    #expect(slice?.count == 0)
  }

  /// Streams that follow no code, end early, or point before their beginning.
  @Test func noBitsMakeInflateTrap() throws {
    var generator = Generator(state: 1)
    for length in [0, 1, 2, 5, 20, 100, 400] {
      for _ in 0..<300 {
        var bytes = (0..<length).map { _ in UInt8.random(in: 0...255, using: &generator) }
        // The kinds of blocks in turn: stored, fixed, of their own codes.
        if length > 0 { bytes[0] = bytes[0] & 0xF8 | UInt8.random(in: 0..<6, using: &generator) }
        _ = try? Inflate.unpack(Bytes(bytes), largest: 1 << 16)
        _ = try? ZlibStream.unpack(Bytes([0x78, 0x9C] + bytes), largest: 1 << 16)
      }
    }
  }

  @Test func inflateUnpacksEachKindOfBlock() throws {
    // "aaaaaaaaaa" by zlib; "hello" stored.
    let fixed: [UInt8] = [0x78, 0x9C, 0x4B, 0x4C, 0x84, 0x01, 0x00, 0x14, 0xE1, 0x03, 0xCB]
    #expect(try ZlibStream.unpack(Bytes(fixed), largest: 10).text == "aaaaaaaaaa")
    #expect(code { _ = try ZlibStream.unpack(Bytes(fixed), largest: 9) } == .invalidArgument)
    #expect(code { _ = try ZlibStream.unpack(Bytes(fixed.dropLast() + [0]), largest: 10) } == .invalidArgument)
    let stored: [UInt8] = [1, 5, 0, 0xFA, 0xFF] + "hello!".utf8
    let (output, consumed) = try Inflate.unpack(Bytes(stored), largest: 5)
    #expect(output.text == "hello" && consumed == 10)
  }
}
