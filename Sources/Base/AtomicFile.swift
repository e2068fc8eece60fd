#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif
import Synchronization

/// Writes a whole file or, whatever happens, leaves the one that was there: a temporary file beside it takes its place
/// once it is on the disk.
public enum AtomicFile {
  /// Tells the files apart that threads of one process write.
  private static let number = Atomic<Int>(0)

  public static func write(_ bytes: Bytes, to path: String) throws(ElmanError) {
    let path = target(of: path)
    let temporary = "\(path).\(getpid()).\(number.add(1, ordering: .relaxed).newValue).tmp"
    do throws(ElmanError) {
      try fill(temporary, with: bytes, like: try? FileStatus(path))
      if rename(temporary, path) != 0 { throw FileStatus.failure("replaced", path) }
    } catch {
      unlink(temporary)
      throw error
    }
    syncDirectory(of: path)
  }

  /// Where a symbolic link leads, which stays one.
  private static func target(of path: String) -> String {
    guard let resolved = realpath(path, nil) else { return path }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  private static func fill(_ path: String, with bytes: Bytes, like old: FileStatus?) throws(ElmanError) {
    // "x": never a file that somebody else has put there.
    guard let file = fopen(path, "wbx") else { throw FileStatus.failure("made", path) }
    var written = false
    try bytes.withMemory { memory throws(ElmanError) in
      written = fwrite(memory.baseAddress, 1, memory.count, file) == memory.count
    }
    if let old { fchmod(fileno(file), old.permissions) }
    written = written && fflush(file) == 0 && fsync(fileno(file)) == 0
    let failure = written ? nil : FileStatus.failure("written", path)
    let isClosed = fclose(file) == 0
    if let failure { throw failure }
    if !isClosed { throw FileStatus.failure("written", path) }
  }

  /// So that the new name, too, is there after a loss of power.
  private static func syncDirectory(of path: String) {
    let end = path.lastIndex(of: "/")
    let directory = end.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
    guard let stream = opendir(directory) else { return }
    fsync(dirfd(stream))
    closedir(stream)
  }
}
