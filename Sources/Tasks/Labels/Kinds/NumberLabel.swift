import Checkpoints
import Files
import Recurrent

/// A number to come near to, standardized by the training part.
struct NumberLabel: LabelKind {
  let areNames = false
  let fewest = 0
  let loss = Loss.meanSquaredError
  var lossNames: [String] { Loss.ofNumbers }
  let activation = "linear"
  let columns = ["value"]

  init?(of task: LabelsTask) {
    guard task.isRegression else { return nil }
  }

  func targets(of sample: Int, in samples: LabelSamples) throws -> [Float]? {
    [try samples.scaledNumber(of: sample)]
  }

  func answer(
    _ row: BatchRow, _ outputs: [Float], threshold: Double, scaling: Scaling?
  ) -> LabelAnswer {
    let value = scaling.map { $0.unscaled(outputs[0], column: $0.columns.count - 1) }
    return LabelAnswer(number: value ?? Double(outputs[0]))
  }

  func fields(of answer: LabelAnswer, _ labels: [String]) -> [String] { [line(of: answer, labels)] }

  func members(of answer: LabelAnswer, _ labels: [String]) -> [String: JSONValue] {
    ["value": answer.number.map(JSONValue.number) ?? .null]
  }

  func line(of answer: LabelAnswer, _ labels: [String]) -> String {
    answer.number.map { "\(Float($0))" } ?? ""
  }

  func evaluation(of comparison: LabelComparison) throws -> any LabelEvaluation {
    let numbers = try comparison.table.numbers(column: comparison.column)
    let training = comparison.training
    let mean = training.reduce(0) { $0 + numbers[$1] } / Double(max(1, training.count))
    var evaluation = NumberEvaluation(part: comparison.part)
    for sequence in comparison.sequences {
      guard let answer = comparison.answers[sequence].number else { continue }
      evaluation.add(answer: answer, mean: mean, truth: numbers[sequence])
    }
    return evaluation
  }
}

/// Answers that are numbers: how far they are from the truth, and how far the mean of the training part is.
package struct NumberEvaluation: LabelEvaluation {
  package let part: String
  package var loss: Double?
  private var answers = ErrorSums()
  private var means = ErrorSums()

  init(part: String) { self.part = part }

  /// - Parameter mean: That of the labels of the training part.
  mutating func add(answer: Double, mean: Double, truth: Double) {
    answers.add(forecast: answer, truth: truth, scale: 1)
    means.add(forecast: mean, truth: truth, scale: 1)
  }

  package var count: Int { answers.count }
  /// The root of the mean squared error.
  package var rmse: Double { answers.rmse }
  /// The mean absolute error.
  package var mae: Double { answers.mae }
  /// The same of answering with the mean every time.
  package var meanRMSE: Double { means.rmse }
  package var meanMAE: Double { means.mae }
}

extension NumberEvaluation {
  package var text: String {
    heading([
      "RMSE \(short(rmse))",
      "MAE \(short(mae)); mean of the training: "
        + "RMSE \(short(meanRMSE))", "MAE \(short(meanMAE))",
    ])
  }

  package var json: JSONValue {
    var document = members
    document["rmse"] = .number(rmse)
    document["mae"] = .number(mae)
    document["mean_rmse"] = .number(meanRMSE)
    document["mean_mae"] = .number(meanMAE)
    return .object(document)
  }

  package var csv: String {
    "forecast,rmse,mae\nmodel,\(rmse),\(mae)\n"
      + "mean of the training,\(meanRMSE),\(meanMAE)\n"
  }
}
