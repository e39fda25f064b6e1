import ArgumentParser

/// How gradients are clipped, of new runs and of those that go on.
package struct ClippingOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Scale all gradients down together if their norm is larger than this. (default: 1 for labels; none otherwise; that of the checkpoint)",
      valueName: "NORM"))
  package var clipNorm: Double?

  @Option(
    help: ArgumentHelp(
      "Cut each value of the gradients off at this, and at its negative.", valueName: "VALUE"))
  package var clipValue: Double?

  package init() {}

  package func validate() throws {
    guard clipNorm == nil || clipValue == nil else {
      throw ValidationError("--clip-norm does not go with --clip-value")
    }
    for (name, value) in [("--clip-norm", clipNorm), ("--clip-value", clipValue)] {
      guard let value, !(value >= 0 && value.isFinite) else { continue }
      throw ValidationError("\(name) is \(value); it must be above 0")
    }
  }
}
