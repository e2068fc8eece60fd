#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The limits that Linux puts on the groups of processes which containers are made of.
enum ControlGroup {
  /// Whole cores' worth of time that this process may use; Int.max where nothing limits it.
  static func allowedCores() -> Int {
    min(
      versionTwo(),
      quota(text("/sys/fs/cgroup/cpu/cpu.cfs_quota_us"), period: text("/sys/fs/cgroup/cpu/cpu.cfs_period_us")))
  }

  /// The tightest limit of the process's own group and those around it.
  private static func versionTwo() -> Int {
    let own = text("/proc/self/cgroup").split(separator: "\n").first { $0.hasPrefix("0::") }
    var names = (own?.dropFirst(3) ?? "").split(separator: "/")
    var cores = Int.max
    while true {
      let fields = text("/sys/fs/cgroup/" + names.map { $0 + "/" }.joined() + "cpu.max").split {
        $0 == " " || $0 == "\n"
      }
      if fields.count == 2 { cores = min(cores, quota(String(fields[0]), period: String(fields[1]))) }
      if names.popLast() == nil { return cores }
    }
  }

  /// Part of a core counts as one.
  private static func quota(_ quota: String, period: String) -> Int {
    func number(_ text: String) -> Int? { Int(text.split { $0 == " " || $0 == "\n" }.first ?? "") }
    guard let quota = number(quota), let period = number(period), quota > 0, period > 0 else { return Int.max }
    return max(1, quota / period + (quota % period > 0 ? 1 : 0))
  }

  /// A small file; empty where it cannot be read.
  private static func text(_ path: String) -> String {
    guard let file = fopen(path, "r") else { return "" }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = fread(&bytes, 1, bytes.count, file)
    return String(decoding: bytes.prefix(count), as: UTF8.self)
  }
}
