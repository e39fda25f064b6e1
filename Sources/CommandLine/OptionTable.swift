import ArgumentParser

/// What each thing that a command can do is asked for by, and the options that say more about it. An option that would
/// do nothing is refused.
package struct OptionTable: Sendable {
  /// One thing that a command can do.
  package struct Mode: Sendable {
    /// The options that ask for it, all of them.
    let options: [String]
    /// Those that it takes besides.
    let takes: Set<String>
    let name: String

    /// - Parameter name: What errors call it; its options if `nil`.
    package init(_ options: String..., name: String? = nil, takes: [String]) {
      self.options = options
      self.takes = Set(takes).union(options)
      self.name = name ?? options.joined(separator: " ")
    }
  }

  private let modes: [Mode]

  /// - Parameter modes: The more special before those that they are special cases of.
  package init(_ modes: [Mode]) { self.modes = modes }

  /// - Parameter options: Each option that not all modes take, and whether it is given.
  /// - Throws: `ValidationError` that names an option which the mode that is asked for does not take, and those that
  ///   do.
  package func check(_ options: [(name: String, isGiven: Bool)]) throws(ValidationError) {
    let given = options.filter(\.isGiven).map(\.name)
    guard let mode = modes.first(where: { $0.options.allSatisfy(given.contains) }) else { return }
    for option in given where !mode.takes.contains(option) {
      let others = modes.filter { $0.takes.contains(option) }.map(\.name)
      throw ValidationError(
        "\(option) does nothing with \(mode.name)"
          + (others.isEmpty ? "" : "; it goes with \(others.joined(separator: ", "))"))
    }
  }
}
