import Base

extension Datatype {
  private static let classNames = [
    "integer", "float", "time", "string", "bit field", "opaque", "compound", "reference", "enumeration",
    "variable-length",
    "array", "complex",
  ]

  init(_ body: Bytes) throws(ElmanError) {
    var reader = BoundedReader(body, "HDF5 datatype")
    self = try Datatype(&reader)
  }

  /// Enumerations (Python's bool is one) are read as the integers that they are.
  private init(_ reader: inout BoundedReader) throws(ElmanError) {
    let head = try reader.uint32()
    let size = Int(try reader.uint32())
    guard size > 0 else { throw reader.failure("has elements of 0 bytes") }
    let (kind, bits) = (Int(head & 15), head >> 8)
    switch kind {
    case 0: self = try Datatype.integer(bits, size, &reader)
    case 1: self = try Datatype.float(bits, size, &reader)
    case 3: self = .fixedString(size: size, padding: [.zeroTerminated, .zeros, .spaces][min(Int(bits & 15), 2)])
    case 8:
      let base = try Datatype.baseOfEnumeration(&reader)
      self = base.size == size ? base : .other(name: "enumeration", size: size)
    case 9 where bits & 15 == 1: self = .variableString(size: size)
    default:
      let name = Datatype.classNames.indices.contains(kind) ? Datatype.classNames[kind] : "unknown"
      self = .other(name: name, size: size)
    }
  }

  private static func baseOfEnumeration(_ reader: inout BoundedReader) throws(ElmanError) -> Datatype {
    let head = try reader.uint32()
    let size = Int(try reader.uint32())
    return head & 15 == 0 ? try integer(head >> 8, size, &reader) : .other(name: "enumeration", size: max(size, 1))
  }

  private static func integer(
    _ bits: UInt32, _ size: Int, _ reader: inout BoundedReader
  ) throws(ElmanError) -> Datatype {
    let (offset, precision) = (Int(try reader.uint16()), Int(try reader.uint16()))
    guard offset == 0, [1, 2, 4, 8].contains(size), precision == 8 * size else {
      return .other(name: "integer of \(precision) bits", size: max(size, 1))
    }
    return .integer(size: size, isSigned: bits & 8 != 0, bits & 1 == 0 ? .little : .big)
  }

  private static func float(_ bits: UInt32, _ size: Int, _ reader: inout BoundedReader) throws(ElmanError) -> Datatype {
    let offset = try reader.uint16()
    let precision = try reader.uint16()
    let exponent = (place: try reader.byte(), size: try reader.byte())
    let mantissa = (place: try reader.byte(), size: try reader.byte())
    let bias = try reader.uint32()
    let order: ByteOrder = bits & 1 == 0 ? .little : .big
    let isPlain =
      offset == 0 && Int(precision) == 8 * size && mantissa.place == 0 && exponent.place == mantissa.size
      && bits & 64 == 0
    switch (isPlain, size, exponent.size, mantissa.size, bias) {
    case (true, 2, 5, 10, 15): return .float(.half, order)
    case (true, 2, 8, 7, 127): return .float(.bfloat16, order)
    case (true, 4, 8, 23, 127): return .float(.single, order)
    case (true, 8, 11, 52, 1023): return .float(.double, order)
    default: return .other(name: "float of \(exponent.size) and \(mantissa.size) bits", size: size)
    }
  }
}
