#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Floats on 64-byte boundaries, freed with the last reference. Allocation can fail, and says so.
///
/// Whoever made a buffer may fill it; once it is shared, it is only read.
public final class FloatBuffer: @unchecked Sendable {
  public let count: Int
  public let base: UnsafeMutablePointer<Float>

  /// `count` zeros.
  public init(count: Int) throws(ElmanError) {
    self.count = count
    base = try FloatBuffer.allocate(count)
  }

  public convenience init(copying values: UnsafeBufferPointer<Float>) throws(ElmanError) {
    try self.init(count: values.count)
    if let source = values.baseAddress { base.update(from: source, count: values.count) }
  }

  public convenience init(_ values: [Float]) throws(ElmanError) {
    try self.init(count: values.count)
    for (index, value) in values.enumerated() { base[index] = value }
  }

  deinit { free(base) }

  public var values: UnsafeBufferPointer<Float> { UnsafeBufferPointer(start: base, count: count) }

  private static func allocate(_ count: Int) throws(ElmanError) -> UnsafeMutablePointer<Float> {
    let bytes = max(count, 1) * MemoryLayout<Float>.stride
    var memory: UnsafeMutableRawPointer?
    guard bytes <= physicalMemory, posix_memalign(&memory, 64, bytes) == 0, let memory else {
      throw ElmanError(.outOfMemory, "\(bytes) bytes of memory are needed and could not be had.")
    }
    memset(memory, 0, bytes)
    return memory.bindMemory(to: Float.self, capacity: max(count, 1))
  }

  /// More than the machine has is refused at once: where memory is overcommitted, malloc would promise it.
  private static let physicalMemory = Int(sysconf(Int32(_SC_PHYS_PAGES))) * Int(sysconf(Int32(_SC_PAGESIZE)))
}
