#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The system's words for the error of the last call.
func systemErrorText(_ code: Int32 = errno) -> String {
  String(cString: strerror(code))
}

/// The folder and the name of a path.
func splitPath(_ path: String) -> (folder: String, name: String) {
  guard let slash = path.lastIndex(of: "/") else { return (".", path) }
  let folder = path[..<slash]
  return (folder.isEmpty ? "/" : String(folder), String(path[path.index(after: slash)...]))
}

/// The file a path leads to, through symbolic links; the path itself if there is none yet.
func resolved(_ path: String) -> String {
  guard let real = realpath(path, nil) else { return path }
  defer { free(real) }
  return String(cString: real)
}

/// Whether there is a file under that name, through symbolic links.
func isRegularFile(_ path: String) -> Bool {
  var status = stat()
  return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
}
