/// A canonical Huffman code: symbols of one length have consecutive codes, shorter codes come first.
struct HuffmanCode {
  private static let longest = 15
  /// Codes up to this length are looked up at once; longer ones, which are rare, bit by bit.
  private static let quick = 10

  /// For the next `quick` bits: the symbol, times 16, plus the length of its code; 0 where it is longer.
  private var table = [UInt16](repeating: 0, count: 1 << quick)
  private var counts = [Int](repeating: 0, count: longest + 1)
  private var symbols: [UInt16] = []

  /// The code whose symbol i is `lengths[i]` bits long; 0 is a symbol without a code.
  init(_ lengths: some Collection<UInt8>) throws(ElmanError) {
    self.init(valid: Array(lengths))
    var unused = 1
    for count in counts.dropFirst() { unused = 2 * unused - count }
    // One code of one bit is allowed, for a single distance.
    let isSingle = symbols.count <= 1
    guard unused == 0 || (unused > 0 && isSingle) else { throw damaged("has a code that is no Huffman code") }
  }

  /// For lengths at most 15 that form a code; with others, decoding gives wrong symbols or errors.
  init(valid lengths: [UInt8]) {
    for length in lengths where length > 0 { counts[Int(length) & 15] += 1 }
    for length in 1...Self.longest {
      for (symbol, other) in lengths.enumerated() where Int(other) == length {
        symbols.append(UInt16(truncatingIfNeeded: symbol))
      }
    }
    fillTable()
  }

  private mutating func fillTable() {
    var (code, next) = (0, 0)
    for length in 1...Self.quick {
      for _ in 0..<counts[length] {
        let entry = symbols[next] << 4 | UInt16(truncatingIfNeeded: length)
        var place = Self.reversed(code, length)
        while place < table.count {
          table[place] = entry
          place += 1 << length
        }
        (code, next) = (code + 1, next + 1)
      }
      code <<= 1
    }
  }

  /// The lowest bits in opposite order: codes come with their highest bit first.
  private static func reversed(_ code: Int, _ length: Int) -> Int {
    (0..<length).reduce(0) { $0 << 1 | (code >> $1) & 1 }
  }

  func decode(_ bits: inout BitReader) throws(ElmanError) -> Int {
    let entry = table[bits.peek(Self.quick)]
    if entry != 0 {
      try bits.drop(Int(entry & 15))
      return Int(entry >> 4)
    }
    return try decodeSlowly(&bits)
  }

  private func decodeSlowly(_ bits: inout BitReader) throws(ElmanError) -> Int {
    var (code, first, index) = (0, 0, 0)
    let window = bits.peek(Self.longest)
    for length in 1...Self.longest {
      code |= window >> (length - 1) & 1
      let count = counts[length]
      if code - first < count {
        try bits.drop(length)
        return Int(symbols[index + code - first])
      }
      index += count
      first = (first + count) << 1
      code <<= 1
    }
    throw damaged("has bits that are no code")
  }
}
