import Foundation
import TestSupport
import Testing

/// What is wrong with an option's value is said with what would be right.
@Suite struct OptionErrorsTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func shell(_ line: String) throws -> Tool.Result {
    try Tool.shell(line, in: folder.url)
  }

  @Test(arguments: [
    (
      "--schedule cos",
      ["constant", "step:EPOCHS,FACTOR", "exponential:FACTOR", "cosine", "plateau:EPOCHS,FACTOR"]
    ),
    ("--schedule step:1", ["'step:1'", "step:EPOCHS,FACTOR"]),
    ("--metrics mape", ["'mape'", "mae", "mse", "rmse", "top_5_accuracy"]),
    ("--metrics mae,mape", ["'mape'", "mae", "mse", "rmse", "top_5_accuracy"]),
    ("--optimizer adamm", ["SGD", "RMSprop", "Adam", "AdamW", "Adagrad", "Adadelta", "Nadam"]),
    ("--optimizer-options foo", ["NAME=NUMBER", "'foo'"]),
    ("--optimizer-options beta_1=x", ["NAME=NUMBER", "'beta_1=x'"]),
    ("--optimizer-options foo=1", ["foo", "beta_1", "beta_2", "epsilon", "amsgrad"]),
    ("--experiment foo", ["naive, window, timesteps, batch, stateful, variable"]),
    ("--text a.txt --level foo", ["character", "byte", "word"]),
    ("--text a.txt --framing foo", ["stateful", "window"]),
    ("--csv a.csv --target a --scaling foo", ["standard", "min-max", "none"]),
    ("--csv a.csv --target a --missing foo", ["refuse", "forward-fill", "drop"]),
    ("--keras-version 4", ["'3'", "'2'"]),
    ("--class-weights 1,b", ["'b'"]),
    ("--units 5,x", ["'x'", "whole number"]),
    ("--checkpoint-every x", ["'x'", "500updates"]),
    ("--log a.txt", [".csv", ".jsonl"]),
    ("--epochs -3", ["epochs", "-3", "from 0"]),
    ("--epochs=-3", ["epochs", "-3", "from 0"]),
    ("--units -3", ["-3"]),
    ("--batch-size -3", ["-3"]),
    ("--learning-rate -3e-1", ["-0.3"]),
    ("--dropout -.5", ["-0.5"]),
    ("--keep -1", ["--keep is -1"]),
    ("--random-seed -7", ["'-7'", "--random-seed"]),
  ])
  func trainingSaysWhatIsRight(options: String, words: [String]) throws {
    let result = try shell("echo a > a.txt; lstm-train \(options) --save b.h5")
    #expect(result.status == 64 && result.errorLines.count == 1)
    for word in words { #expect(result.error.contains(word), "\(result.error)") }
    #expect(!FileManager.default.fileExists(atPath: folder.path("b.h5")))
  }

  @Test func othersSayWhatIsRight() throws {
    #expect(try shell("lstm-train --quiet --epochs 1 --save a.h5").status == 0)
    for (line, words) in [
      ("lstm-resume a.h5 --epochs -3", ["--epochs is -3"]),
      ("lstm-predict a.h5 --seed A --steps -1", ["--steps is -1"]),
      ("lstm-predict a.h5 --seed A --row -1", ["-1"]),
      ("lstm-predict a.h5 --seed A --temperature -1", ["-1"]),
      ("lstm-predict a.h5 --seed A --format xml", ["text", "json"]),
      ("lstm-inspect a.h5 --format xml", ["text", "json", "csv", "npy"]),
    ] {
      let result = try shell(line)
      #expect(result.status == 64 && result.errorLines.count == 1)
      for word in words { #expect(result.error.contains(word), "\(result.error)") }
    }
    let loss = try shell(
      "lstm-train --model a.h5 --inputs X.npy --targets Y.npy --loss foo --save b.h5")
    #expect(loss.status == 64 && loss.errorLines.count == 1)
    for name in [
      "categorical_crossentropy", "sparse_categorical_crossentropy", "binary_crossentropy",
      "mean_squared_error", "mean_absolute_error", "huber",
    ] { #expect(loss.error.contains(name), "\(loss.error)") }
  }
}
