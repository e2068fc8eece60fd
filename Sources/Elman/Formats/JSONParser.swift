extension JSON {
  /// Reads one JSON value (RFC 8259, and Python's NaN, Infinity and -Infinity), nested at most 64 deep.
  public static func parse(_ text: String) throws(ElmanError) -> JSON {
    var parser = JSONParser(Array(text.utf8))
    return try parser.parseDocument()
  }
}

/// A strict recursive-descent parser over bytes. Positions in messages are byte offsets.
private struct JSONParser {
  static let maximumDepth = 64

  let bytes: [UInt8]
  var position = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  mutating func parseDocument() throws(ElmanError) -> JSON {
    let value = try parseValue(depth: 0)
    skipSpace()
    if position < bytes.count { throw failure("text after the value") }
    return value
  }

  private mutating func parseValue(depth: Int) throws(ElmanError) -> JSON {
    if depth > Self.maximumDepth { throw failure("nested more than \(Self.maximumDepth) deep") }
    skipSpace()
    switch peek() {
    case UInt8(ascii: "{"): return try parseObject(depth: depth)
    case UInt8(ascii: "["): return try parseArray(depth: depth)
    case UInt8(ascii: "\""): return .string(try parseString())
    case UInt8(ascii: "t"): return try parseWord("true", .bool(true))
    case UInt8(ascii: "f"): return try parseWord("false", .bool(false))
    case UInt8(ascii: "n"): return try parseWord("null", .null)
    case UInt8(ascii: "N"): return try parseWord("NaN", .double(.nan))
    case UInt8(ascii: "I"): return try parseWord("Infinity", .double(.infinity))
    case UInt8(ascii: "-"): return try parseNumber()
    case .some(UInt8(ascii: "0")...UInt8(ascii: "9")): return try parseNumber()
    case nil: throw failure("the text ends where a value is expected")
    default: throw failure("no value begins so")
    }
  }

  private mutating func parseObject(depth: Int) throws(ElmanError) -> JSON {
    position += 1
    var members: [JSON.Member] = []
    var keys: Set<String> = []
    skipSpace()
    if take("}") { return .object(members) }
    while true {
      skipSpace()
      guard peek() == UInt8(ascii: "\"") else { throw failure("a key in quotes is expected") }
      let key = try parseString()
      guard keys.insert(key).inserted else { throw failure("the key '\(key)' stands twice") }
      skipSpace()
      guard take(":") else { throw failure("':' is expected") }
      members.append(JSON.Member(key, try parseValue(depth: depth + 1)))
      skipSpace()
      if take("}") { return .object(members) }
      guard take(",") else { throw failure("',' or '}' is expected") }
    }
  }

  private mutating func parseArray(depth: Int) throws(ElmanError) -> JSON {
    position += 1
    var values: [JSON] = []
    skipSpace()
    if take("]") { return .array(values) }
    while true {
      values.append(try parseValue(depth: depth + 1))
      skipSpace()
      if take("]") { return .array(values) }
      guard take(",") else { throw failure("',' or ']' is expected") }
    }
  }

  private mutating func parseString() throws(ElmanError) -> String {
    position += 1
    var scalars: [UInt8] = []
    while let byte = peek() {
      position += 1
      switch byte {
      case UInt8(ascii: "\""):
        guard let string = String(validating: scalars, as: UTF8.self) else { throw failure("a string is not UTF-8") }
        return string
      case UInt8(ascii: "\\"): try parseEscape(into: &scalars)
      case 0..<0x20: throw failure("a control character stands in a string")
      default: scalars.append(byte)
      }
    }
    throw failure("the text ends inside a string")
  }

  private mutating func parseEscape(into scalars: inout [UInt8]) throws(ElmanError) {
    guard let byte = peek() else { throw failure("the text ends inside a string") }
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): scalars.append(byte)
    case UInt8(ascii: "b"): scalars.append(0x08)
    case UInt8(ascii: "f"): scalars.append(0x0C)
    case UInt8(ascii: "n"): scalars.append(0x0A)
    case UInt8(ascii: "r"): scalars.append(0x0D)
    case UInt8(ascii: "t"): scalars.append(0x09)
    case UInt8(ascii: "u"): scalars.append(contentsOf: String(try parseEscapedScalar()).utf8)
    default: throw failure("unknown escape in a string")
    }
  }

  /// The scalar of `\uXXXX`, or of a surrogate pair of them.
  private mutating func parseEscapedScalar() throws(ElmanError) -> Character {
    var code = try parseHex4()
    if (0xD800..<0xDC00).contains(code), take("\\"), take("u") {
      let low = try parseHex4()
      guard (0xDC00..<0xE000).contains(low) else { throw failure("half a surrogate pair in a string") }
      code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
    }
    guard let scalar = Unicode.Scalar(code) else { throw failure("half a surrogate pair in a string") }
    return Character(scalar)
  }

  private mutating func parseHex4() throws(ElmanError) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = peek(), let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        throw failure("four hexadecimal digits are expected after \\u")
      }
      value = value * 16 + UInt32(digit)
      position += 1
    }
    return value
  }

  private mutating func parseNumber() throws(ElmanError) -> JSON {
    let start = position
    let negative = take("-")
    if negative, peek() == UInt8(ascii: "I") { return try parseWord("Infinity", .double(-.infinity)) }
    let integerStart = position
    skipDigits()
    let integerDigits = position - integerStart
    guard integerDigits > 0, integerDigits == 1 || bytes[integerStart] != UInt8(ascii: "0") else {
      throw failure("malformed number")
    }
    var isInteger = true
    if take(".") {
      isInteger = false
      guard skipDigits() > 0 else { throw failure("malformed number") }
    }
    if take("e") || take("E") {
      isInteger = false
      if !take("+") { _ = take("-") }
      guard skipDigits() > 0 else { throw failure("malformed number") }
    }
    let digits = String(decoding: bytes[start..<position], as: UTF8.self)
    if isInteger, let value = Int(digits) { return .int(value) }
    guard let value = Double(digits) else { throw failure("malformed number") }
    return .double(value)
  }

  @discardableResult
  private mutating func skipDigits() -> Int {
    let start = position
    while let byte = peek(), (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { position += 1 }
    return position - start
  }

  private mutating func parseWord(_ word: StaticString, _ value: JSON) throws(ElmanError) -> JSON {
    for index in 0..<word.utf8CodeUnitCount {
      guard peek() == word.utf8Start[index] else { throw failure("'\(word)' is expected") }
      position += 1
    }
    return value
  }

  private func peek() -> UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard peek() == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  private mutating func skipSpace() {
    while let byte = peek(), byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
  }

  private func failure(_ reason: String) -> ElmanError {
    ElmanError(.invalidArgument, "Not valid JSON at byte \(position): \(reason).")
  }
}
