import Files
import Tasks

extension Remedy {
  /// The option that gives it.
  private static let options: [Remedy: String] = [
    .model: "--model MODEL", .loss: "--loss NAME", .optimizer: "--optimizer NAME",
    .newSymbols: "lstm-train --from MODEL --new-symbols", .earlyStopping: "--early-stopping N",
    .epochs: "--epochs N", .frequency: "--frequency NAME",
    .stream: "--keep-stream, --end-stream, or --save FILE",
  ]

  private var option: String? {
    dataName.map { "--\($0) FILE" } ?? Self.options[self]
  }

  /// A text about what is wrong, with the options behind it that help.
  static func text(_ problem: String, _ remedies: [Remedy]) -> String {
    let options = remedies.compactMap(\.option)
    return options.isEmpty ? problem : "\(problem) (\(options.joined(separator: " ")))"
  }

  /// What an error says, with the options behind it that help.
  static func text(of error: any Error) -> String {
    text("\(error)", (error as? any RemediableError)?.remedies ?? [])
  }
}
