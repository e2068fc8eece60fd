import Base

extension Datatype {
  /// Numbers of any kind as floats; `bytes` has as many elements as `values`.
  func convert(_ bytes: Bytes, into values: UnsafeMutableBufferPointer<Float>) throws(ElmanError) {
    guard let needed = try? values.count.times(size), bytes.count == needed else {
      throw ElmanError(.internal, "\(bytes.count) bytes are no \(values.count) elements of \(size) bytes.")
    }
    try bytes.withMemory { memory throws(ElmanError) in
      switch self {
      case .float(.single, let order): Datatype.convertSingle(memory, order, values)
      case .float(.double, let order):
        Datatype.each(UInt64.self, memory, order, values) { Float(Double(bitPattern: $0)) }
      case .float(.half, let order): Datatype.each(UInt16.self, memory, order, values, Datatype.half)
      case .float(.bfloat16, let order):
        Datatype.each(UInt16.self, memory, order, values) { Float(bitPattern: UInt32($0) << 16) }
      case .integer(let size, let isSigned, let order):
        Datatype.convertInteger(memory, size, isSigned, order, values)
      case .fixedString, .variableString, .other:
        throw ElmanError(.wrongType, "Numbers are expected; the elements are of type \(name).")
      }
    }
  }

  private static func convertSingle(
    _ memory: UnsafeRawBufferPointer, _ order: ByteOrder, _ values: UnsafeMutableBufferPointer<Float>
  ) {
    let isNative = (1.littleEndian == 1) == (order == .little)
    if isNative {
      UnsafeMutableRawBufferPointer(values).copyMemory(from: memory)
    } else {
      each(UInt32.self, memory, order, values) { Float(bitPattern: $0) }
    }
  }

  private static func convertInteger(
    _ memory: UnsafeRawBufferPointer, _ size: Int, _ isSigned: Bool, _ order: ByteOrder,
    _ values: UnsafeMutableBufferPointer<Float>
  ) {
    switch (size, isSigned) {
    case (1, true): each(Int8.self, memory, order, values) { Float($0) }
    case (1, false): each(UInt8.self, memory, order, values) { Float($0) }
    case (2, true): each(Int16.self, memory, order, values) { Float($0) }
    case (2, false): each(UInt16.self, memory, order, values) { Float($0) }
    case (4, true): each(Int32.self, memory, order, values) { Float($0) }
    case (4, false): each(UInt32.self, memory, order, values) { Float($0) }
    case (_, true): each(Int64.self, memory, order, values) { Float($0) }
    case (_, false): each(UInt64.self, memory, order, values) { Float($0) }
    }
  }

  private static func each<Bits: FixedWidthInteger>(
    _: Bits.Type, _ memory: UnsafeRawBufferPointer, _ order: ByteOrder, _ values: UnsafeMutableBufferPointer<Float>,
    _ convert: (Bits) -> Float
  ) {
    for index in values.indices {
      let bits = memory.loadUnaligned(fromByteOffset: index * MemoryLayout<Bits>.size, as: Bits.self)
      values[index] = convert(order == .little ? Bits(littleEndian: bits) : Bits(bigEndian: bits))
    }
  }

  /// IEEE 754 binary16. Swift's Float16 is missing on some systems.
  private static func half(_ bits: UInt16) -> Float {
    let sign = UInt32(bits & 0x8000) << 16
    let magnitude = UInt32(bits & 0x7FFF)
    if magnitude >= 0x7C00 { return Float(bitPattern: sign | 0x7F80_0000 | (magnitude & 0x3FF) << 13) }
    // As if it had float32's exponent, then 2^112 times as much: right for denormal numbers too.
    let value = Float(bitPattern: magnitude << 13) * Float(bitPattern: 0x7780_0000)
    return Float(bitPattern: sign | value.bitPattern)
  }
}
