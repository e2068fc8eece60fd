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
    try requireMemory(for: count)
    // Whole lines of 64 bytes: kernels may write whole vectors to states of their own.
    let bytes = (max(count, 1) + 15) / 16 * 64
    let isLarge = bytes >= hugePage
    var memory: UnsafeMutableRawPointer?
    guard posix_memalign(&memory, isLarge ? hugePage : 64, bytes) == 0, let memory else { throw outOfMemory(bytes) }
    #if os(Linux)
      // Weights that are read panel by panel would otherwise wait for the addresses of their many pages. It may be refused.
      if isLarge { madvise(memory, bytes, MADV_HUGEPAGE) }
    #endif
    memset(memory, 0, bytes)
    return memory.bindMemory(to: Float.self, capacity: max(count, 1))
  }

  /// Bytes of a huge page on most machines.
  private static let hugePage = 1 << 21

  /// An error where `count` floats are more than the machine can give now. Where memory is overcommitted, malloc would
  /// promise them, and the process would be killed when it uses them.
  static func requireMemory(for count: Int) throws(ElmanError) {
    let bytes = max(count, 1) * MemoryLayout<Float>.stride
    if bytes > unquestioned, bytes > availableMemory() { throw outOfMemory(bytes) }
  }

  /// Bytes that are not worth a look at what is left.
  private static let unquestioned = 1 << 26

  private static func outOfMemory(_ bytes: Int) -> ElmanError {
    ElmanError(.outOfMemory, "\(bytes) bytes of memory are needed and could not be had.")
  }

  /// What Linux says can be used without swapping, otherwise all that the machine has.
  private static func availableMemory() -> Int {
    let physical = Int(sysconf(Int32(_SC_PHYS_PAGES))) * Int(sysconf(Int32(_SC_PAGESIZE)))
    guard let file = fopen("/proc/meminfo", "r") else { return physical }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 256)
    while fgets(&line, Int32(line.count), file) != nil {
      let text = line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
      let words = String(decoding: text, as: UTF8.self).split(separator: " ")
      if words.count > 1, words[0] == "MemAvailable:", let kilobytes = Int(words[1]) { return kilobytes * 1024 }
    }
    return physical
  }
}
