import ArgumentParser
import Tasks

/// `--temperature`, `--top-k`, `--top-p`, `--random-seed`, `--beam`: how a model of text goes on.
package struct SamplingArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Of text: below 1 more careful, above 1 bolder, 0 always the likeliest. (default: 1)",
      valueName: "T"))
  package var temperature: Double?

  @Option(help: ArgumentHelp("Draw from the N likeliest symbols only.", valueName: "N"))
  package var topK: Int?

  @Option(
    help: ArgumentHelp(
      "Draw from the likeliest symbols only that are together this probable.", valueName: "P"))
  package var topP: Double?

  @Option(
    help: ArgumentHelp(
      "Decides what is drawn. (default: that of the training; of a stream that goes on, its own)",
      valueName: "SEED"))
  package var randomSeed: UInt64?

  @Option(
    help: ArgumentHelp(
      "Write the most probable text that N beams find, in place of drawing; it comes at the end.",
      valueName: "N"))
  package var beam: Int?

  package init() {}

  package func validate() throws {
    _ = try options()
    guard beam ?? 1 >= 1 else {
      throw ValidationError("--beam is \(beam ?? 0); it must be at least 1")
    }
    if temperature == 0,
      let option = given.first(where: { $0.isGiven && $0.name != "--temperature" })
    {
      throw ValidationError(
        "\(option.name) does nothing with --temperature 0, which always takes the likeliest symbol")
    }
    guard beam == nil || !draws else {
      throw ValidationError(
        "--beam draws nothing; leave out --temperature, --top-k, --top-p and --random-seed")
    }
  }

  /// The options that say how symbols are drawn.
  package static let drawing = ["--temperature", "--top-k", "--top-p", "--random-seed"]

  /// Each option, and whether it is given.
  package var given: [(name: String, isGiven: Bool)] {
    let values: [Any?] = [temperature, topK, topP, randomSeed]
    var given = zip(Self.drawing, values).map { (name: $0, isGiven: $1 != nil) }
    given.append((name: "--beam", isGiven: beam != nil))
    return given
  }

  private var draws: Bool {
    temperature != nil || topK != nil || topP != nil || randomSeed != nil
  }

  /// - Throws: `ValidationError` that names the number which is none to draw by.
  package func options() throws -> SamplingOptions {
    do {
      return try SamplingOptions(temperature: temperature ?? 1, topK: topK, topP: topP)
    } catch {
      throw ValidationError(error.description)
    }
  }
}
