import Base

/// The elements of an attribute or a dataset, as they are stored, and what they are.
struct Elements {
  let source: Source
  let datatype: Datatype
  let shape: [Int]
  let count: Int
  /// `count` elements of the datatype's size.
  let bytes: Bytes

  func floats() throws(ElmanError) -> [Float] {
    var failure: ElmanError?
    let values = [Float](unsafeUninitializedCapacity: count) { memory, filled in
      do throws(ElmanError) {
        try datatype.convert(bytes, into: UnsafeMutableBufferPointer(rebasing: memory[..<count]))
        filled = count
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
    return values
  }

  func integers() throws(ElmanError) -> [Int] {
    guard case .integer(let size, let isSigned, let order) = datatype else {
      throw ElmanError(.wrongType, "Integers are expected; the elements are of type \(datatype.name).")
    }
    var reader = BoundedReader(bytes, "HDF5 integers")
    var values: [Int] = []
    for _ in 0..<count {
      var bits = try reader.unsigned(size)
      if order == .big { bits = bits.byteSwapped >> UInt64(64 - 8 * size) }
      let unused = UInt64(64 - 8 * size)
      values.append(isSigned ? Int(Int64(bitPattern: bits << unused) >> Int64(unused)) : try Int(checking: bits))
    }
    return values
  }

  func strings() throws(ElmanError) -> [String] {
    var reader = BoundedReader(bytes, "HDF5 strings")
    var values: [String] = []
    switch datatype {
    case .fixedString(let size, let padding):
      for _ in 0..<count { values.append(Elements.text(try reader.take(size), padding)) }
    case .variableString(let size):
      // An object of a heap belongs to one element: together they are no longer than the file.
      var budget = Budget(source.bytes.count, "bytes of strings, as it is long")
      for _ in 0..<count {
        var element = BoundedReader(try reader.take(size), "HDF5 string")
        let length = Int(try element.uint32())
        let address = try element.address(source)
        let index = Int(try element.uint32())
        try budget.spend(length)
        values.append(length == 0 ? "" : try text(length, address, index))
      }
    default:
      // Keras writes an empty list of names as an empty array of floats.
      guard count == 0 else {
        throw ElmanError(.wrongType, "Strings are expected; the elements are of type \(datatype.name).")
      }
    }
    return values
  }

  private func text(_ length: Int, _ address: Int?, _ index: Int) throws(ElmanError) -> String {
    guard let address, let object = try source.heap(at: address).objects[index]?.slice(0, length) else {
      throw damaged("a string is not in its heap")
    }
    return object.untilZero.text
  }

  private static func text(_ bytes: Bytes, _ padding: Datatype.Padding) -> String {
    if padding != .spaces { return bytes.untilZero.text }
    let array = bytes.untilZero.array
    let end = array.lastIndex { $0 != UInt8(ascii: " ") }.map { $0 + 1 } ?? 0
    return String(decoding: array[..<end], as: UTF8.self)
  }
}
