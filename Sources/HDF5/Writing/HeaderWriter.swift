import Base

/// An object header of version 1, in one block.
struct HeaderWriter {
  private let messages = ByteBuffer()
  private final class Count { var value = 0 }
  private let count = Count()

  func add(_ kind: Message.Kind, _ body: Bytes) throws(ElmanError) {
    let size = body.count.dividedRoundingUp(by: 8) * 8
    guard size < 65536 else {
      throw ElmanError(
        .unsupported, "An attribute of \(body.count) bytes is too large for an HDF5 file: 65528 bytes are the most.")
    }
    try messages.append(kind.rawValue, size: 2)
    try messages.append(size, size: 2)
    try messages.append(zeros: 4)
    try messages.append(body)
    try messages.append(zeros: size - body.count)
    count.value += 1
  }

  /// The header's address.
  func write(to output: ByteBuffer) throws(ElmanError) -> Int {
    guard count.value <= UInt16.max else {
      throw ElmanError(.unsupported, "An object of an HDF5 file cannot have \(count.value) attributes.")
    }
    try output.align(to: 8)
    let address = output.count
    try output.append([1, 0])
    try output.append(count.value, size: 2)
    // One reference.
    try output.append(1, size: 4)
    try output.append(messages.count, size: 4)
    try output.append(zeros: 4)
    try output.append(messages.bytes)
    return address
  }
}
