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
  private let bytes: Int

  /// `count` zeros.
  public init(count: Int) throws(ElmanError) {
    try FloatBuffer.requireMemory(for: count)
    self.count = count
    // Whole lines of 64 bytes: kernels may write whole vectors to states of their own.
    bytes = (max(count, 1) + 15) / 16 * 64
    guard let memory = bytes >= FloatBuffer.mappedSize ? FloatBuffer.map(bytes) : FloatBuffer.allocate(bytes) else {
      throw FloatBuffer.outOfMemory(bytes)
    }
    base = memory.bindMemory(to: Float.self, capacity: max(count, 1))
  }

  public convenience init(copying values: UnsafeBufferPointer<Float>) throws(ElmanError) {
    try self.init(count: values.count)
    if let source = values.baseAddress { base.update(from: source, count: values.count) }
  }

  public convenience init(_ values: [Float]) throws(ElmanError) {
    try self.init(count: values.count)
    for (index, value) in values.enumerated() { base[index] = value }
  }

  deinit {
    if bytes >= FloatBuffer.mappedSize { munmap(base, FloatBuffer.wholePages(bytes)) } else { free(base) }
  }

  /// Bytes of the numbers.
  var byteCount: Int { count * MemoryLayout<Float>.stride }

  public var values: UnsafeBufferPointer<Float> { UnsafeBufferPointer(start: base, count: count) }

  /// Bytes from which on memory is mapped, and given back when it is freed: malloc would keep what weights leave
  /// behind that are set anew, many times their size.
  private static let mappedSize = 1 << 17
  /// Bytes of a huge page on most machines.
  private static let hugePage = 1 << 21
  private static var page: Int { Int(sysconf(Int32(_SC_PAGESIZE))) }

  private static func wholePages(_ bytes: Int) -> Int { (bytes + page - 1) / page * page }

  private static func allocate(_ bytes: Int) -> UnsafeMutableRawPointer? {
    var memory: UnsafeMutableRawPointer?
    guard posix_memalign(&memory, 64, bytes) == 0, let memory else { return nil }
    return memset(memory, 0, bytes)
  }

  /// Whole pages, from a multiple of a huge page on where that many bytes are mapped.
  private static func map(_ bytes: Int) -> UnsafeMutableRawPointer? {
    let length = wholePages(bytes)
    let spare = length >= hugePage ? hugePage - page : 0
    // Not `MAP_FAILED`: it would link all of Swift's Glibc module, which needs a newer glibc.
    let failed = UnsafeMutableRawPointer(bitPattern: -1)
    guard let start = mmap(nil, length + spare, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0), start != failed
    else {
      return nil
    }
    if spare == 0 { return start }
    let memory = start.alignedUp(toMultipleOf: hugePage)
    let before = memory - start
    if before > 0 { munmap(start, before) }
    if before < spare { munmap(memory + length, spare - before) }
    #if os(Linux)
      // Weights that are read panel by panel would otherwise wait for the addresses of their many pages. It may be
      // refused.
      madvise(memory, length, MADV_HUGEPAGE)
    #endif
    return memory
  }

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
