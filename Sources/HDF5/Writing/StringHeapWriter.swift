import Base

/// Global heaps for strings of any length. A heap is laid out empty, and filled while strings come.
final class StringHeapWriter {
  private let output: ByteBuffer
  /// The heap that is being filled: where it is, how long, how much of it is used, by how many strings.
  private var address = 0
  private var size = 0
  private var used = 0
  private var count = 0

  /// Smaller ones the library refuses.
  private static let smallest = 4096
  private static let prefix = 16

  init(_ output: ByteBuffer) { self.output = output }

  /// Stores a string and appends the element that stands for it: its length, the heap's address, its number there.
  func append(_ text: String, to data: ByteBuffer) throws(ElmanError) {
    let length = text.utf8.count
    guard length < UInt32.max else {
      throw ElmanError(.unsupported, "An HDF5 file cannot hold a string of \(length) bytes.")
    }
    if length == 0 { return try data.append(zeros: 16) }
    let needed = Self.prefix + length.dividedRoundingUp(by: 8) * 8
    if used + needed > size || count == Int(UInt16.max) { try open(room: needed) }
    count += 1
    try put(number: count, references: 1, length: length, text)
    used += needed
    try data.append(length, size: 4)
    try data.append(address, size: 8)
    try data.append(count, size: 4)
  }

  private func open(room: Int) throws(ElmanError) {
    try close()
    try output.align(to: 8)
    (address, size, used, count) = (output.count, max(Self.smallest, Self.prefix + room), Self.prefix, 0)
    try output.append(zeros: size)
    let head = ByteBuffer()
    try head.append(utf8: "GCOL")
    try head.append([1, 0, 0, 0])
    try head.append(size, size: 8)
    try output.overwrite(at: address, head.bytes)
  }

  /// What is left is an object of number 0, which counts its own prefix.
  func close() throws(ElmanError) {
    if size - used >= Self.prefix { try put(number: 0, references: 0, length: size - used, "") }
    (size, used) = (0, 0)
  }

  private func put(number: Int, references: Int, length: Int, _ text: String) throws(ElmanError) {
    let object = ByteBuffer()
    try object.append(number, size: 2)
    try object.append(references, size: 2)
    try object.append(zeros: 4)
    try object.append(length, size: 8)
    try object.append(utf8: text)
    try output.overwrite(at: address + used, object.bytes)
  }
}
