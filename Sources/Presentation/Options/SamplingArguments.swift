import ArgumentParser
import LSTMToolkit

/// `--temperature`, `--top-k`, `--top-p`, `--random-seed`: how a model of text goes on.
public struct SamplingArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Of text: below 1 more careful, above 1 bolder, 0 always the likeliest.", valueName: "T"))
  public var temperature: Double = 1

  @Option(help: ArgumentHelp("Draw from the N likeliest symbols only.", valueName: "N"))
  public var topK: Int?

  @Option(
    help: ArgumentHelp(
      "Draw from the likeliest symbols only that are together this probable.", valueName: "P"))
  public var topP: Double?

  @Option(
    help: ArgumentHelp(
      "Decides what is drawn. (default: that of the training; of a stream that goes on, its own)",
      valueName: "SEED"))
  public var randomSeed: UInt64?

  public init() {}

  public func validate() throws { _ = try options() }

  /// - Throws: `ValidationError` that names the number which is none to draw by.
  public func options() throws -> SamplingOptions {
    do {
      return try SamplingOptions(temperature: temperature, topK: topK, topP: topP)
    } catch {
      throw ValidationError(error.description)
    }
  }
}
