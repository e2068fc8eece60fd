#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

extension Bytes {
  /// The content of a file, read in full: a mapped one would end the process where another one cuts the file short.
  public init(contentsOf path: String, limit: Int) throws(ElmanError) {
    let status = try FileStatus(path)
    guard status.isRegular else {
      throw ElmanError(
        .invalidArgument, "\(path) is \(status.isDirectory ? "a directory" : "no regular file"), not a model file.")
    }
    guard let file = fopen(path, "rb") else { throw FileStatus.failure("opened", path) }
    defer { fclose(file) }
    guard status.size <= limit else { throw Bytes.tooLarge(path, status.size, limit) }
    let buffer = ByteBuffer(largest: limit)
    try buffer.append(zeros: status.size)
    let count = fread(buffer.written.baseAddress, 1, status.size, file)
    guard count == status.size else { throw ElmanError(.invalidArgument, "\(path) could not be read to its end.") }
    self = buffer.bytes
  }

  private static func tooLarge(_ path: String, _ size: Int, _ limit: Int) -> ElmanError {
    ElmanError(
      .invalidArgument,
      "\(path) has \(size) bytes; allowed are \(limit) (ELMAN_MAX_MODEL_BYTES, or max_bytes of the call, sets the "
        + "limit)."
    )
  }
}

/// What the file system says of a path.
public struct FileStatus {
  public let isDirectory: Bool
  public let isRegular: Bool
  public let size: Int
  let permissions: mode_t

  public init(_ path: String) throws(ElmanError) {
    var status = stat()
    guard stat(path, &status) == 0 else { throw FileStatus.failure("found", path) }
    let kind = status.st_mode & 0o170000
    isDirectory = kind == 0o040000
    isRegular = kind == 0o100000
    size = Int(clamping: status.st_size)
    permissions = mode_t(status.st_mode & 0o7777)
  }

  /// The error of the system call that failed last.
  static func failure(_ done: String, _ path: String) -> ElmanError {
    ElmanError(.notFound, "\(path) could not be \(done): \(String(cString: strerror(lastError)))")
  }

  // `errno` would link all of Swift's Glibc module, which needs a newer glibc.
  private static var lastError: Int32 {
    #if canImport(Darwin)
      __error().pointee
    #else
      __errno_location().pointee
    #endif
  }
}
