import Files

extension SeriesErrors {
  /// Those of the mean of the training.
  fileprivate var mean: ErrorSums { baselines.first?.errors ?? ErrorSums() }
}

extension LabelEvaluation: Report {
  /// Accuracy and a line for each class, or the errors of numbers.
  package var text: String {
    guard let accuracy else {
      return
        "\(part): \(errors.count) values, RMSE \(short(errors.rmse)), MAE \(short(errors.mae)); "
        + "mean of the training: RMSE \(short(errors.mean.rmse)), MAE \(short(errors.mean.mae))\n"
    }
    return "\(part): accuracy \(percentage(accuracy))\n"
      + classes.map {
        "  \($0.label): \($0.right) of \($0.count)\n"
      }.joined()
  }

  package var json: JSONValue {
    var document: [String: JSONValue] = ["part": .string(part)]
    if let accuracy {
      document["accuracy"] = .number(accuracy)
      document["classes"] = .array(
        classes.map {
          [
            "label": .string($0.label), "count": .integer($0.count), "right": .integer($0.right),
          ]
        })
    } else {
      document["rmse"] = .number(errors.rmse)
      document["mae"] = .number(errors.mae)
      document["mean_rmse"] = .number(errors.mean.rmse)
      document["mean_mae"] = .number(errors.mean.mae)
    }
    return .object(document)
  }
}

/// Predictions for some sequences.
package struct LabelReport: TableReport {
  private let answers: [LabelPredictor.Answer]

  init(_ answers: [LabelPredictor.Answer]) { self.answers = answers }

  /// A line for each sequence, after a line of names.
  package var csv: String {
    let lines = answers.map { answer in
      switch answer {
      case .label(let label, let probability): "\(quoted(label)),\(probability)"
      case .number(let number): "\(Float(number))"
      }
    }
    let isNumber = if case .number = answers.first { true } else { false }
    return ([isNumber ? "value" : "label,probability"] + lines).joined(separator: "\n") + "\n"
  }

  package var json: JSONValue {
    let all = answers.map { answer -> JSONValue in
      switch answer {
      case .label(let label, let probability):
        ["label": .string(label), "probability": .number(Double(probability))]
      case .number(let number): ["value": .number(number)]
      }
    }
    return ["answers": .array(all)]
  }
}
