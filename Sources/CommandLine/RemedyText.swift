import Files

extension Remedy {
  /// The option that gives it.
  private static let options: [Remedy: String] = [
    .model: "lstm-convert --model MODEL", .loss: "--loss NAME", .optimizer: "--optimizer NAME",
  ]

  /// A text about what is wrong, with the options behind it that help.
  static func text(_ problem: String, _ remedies: [Remedy]) -> String {
    let options = remedies.compactMap { Self.options[$0] }
    return options.isEmpty ? problem : "\(problem) (\(options.joined(separator: " ")))"
  }

  /// What an error says, with the options behind it that help.
  static func text(of error: any Error) -> String {
    text("\(error)", (error as? any RemediableError)?.remedies ?? [])
  }
}
