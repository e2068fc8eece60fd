/// Bytes that no longer change: a range of memory that its owner keeps. Slices share it and copy nothing.
public struct Bytes: @unchecked Sendable {
  private let memory: UnsafeRawBufferPointer
  private let owner: AnyObject

  /// Memory that lives, unchanged, as long as `owner`.
  public init(_ memory: UnsafeRawBufferPointer, owner: AnyObject) {
    self.memory = memory
    self.owner = owner
  }

  public init(copying source: UnsafeRawBufferPointer) throws(ElmanError) {
    let buffer = ByteBuffer()
    try buffer.append(source)
    self = buffer.bytes
  }

  public init(_ array: [UInt8]) throws(ElmanError) {
    let buffer = ByteBuffer()
    try buffer.append(array)
    self = buffer.bytes
  }

  public var count: Int { memory.count }

  /// The byte at an index, or nil beyond the end.
  public subscript(index: Int) -> UInt8? {
    defer { withExtendedLifetime(owner) {} }
    return memory.indices.contains(index) ? memory[index] : nil
  }

  /// The memory is valid inside `body` only.
  public func withMemory<Result>(
    _ body: (UnsafeRawBufferPointer) throws(ElmanError) -> Result
  ) throws(ElmanError) -> Result {
    defer { withExtendedLifetime(owner) {} }
    return try body(memory)
  }

  /// The bytes from `offset` on, or nil where they are not all there.
  public func slice(_ offset: Int, _ count: Int) -> Bytes? {
    guard offset >= 0, count >= 0, offset <= self.count, count <= self.count - offset else { return nil }
    return Bytes(UnsafeRawBufferPointer(rebasing: memory[offset..<offset + count]), owner: owner)
  }

  /// A copy.
  public var array: [UInt8] {
    defer { withExtendedLifetime(owner) {} }
    return Array(memory)
  }

  /// The bytes as UTF-8; what is none becomes U+FFFD.
  public var text: String {
    defer { withExtendedLifetime(owner) {} }
    return String(decoding: memory, as: UTF8.self)
  }

  /// The bytes before the first zero.
  public var untilZero: Bytes {
    defer { withExtendedLifetime(owner) {} }
    let end = memory.firstIndex(of: 0) ?? count
    return Bytes(UnsafeRawBufferPointer(rebasing: memory[..<end]), owner: owner)
  }
}
