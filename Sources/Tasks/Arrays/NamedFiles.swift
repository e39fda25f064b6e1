import Recurrent

/// Files of arrays for the inputs or outputs of a model: in the model's order, or each as `NAME=FILE`.
package enum NamedFiles {
  /// The file that an argument means, whatever it is for. A file whose own name has an = is given with its folder.
  package static func path(_ argument: String) -> String { split(argument).path }

  private static func split(_ argument: String) -> (name: String?, path: String) {
    guard let sign = argument.firstIndex(of: "="), sign != argument.startIndex,
      !argument[..<sign].contains("/")
    else { return (nil, argument) }
    return (String(argument[..<sign]), String(argument[argument.index(after: sign)...]))
  }

  /// Finds the file of each name.
  ///
  /// - Parameter what: What the names are of, in errors: `input`.
  /// - Returns: A file for each name; `nil` for one that nothing is given for.
  /// - Throws: `ConfigurationError` if an argument has no name of these, or two have the same.
  static func files(
    _ arguments: [String], for names: [String], _ what: String
  ) throws(ConfigurationError) -> [String?] {
    guard arguments.count <= names.count else {
      throw ConfigurationError(
        "there are \(arguments.count) \(what) files; the model has \(names.count) \(what)s: "
          + names.joined(separator: ", "))
    }
    var files = [String?](repeating: nil, count: names.count)
    for (number, argument) in arguments.enumerated() {
      let (name, path) = split(argument)
      guard let name else {
        files[number] = files[number] ?? path
        continue
      }
      guard let place = names.firstIndex(of: name) else {
        throw ConfigurationError(
          "the model has no \(what) \(name); it has \(names.joined(separator: ", "))")
      }
      guard files[place] == nil else {
        throw ConfigurationError("the \(what) \(name) is given twice")
      }
      files[place] = path
    }
    return files
  }

  /// Finds the file of each name, of which none may be missing.
  static func all(
    _ arguments: [String], for names: [String], _ what: String
  ) throws(ConfigurationError) -> [String] {
    let files = try files(arguments, for: names, what)
    return try zip(files, names).map { file, name throws(ConfigurationError) in
      guard let file else {
        throw ConfigurationError(
          "there is no file for the \(what) \(name); the model has \(names.count) \(what)s: "
            + names.joined(separator: ", "))
      }
      return file
    }
  }
}
