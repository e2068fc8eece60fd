/// Unpacks DEFLATE (RFC 1951). The output has a limit, and no input makes it trap or loop.
public struct Inflate {
  private var bits: BitReader
  private let output: ByteBuffer

  /// Unpacks the stream at the beginning of `input`; returns the bytes and how many of the input they took.
  public static func unpack(_ input: Bytes, largest: Int) throws(ElmanError) -> (output: Bytes, consumed: Int) {
    try input.withMemory { memory throws(ElmanError) in
      var inflate = Inflate(bits: BitReader(memory), output: ByteBuffer(largest: largest))
      while try !inflate.unpackBlock() {}
      return (inflate.output.bytes, inflate.bits.consumed)
    }
  }

  /// Whether the block was the last one.
  private mutating func unpackBlock() throws(ElmanError) -> Bool {
    let isLast = try bits.take(1) == 1
    switch try bits.take(2) {
    case 0: try copyStored()
    case 1: try unpackSymbols(Inflate.fixedLiterals, Inflate.fixedDistances)
    case 2:
      let (literals, distances) = try readCodes()
      try unpackSymbols(literals, distances)
    default: throw damaged("has a block of an unknown kind")
    }
    return isLast
  }

  private mutating func copyStored() throws(ElmanError) {
    bits.skipToByte()
    let length = try bits.take(16)
    guard try bits.take(16) == length ^ 0xFFFF else { throw damaged("has a stored block of contradictory length") }
    try output.append(try bits.takeBytes(length))
  }

  private mutating func unpackSymbols(_ literals: HuffmanCode, _ distances: HuffmanCode) throws(ElmanError) {
    while true {
      let symbol = try literals.decode(&bits)
      if symbol < 256 {
        try output.append(byte: UInt8(truncatingIfNeeded: symbol))
      } else if symbol == 256 {
        return
      } else {
        let length = try extended(symbol - 257, Inflate.lengths)
        let distance = try extended(try distances.decode(&bits), Inflate.distances)
        try output.repeatBytes(distance: distance, length: length)
      }
    }
  }

  /// The number that a symbol and the bits after it stand for.
  private mutating func extended(_ index: Int, _ table: [(base: Int, bits: Int)]) throws(ElmanError) -> Int {
    guard index < table.count else { throw damaged("has a symbol that means nothing") }
    return try table[index].base + bits.take(table[index].bits)
  }

  private mutating func readCodes() throws(ElmanError) -> (HuffmanCode, HuffmanCode) {
    let literalCount = try 257 + bits.take(5)
    let distanceCount = try 1 + bits.take(5)
    var codeLengths = [UInt8](repeating: 0, count: 19)
    for place in try Inflate.codeLengthOrder.prefix(4 + bits.take(4)) {
      codeLengths[place] = UInt8(truncatingIfNeeded: try bits.take(3))
    }
    let lengths = try readLengths(literalCount + distanceCount, by: try HuffmanCode(codeLengths))
    guard lengths[256] > 0 else { throw damaged("has a block without an end") }
    return (try HuffmanCode(lengths.prefix(literalCount)), try HuffmanCode(lengths.dropFirst(literalCount)))
  }

  private mutating func readLengths(_ count: Int, by code: HuffmanCode) throws(ElmanError) -> [UInt8] {
    var lengths: [UInt8] = []
    while lengths.count < count {
      let symbol = try code.decode(&bits)
      var (value, times) = (UInt8(truncatingIfNeeded: symbol), 1)
      switch symbol {
      case 16:
        guard let last = lengths.last else { throw damaged("repeats a code length before the first") }
        (value, times) = (last, try 3 + bits.take(2))
      case 17: (value, times) = (0, try 3 + bits.take(3))
      case 18: (value, times) = (0, try 11 + bits.take(7))
      default: break
      }
      lengths += repeatElement(value, count: times)
    }
    guard lengths.count == count else { throw damaged("has more code lengths than symbols") }
    return lengths
  }

  // MARK: - Tables of RFC 1951

  private static let codeLengthOrder = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]

  private static let fixedLiterals = HuffmanCode(
    valid: (0..<288).map { $0 < 144 ? 8 : $0 < 256 ? 9 : $0 < 280 ? 7 : 8 })
  private static let fixedDistances = HuffmanCode(valid: [UInt8](repeating: 5, count: 30))

  /// 3 to 10 one by one, then four lengths for each number of extra bits, and 258.
  private static let lengths = table(first: 3, count: 28, each: 4) + [(258, 0)]
  private static let distances = table(first: 1, count: 30, each: 2)

  private static func table(first: Int, count: Int, each: Int) -> [(base: Int, bits: Int)] {
    var base = first
    return (0..<count).map { index in
      let bits = max(index / each - 1, 0)
      defer { base += 1 << bits }
      return (base, bits)
    }
  }
}

func damaged(_ text: String) -> ElmanError {
  ElmanError(.invalidArgument, "The compressed data \(text).")
}
