import ArgumentParser

/// A group of options that asks for one thing that a command can do, and knows which options of other groups go with it.
package protocol CommandMode: ParsableArguments {
  /// The options that ask for it, each by itself.
  static var triggers: [String] { get }
  /// The options of other groups that it takes.
  static var takes: [String] { get }
  /// Those that it cannot do without.
  static var needs: [String] { get }
  /// What errors call it.
  static var title: String { get }
}

extension CommandMode {
  package static var needs: [String] { [] }
  package static var title: String { triggers.joined(separator: ", ") }

  /// All options that go with it.
  static var accepted: Set<String> { Set(optionNames + takes + triggers) }
}

extension ParsableArguments {
  /// The options of the group, which are called as its properties are.
  static var optionNames: [String] {
    Mirror(reflecting: Self()).children.flatMap { label, value in
      if let group = value as? any NestedOptions { return type(of: group).names }
      return label.map { [optionName($0)] } ?? []
    }
  }
}

/// A group of options inside another.
private protocol NestedOptions {
  static var names: [String] { get }
}

extension OptionGroup: NestedOptions {
  fileprivate static var names: [String] { Value.optionNames }
}

/// What the option of a property is called: `saveEvery` is `--save-every`.
func optionName(_ property: String) -> String {
  let words = property.drop { $0 == "_" }.map { $0.isUppercase ? "-\($0.lowercased())" : "\($0)" }
  return "--" + words.joined()
}

/// What a command can do, and the one check of which options go together. An option that would do nothing is refused.
package struct CommandModes {
  /// What a mode says of its options.
  private struct Rule {
    let title: String
    let triggers: [String]
    let accepted: Set<String>
    let needs: [String]

    init(_ mode: any CommandMode.Type) {
      (title, triggers) = (mode.title, mode.triggers)
      (accepted, needs) = (mode.accepted, mode.needs)
    }

    func isAskedFor(by given: [String]) -> Bool { triggers.contains(where: given.contains) }

    /// Whether it takes what asks for another mode too.
    func takes(_ other: Rule, of given: [String]) -> Bool {
      other.triggers.filter(given.contains).allSatisfy(accepted.contains)
    }
  }

  private let modes: [Rule]
  /// What is done where nothing is asked for; `nil` if something must be.
  private let standard: Rule?

  /// - Parameter modes: The more special before those that they are special cases of.
  package init(_ modes: [any CommandMode.Type], standard: (any CommandMode.Type)? = nil) {
    self.modes = modes.map { Rule($0) }
    self.standard = standard.map { Rule($0) }
  }

  /// The names of the options in a command line; not `--format text`, which asks for nothing that would not be.
  static func names(in arguments: some Sequence<String>) -> [String] {
    let all = Array(arguments.prefix { $0 != "--" })
    return all.indices.filter { index in
      all[index].hasPrefix("--") && all[index] != "--format=text"
        && !(all[index] == "--format" && all.dropFirst(index + 1).first == "text")
    }.map { String(all[$0].prefix { $0 != "=" }) }
  }

  /// The mode that options ask for.
  ///
  /// - Throws: `ValidationError` if none is asked for, or several that do not go together.
  private func mode(of given: [String]) throws -> Rule {
    let asked = modes.filter { $0.isAskedFor(by: given) }
    guard !asked.isEmpty else {
      guard let standard else {
        // A special case of another mode is none to begin with.
        let triggers = Set(modes.flatMap(\.triggers))
        let all = modes.filter { triggers.isDisjoint(with: $0.needs) }.reversed()
          .flatMap(\.triggers)
        throw ValidationError("give one of \(all.joined(separator: ", "))")
      }
      return standard
    }
    for mode in asked where asked.allSatisfy({ mode.takes($0, of: given) }) { return mode }
    let names = given.filter { name in asked.contains { $0.triggers.contains(name) } }
    // The first two that exclude each other, in the order of the command line.
    for (place, name) in names.enumerated() {
      for other in names[..<place] where !isTogether(name, other, in: asked) {
        throw ValidationError("\(name) does not go with \(other)")
      }
    }
    throw ValidationError("\(names.joined(separator: ", ")) do not go together")
  }

  /// Whether what is asked for by one option takes the other.
  private func isTogether(_ one: String, _ other: String, in asked: [Rule]) -> Bool {
    asked.contains {
      $0.triggers.contains(one) && $0.accepted.contains(other)
        || $0.triggers.contains(other) && $0.accepted.contains(one)
    }
  }

  /// Checks that each option goes with what is asked for.
  ///
  /// - Throws: `ValidationError` that names an option which does not, and those with which it does; or one that is
  ///   missing.
  func check(_ given: [String]) throws {
    let mode = try mode(of: given)
    let trigger = mode.triggers.first(where: given.contains)
    let name = mode.triggers.count > 1 ? trigger ?? mode.title : mode.title
    for option in given where !mode.accepted.contains(option) {
      let others = modes.filter { $0.accepted.contains(option) }.map(\.title)
      // An option of no mode is the command's own.
      guard !others.isEmpty else { continue }
      guard trigger != nil else {
        throw ValidationError("\(option) needs \(others.joined(separator: " or "))")
      }
      throw ValidationError(
        "\(option) does not go with \(name); it goes with \(others.joined(separator: ", "))")
    }
    if let missing = mode.needs.first(where: { !given.contains($0) }) {
      throw ValidationError("\(trigger ?? mode.title) needs \(missing)")
    }
  }
}
