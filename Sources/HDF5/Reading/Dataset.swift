import Base

/// An array of numbers or strings, and attributes.
public struct Dataset {
  /// The path by which it was reached.
  public let path: String
  public let datatype: Datatype
  let source: Source
  let header: ObjectHeader
  let dataspace: Dataspace

  init(path: String, _ source: Source, _ header: ObjectHeader) throws(ElmanError) {
    guard let type = try header.body(.datatype, source), let space = try header.body(.dataspace, source) else {
      throw damaged("the dataset \(path) has no type or no shape")
    }
    self.path = path
    self.source = source
    self.header = header
    datatype = try Dataset.datatype(type, header, source)
    dataspace = try Dataspace(space, source)
  }

  /// Keras 3 stores bfloat16, which the format has no name for, as two opaque bytes, and says so in an attribute.
  private static func datatype(
    _ body: Bytes, _ header: ObjectHeader, _ source: Source
  ) throws(ElmanError) -> Datatype {
    let stored = try Datatype(body)
    guard stored == .other(name: "opaque", size: 2) else { return stored }
    for attribute in try readAttributes(header, source) where attribute.name == "dtype" {
      if try attribute.strings() == ["bfloat16"] { return .float(.bfloat16, .little) }
    }
    return stored
  }

  /// The same for two paths to one dataset.
  public var id: Int { header.address }
  /// Empty for a scalar.
  public var shape: [Int] { dataspace.shape }
  /// The number of elements.
  public var count: Int { dataspace.count }

  public var attributes: [Attribute] {
    get throws(ElmanError) { try readAttributes(header, source) }
  }

  /// Fills `values`, one for each element, with the elements as floats.
  public func read(into values: UnsafeMutableBufferPointer<Float>) throws(ElmanError) {
    guard values.count == count else {
      throw ElmanError(.shapeMismatch, "The dataset \(path) has \(count) elements, not \(values.count).")
    }
    try datatype.convert(bytes(), into: values)
  }

  public func floats() throws(ElmanError) -> [Float] { try elements().floats() }
  public func integers() throws(ElmanError) -> [Int] { try elements().integers() }
  public func strings() throws(ElmanError) -> [String] { try elements().strings() }

  private func elements() throws(ElmanError) -> Elements {
    Elements(source: source, datatype: datatype, shape: shape, count: count, bytes: try bytes())
  }

  /// The elements as the file has them, one after the other.
  public func bytes() throws(ElmanError) -> Bytes {
    let size = try count.times(datatype.size)
    guard size <= source.limits.bytes else {
      throw ElmanError(.invalidArgument, "The dataset \(path) has \(size) bytes; allowed are \(source.limits.bytes).")
    }
    if size == 0 { return try Bytes([]) }
    switch try Layout(header, source) {
    case .compact(let data): return try whole(data.slice(0, size))
    case .contiguous(let address?): return try whole(source.bytes.slice(address, size))
    case .contiguous(nil): return try FillValue(header, datatype, source).filled(size, source.limits)
    case .chunked(let layout): return try ChunkedData(self, layout).bytes(size)
    }
  }

  private func whole(_ data: Bytes?) throws(ElmanError) -> Bytes {
    guard let data else { throw damaged("the dataset \(path) of shape \(shape) is not all there") }
    return data
  }
}
