#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// How many processors this process may use: of the machine's, those that its affinity leaves it (`taskset`), and as
/// many as its control groups pay for (`cpu.max`, as containers set it).
enum AvailableProcessors {
  static let count = max(1, min(allowed ?? online, quota ?? .max))

  private static var online: Int { sysconf(Int32(_SC_NPROCESSORS_ONLN)) }

  private static var allowed: Int? { text("/proc/self/status").flatMap(allowed(status:)) }

  /// - Parameter status: The content of `/proc/self/status`, where the processors are bits of hexadecimal digits.
  static func allowed(status: String) -> Int? {
    let name = "Cpus_allowed:"
    guard let line = status.split(separator: "\n").first(where: { $0.hasPrefix(name) }) else {
      return nil
    }
    let count = line.dropFirst(name.count).reduce(0) {
      $0 + ($1.hexDigitValue?.nonzeroBitCount ?? 0)
    }
    return count > 0 ? count : nil
  }

  /// The processors' time that the control groups of this process leave it, rounded up; `nil` if there is no limit.
  private static var quota: Int? {
    guard let groups = text("/proc/self/cgroup") else { return nil }
    return quota(groups: groups, read: text)
  }

  /// - Parameters:
  ///   - groups: The content of `/proc/self/cgroup`.
  ///   - read: The content of a file; `nil` if there is none.
  static func quota(groups: String, read: (String) -> String?) -> Int? {
    var least: Double?
    for line in groups.split(separator: "\n") {
      let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard fields.count == 3 else { continue }
      let controllers = fields[1].split(separator: ",")
      guard controllers.isEmpty || controllers.contains("cpu") else { continue }
      let root = controllers.isEmpty ? "/sys/fs/cgroup" : "/sys/fs/cgroup/\(fields[1])"
      // A group has at most what those have that it is in.
      var path = fields[2].split(separator: "/")
      while true {
        let folder = ([root] + path.map(String.init)).joined(separator: "/")
        let limit =
          controllers.isEmpty
          ? numbers(read("\(folder)/cpu.max"))
          : numbers(read("\(folder)/cpu.cfs_quota_us"))
            + numbers(read("\(folder)/cpu.cfs_period_us"))
        if limit.count == 2, limit[0] > 0, limit[1] > 0 {
          least = min(least ?? .infinity, limit[0] / limit[1])
        }
        if path.popLast() == nil { break }
      }
    }
    return least.map { max(1, Int(min($0.rounded(.up), 1e6))) }
  }

  private static func numbers(_ text: String?) -> [Double] {
    (text ?? "").split(whereSeparator: \.isWhitespace).compactMap { Double($0) }
  }

  private static func text(_ path: String) -> String? {
    guard let file = fopen(path, "r") else { return nil }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = fread(&bytes, 1, bytes.count, file)
    return String(decoding: bytes.prefix(count), as: UTF8.self)
  }
}
