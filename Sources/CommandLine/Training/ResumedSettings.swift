import ArgumentParser
import Tasks

/// What a run that goes on does otherwise from now on. The checkpoint keeps from when on each holds.
package struct ResumedSettings: ParsableArguments {
  @OptionGroup(title: "Other settings from now on") var rate: RateOptions

  @OptionGroup(title: "Other settings from now on") var clipping: ClippingOptions

  @Option(
    help: ArgumentHelp(
      "The fraction of values that the model's dropout layers set to zero.", valueName: "RATE"))
  package var dropout: Double?

  @Option(
    help: ArgumentHelp(
      "The number of samples in an update; an epoch under way is left.", valueName: "N"))
  package var batchSize: Int?

  @OptionGroup(title: "Other settings from now on") package var stopping: StoppingOptions

  package init() {}

  package func validate() throws {
    guard dropout.map({ (0..<1).contains($0) }) ?? true else {
      throw ValidationError("--dropout is \(dropout ?? 0); it must be from 0 to below 1")
    }
    try checkCount("--early-stopping", stopping.earlyStopping, least: 0)
  }

  /// Has a run do so.
  package func apply(to changes: inout ResumeChanges) {
    changes.learningRate = rate.learningRate
    changes.course = rate.schedule?.course
    changes.followsCosine = rate.followsCosine
    changes.warmUp = rate.warmUp
    (changes.clipNorm, changes.clipValue) = (clipping.clipNorm, clipping.clipValue)
    changes.dropout = dropout
    changes.batchSize = batchSize
    changes.earlyStopping = stopping.earlyStopping
    changes.restoresBest = stopping.restoreBest
  }
}
