import ArgumentParser

/// `--stream` and what goes with it.
package struct StreamOptions: ParsableArguments {
  @Flag(
    help: """
      Answer each line of stdin at once: a row of a series by what follows it, a letter by the likeliest next one, a \
      line of text by its bits per symbol.
      """)
  package var stream = false

  @Flag(help: "With --stream: learn from each true value as it arrives, an update each.")
  package var learn = false

  @Option(
    help: ArgumentHelp("With --stream and --save-state: store it every N rows too.", valueName: "N")
  )
  package var saveEvery: Int?

  @Flag(help: "Show how many rows the checkpoint's stream has seen, and nothing else.")
  package var rowsSeen = false

  package init() {}

  package func validate() throws {
    guard saveEvery ?? 1 >= 1 else {
      throw ValidationError("--save-every is \(saveEvery ?? 0); it must be at least 1")
    }
  }

  /// Each option, and whether it is given.
  package var given: [(name: String, isGiven: Bool)] {
    [
      ("--stream", stream), ("--learn", learn), ("--save-every", saveEvery != nil),
      ("--rows-seen", rowsSeen),
    ]
  }
}
