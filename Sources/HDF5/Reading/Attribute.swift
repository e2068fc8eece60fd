import Base

/// A named value of a group or a dataset. The value is decoded by `strings`, `floats` and `integers`.
public struct Attribute {
  public let name: String
  public let datatype: Datatype
  /// Empty for a scalar.
  public var shape: [Int] { elements.shape }
  private let elements: Elements

  init(_ body: Bytes, _ source: Source) throws(ElmanError) {
    var reader = BoundedReader(body, "HDF5 attribute")
    let version = try reader.byte()
    guard (1...3).contains(version) else { throw unsupported("an attribute of version \(version)") }
    let flags = version == 1 ? 0 : try reader.byte()
    if version == 1 { try reader.skip(1) }
    let sizes = (Int(try reader.uint16()), Int(try reader.uint16()), Int(try reader.uint16()))
    if version == 3 { try reader.skip(1) }
    // Version 1 fills each part up to a multiple of 8 bytes.
    func part(_ size: Int) throws(ElmanError) -> Bytes {
      let bytes = try reader.take(size)
      if version == 1 { try reader.skip((8 - size % 8) % 8) }
      return bytes
    }
    name = try part(sizes.0).untilZero.text
    let type = try part(sizes.1)
    let space = try part(sizes.2)
    datatype = try Datatype(flags & 1 == 0 ? type : SharedMessage.body(type, .datatype, source))
    let dataspace = try Dataspace(flags & 2 == 0 ? space : SharedMessage.body(space, .dataspace, source), source)
    let data = try reader.take(dataspace.count.times(datatype.size))
    elements = Elements(source: source, datatype: datatype, shape: dataspace.shape, count: dataspace.count, bytes: data)
  }

  public func strings() throws(ElmanError) -> [String] { try elements.strings() }
  public func floats() throws(ElmanError) -> [Float] { try elements.floats() }
  public func integers() throws(ElmanError) -> [Int] { try elements.integers() }

  /// The value of an attribute of one element.
  public func string() throws(ElmanError) -> String {
    let values = try strings()
    guard values.count == 1, let value = values.first else {
      throw ElmanError(.wrongType, "The attribute \(name) has \(values.count) strings instead of one.")
    }
    return value
  }
}
