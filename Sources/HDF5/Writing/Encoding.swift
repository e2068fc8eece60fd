import Base

/// The bodies of messages.
enum Encoding {
  static func dataspace(_ shape: [Int]) throws(ElmanError) -> Bytes {
    let body = ByteBuffer()
    try body.append(1, size: 1)
    try body.append(shape.count, size: 1)
    try body.append(zeros: 6)
    for dimension in shape { try body.append(dimension, size: 8) }
    return body.bytes
  }

  /// Class 1, version 1: little-endian; an implied first bit of the mantissa; sign in bit 31; exponent in 8 bits from
  /// bit 23, biased by 127; mantissa in 23 bits.
  static func float32() throws(ElmanError) -> Bytes {
    try Bytes([0x11, 0x20, 31, 0, 4, 0, 0, 0, 0, 0, 32, 0, 23, 8, 0, 23, 127, 0, 0, 0])
  }

  /// Class 0, version 1: little-endian, signed, 64 bits.
  static func int64() throws(ElmanError) -> Bytes { try Bytes([0x10, 8, 0, 0, 8, 0, 0, 0, 0, 0, 64, 0]) }

  /// Class 3, version 1: filled up with zeros.
  static func fixedString(_ size: Int, isUTF8: Bool) throws(ElmanError) -> Bytes {
    let body = ByteBuffer()
    try body.append([0x13, isUTF8 ? 0x11 : 0x01, 0, 0])
    try body.append(size, size: 4)
    return body.bytes
  }

  /// Class 9, version 1: strings in UTF-8, by a length and a place in a heap of 16 bytes; of single characters.
  static func variableString() throws(ElmanError) -> Bytes {
    try Bytes([0x19, 1, 1, 0, 16, 0, 0, 0, 0x10, 0, 0, 0, 1, 0, 0, 0, 0, 0, 8, 0])
  }

  /// Version 2: memory late, written where it is set, none of its own.
  static func fillValue() throws(ElmanError) -> Bytes { try Bytes([2, 2, 2, 1, 0, 0, 0, 0]) }

  /// Version 3, class 1.
  static func contiguous(_ address: Int, _ size: Int) throws(ElmanError) -> Bytes {
    let body = ByteBuffer()
    try body.append([3, 1])
    try body.append(address, size: 8)
    try body.append(size, size: 8)
    return body.bytes
  }
}

extension NewAttribute {
  /// An attribute message of version 1, whose parts are filled up to multiples of 8 bytes.
  func message(_ strings: StringHeapWriter) throws(ElmanError) -> Bytes {
    let title = ByteBuffer()
    try title.append(utf8: name)
    try title.append(zeros: 1)
    let (type, shape, data) = try content(strings)
    let parts = [title.bytes, type, try Encoding.dataspace(shape)]
    let body = ByteBuffer()
    try body.append([1, 0])
    for part in parts {
      guard part.count <= UInt16.max else {
        throw ElmanError(.unsupported, "The name of an attribute has \(part.count) bytes, too many for an HDF5 file.")
      }
      try body.append(part.count, size: 2)
    }
    for part in parts {
      try body.append(part)
      try body.align(to: 8)
    }
    try body.append(data)
    return body.bytes
  }

  private func content(_ strings: StringHeapWriter) throws(ElmanError) -> (type: Bytes, shape: [Int], data: Bytes) {
    let data = ByteBuffer()
    switch value {
    case .string(let text):
      try strings.append(text, to: data)
      return (try Encoding.variableString(), [], data.bytes)
    case .strings(let texts):
      for text in texts { try strings.append(text, to: data) }
      return (try Encoding.variableString(), [texts.count], data.bytes)
    case .fixedStrings(let texts):
      let size = max(texts.map { $0.utf8.count }.max() ?? 0, 1)
      for text in texts {
        try data.append(utf8: text)
        try data.append(zeros: size - text.utf8.count)
      }
      let isUTF8 = texts.contains { $0.utf8.contains { $0 > 127 } }
      return (try Encoding.fixedString(size, isUTF8: isUTF8), [texts.count], data.bytes)
    case .integer(let number):
      try data.append(number, size: 8)
      return (try Encoding.int64(), [], data.bytes)
    case .floats(let numbers):
      for number in numbers { try data.append(number.bitPattern, size: 4) }
      return (try Encoding.float32(), [numbers.count], data.bytes)
    }
  }
}
