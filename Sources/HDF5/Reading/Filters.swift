import Base

/// What was done to chunks before they were stored, in this order; reading undoes it from the end.
struct Filters {
  private enum Filter: Equatable {
    case deflate
    /// The first bytes of all elements, then the second ones, ...
    case shuffle(elementSize: Int)
    case fletcher32
  }

  private var filters: [Filter] = []

  init(_ body: Bytes?) throws(ElmanError) {
    guard let body else { return }
    var reader = BoundedReader(body, "HDF5 filter message")
    let version = try reader.byte()
    guard version == 1 || version == 2 else { throw unsupported("filters of version \(version)") }
    let count = try reader.byte()
    if version == 1 { try reader.skip(6) }
    guard count <= 32 else { throw reader.failure("has \(count) filters") }
    for _ in 0..<count {
      let filter = try Filters.read(&reader, version)
      // Nobody packs twice, and each time could make the chunk a thousand times as long.
      if filters.contains(filter) { throw unsupported("chunks packed by a filter twice") }
      filters.append(filter)
    }
  }

  /// How many times longer a chunk can be than what is stored of it: deflate needs two bits for 258 bytes.
  var largestRatio: Int { filters.contains(.deflate) ? 1032 : 1 }

  private static func read(_ reader: inout BoundedReader, _ version: UInt8) throws(ElmanError) -> Filter {
    let id = try reader.uint16()
    let nameSize = version == 1 || id >= 256 ? Int(try reader.uint16()) : 0
    try reader.skip(2)
    let count = Int(try reader.uint16())
    let name = try reader.take(version == 1 ? nameSize.dividedRoundingUp(by: 8) * 8 : nameSize).untilZero.text
    var values: [Int] = []
    for _ in 0..<count { values.append(Int(try reader.uint32())) }
    if version == 1, count % 2 == 1 { try reader.skip(4) }
    switch id {
    case 1: return .deflate
    case 2: return .shuffle(elementSize: values.first ?? 1)
    case 3: return .fletcher32
    default:
      let known = [4: "szip", 5: "nbit", 6: "scaleoffset"]
      throw unsupported("chunks packed by the filter \(known[Int(id)] ?? (name.isEmpty ? "\(id)" : name))")
    }
  }

  /// A chunk as it was, at most `size` bytes and the checksums.
  func undo(_ stored: Bytes, mask: UInt32, size: Int) throws(ElmanError) -> Bytes {
    var data = stored
    for (index, filter) in filters.enumerated().reversed() where mask & (1 << UInt32(index)) == 0 {
      switch filter {
      case .deflate: data = try ZlibStream.unpack(data, largest: size.adding(4 * filters.count))
      case .shuffle(let elementSize): data = try Filters.unshuffle(data, elementSize)
      case .fletcher32: data = try Fletcher32.verified(data)
      }
    }
    return data
  }

  private static func unshuffle(_ data: Bytes, _ elementSize: Int) throws(ElmanError) -> Bytes {
    guard elementSize > 1, data.count >= elementSize else { return data }
    let count = data.count / elementSize
    let buffer = try ByteBuffer(zeros: data.count)
    let target = buffer.written
    try data.withMemory { memory throws(ElmanError) in
      for byte in 0..<elementSize {
        for element in 0..<count { target[element * elementSize + byte] = memory[byte * count + element] }
      }
      // What is no whole element was left as it was.
      for index in count * elementSize..<memory.count { target[index] = memory[index] }
    }
    return buffer.bytes
  }
}
