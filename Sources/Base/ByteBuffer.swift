#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Bytes that are written one after the other. An array would end the process where memory is short; this one throws.
public final class ByteBuffer {
  public private(set) var count = 0
  private var capacity = 0
  private var memory: UnsafeMutableRawPointer?
  private let largest: Int

  /// At most `largest` bytes.
  public init(largest: Int = .max) { self.largest = largest }

  deinit { free(memory) }

  /// `count` zeros.
  public convenience init(zeros count: Int) throws(ElmanError) {
    self.init()
    try append(zeros: count)
  }

  /// What was written. Nothing may be written afterwards.
  public var bytes: Bytes { Bytes(UnsafeRawBufferPointer(start: memory, count: count), owner: self) }

  /// What was written so far; valid until more is appended.
  public var written: UnsafeMutableRawBufferPointer { UnsafeMutableRawBufferPointer(start: memory, count: count) }

  public func append(_ source: UnsafeRawBufferPointer) throws(ElmanError) {
    guard let start = source.baseAddress, source.count > 0 else { return }
    try room(source.count).copyMemory(from: start, byteCount: source.count)
  }

  public func append(_ bytes: Bytes) throws(ElmanError) {
    try bytes.withMemory { memory throws(ElmanError) in try append(memory) }
  }

  public func append(_ array: [UInt8]) throws(ElmanError) {
    if array.isEmpty { return }
    let target = try room(array.count)
    array.withUnsafeBytes { source in
      if let start = source.baseAddress { target.copyMemory(from: start, byteCount: source.count) }
    }
  }

  public func append(byte: UInt8) throws(ElmanError) {
    if count < capacity, let memory {
      memory.storeBytes(of: byte, toByteOffset: count, as: UInt8.self)
      count += 1
    } else {
      try room(1).storeBytes(of: byte, as: UInt8.self)
    }
  }

  public func append(zeros number: Int) throws(ElmanError) {
    if number > 0 { memset(try room(number), 0, number) }
  }

  public func append(utf8 text: String) throws(ElmanError) {
    for byte in text.utf8 { try append(byte: byte) }
  }

  /// The lowest `size` bytes of a number, the least first.
  public func append(_ value: some BinaryInteger, size: Int) throws(ElmanError) {
    let bits = UInt64(truncatingIfNeeded: value)
    for index in 0..<size { try append(byte: UInt8(truncatingIfNeeded: bits >> UInt64(8 * index))) }
  }

  /// The `length` bytes that begin `distance` before the end, once more; both may overlap.
  public func repeatBytes(distance: Int, length: Int) throws(ElmanError) {
    guard distance > 0, distance <= count else {
      throw ElmanError(.invalidArgument, "The compressed data points \(distance) bytes back, before its beginning.")
    }
    let target = try room(length).assumingMemoryBound(to: UInt8.self)
    if distance >= length {
      memcpy(target, target - distance, length)
    } else {
      for index in 0..<length { target[index] = target[index - distance] }
    }
  }

  /// Replaces bytes that were written before.
  public func overwrite(at offset: Int, _ bytes: Bytes) throws(ElmanError) {
    guard offset >= 0, offset <= count, bytes.count <= count - offset else {
      throw ElmanError(.internal, "\(bytes.count) bytes at \(offset) are not among the \(count) bytes written.")
    }
    let target = UnsafeMutableRawBufferPointer(rebasing: written[offset...])
    try bytes.withMemory { memory throws(ElmanError) in target.copyMemory(from: memory) }
  }

  /// Room for so many bytes, so that memory is not moved while they come.
  public func reserve(_ size: Int) throws(ElmanError) {
    if size > capacity { try grow(to: size) }
  }

  /// Zeros up to the next multiple of `alignment`.
  public func align(to alignment: Int) throws(ElmanError) {
    try append(zeros: (alignment - count % alignment) % alignment)
  }

  /// Room for so many more bytes, which count as written.
  private func room(_ number: Int) throws(ElmanError) -> UnsafeMutableRawPointer {
    let end = try count.adding(number)
    if end > largest {
      throw ElmanError(.invalidArgument, "Unpacked, the data is longer than the \(largest) bytes allowed.")
    }
    if end > capacity { try grow(to: max(end, min(largest, capacity > Int.max / 2 ? end : max(2 * capacity, 64)))) }
    guard let memory else { throw ElmanError(.outOfMemory, "No memory for \(end) bytes.") }
    defer { count = end }
    return memory + count
  }

  private func grow(to size: Int) throws(ElmanError) {
    guard let moved = realloc(memory, size) else { throw ElmanError(.outOfMemory, "No memory for \(size) bytes.") }
    memory = moved
    capacity = size
  }
}
