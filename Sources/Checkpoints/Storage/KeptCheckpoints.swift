#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Older states of a checkpoint that stay beside it under names with their update: for `a.h5` after 7,500
/// updates, `a-update-00007500.h5`.
enum KeptCheckpoints {
  private static let marker = "-update-"
  private static let digits = 8

  /// Gives the file at `path` its numbered name too, and removes the oldest of those beyond `most`.
  ///
  /// - Parameter update: The updates made so far; files with higher numbers are another run's.
  /// - Throws: ``CheckpointError``.
  static func keep(_ path: String, update: Int, most: Int) throws {
    let target = resolved(path)
    let (folder, name) = splitPath(target)
    let numbered = folder + "/" + numberedName(name, update)
    unlink(numbered)
    // The same file under a second name: the next save replaces only the first.
    guard link(target, numbered) == 0 else {
      throw CheckpointError(.cannotCreate, file: numbered, "cannot keep: \(systemErrorText())")
    }
    let updates = try entries(folder).compactMap { updateNumber($0, of: name) }
      .filter { $0 <= update }.sorted()
    for update in updates.dropLast(most) { unlink(folder + "/" + numberedName(name, update)) }
  }

  private static func split(_ name: String) -> (stem: String, suffix: String) {
    let suffix = (try? CheckpointFormat(path: name))?.suffix ?? ""
    return name.hasSuffix(suffix) ? (String(name.dropLast(suffix.count)), suffix) : (name, "")
  }

  private static func numberedName(_ name: String, _ update: Int) -> String {
    let (stem, suffix) = split(name)
    let number = String(update)
    return stem + marker + String(repeating: "0", count: max(0, digits - number.count)) + number
      + suffix
  }

  /// The update in a name that ``numberedName(_:_:)`` gives.
  private static func updateNumber(_ entry: String, of name: String) -> Int? {
    let (stem, suffix) = split(name)
    guard entry.hasPrefix(stem + marker), entry.hasSuffix(suffix) else { return nil }
    let number = Int(entry.dropFirst(stem.count + marker.count).dropLast(suffix.count))
    return number.flatMap { numberedName(name, $0) == entry ? $0 : nil }
  }

  private static func entries(_ folder: String) throws -> [String] {
    guard let directory = opendir(folder) else {
      throw CheckpointError(.inputOutput, file: folder, "cannot list: \(systemErrorText())")
    }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      names.append(
        withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
          String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        })
    }
    return names
  }
}
