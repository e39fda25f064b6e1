import Files

extension ClassEvaluation {
  /// The most classes whose matrix is shown as text; of more, the pairs that are mistaken most often.
  private static let mostColumns = 12
  private static let mostPairs = 20

  /// Accuracy, scores of each class and the confusion matrix.
  package var text: String {
    let table = table
    let facts = ["accuracy \(percentage(accuracy))", "macro F1 \(fixed(table.macro.f1, 4))"]
    return heading(facts) + "\n" + table.text([table.macro, table.weighted]) + "\n"
      + confusionText
  }

  private var confusionText: String {
    guard classes.count > Self.mostColumns else {
      let rows = zip(classes, confusion).map { label, counts in [label] + counts.map(String.init) }
      return "confusion, actual labels below, predicted ones to the right\n"
        + textTable([[""] + classes] + rows)
    }
    var pairs: [(actual: Int, predicted: Int)] = []
    for row in classes.indices {
      for column in classes.indices where row != column && confusion[row][column] > 0 {
        pairs.append((row, column))
      }
    }
    // Sorting is stable: equal ones stay in the order of classes.
    pairs.sort { confusion[$0.actual][$0.predicted] > confusion[$1.actual][$1.predicted] }
    let rows = pairs.prefix(Self.mostPairs).map { pair in
      [classes[pair.actual], classes[pair.predicted], "\(confusion[pair.actual][pair.predicted])"]
    }
    return rows.isEmpty
      ? "" : "most often mistaken\n" + textTable([["actual", "predicted", "count"]] + rows)
  }

  package var json: JSONValue {
    var document = members
    let table = table
    document["accuracy"] = .number(accuracy)
    document["classes"] = table.json
    document["macro"] = table.macro.json
    document["weighted"] = table.weighted.json
    document["confusion"] = [
      "labels": .array(classes.map(JSONValue.string)),
      "counts": .array(confusion.map { .array($0.map(JSONValue.integer)) }),
    ]
    return .object(document)
  }

  /// Scores of each class, an empty line, and the confusion matrix.
  package var csv: String {
    let table = table
    let head = (["actual"] + classes).map(quoted).joined(separator: ",") + "\n"
    let rows = zip(classes, confusion).map { label, counts in
      ([quoted(label)] + counts.map(String.init)).joined(separator: ",") + "\n"
    }
    return table.csv([table.macro, table.weighted]) + "\n" + head + rows.joined()
  }
}

extension MultiLabelEvaluation {
  /// Accuracy and scores of each label.
  package var text: String {
    let table = table
    return heading([
      "all labels right \(percentage(subsetAccuracy))",
      "binary accuracy \(percentage(binaryAccuracy))", "micro F1 \(fixed(table.micro.f1, 4))",
      "macro F1 \(fixed(table.macro.f1, 4))",
    ]) + "\n" + table.text([table.micro, table.macro, table.weighted])
  }

  package var json: JSONValue {
    var document = members
    let table = table
    document["threshold"] = .number(threshold)
    document["subset_accuracy"] = .number(subsetAccuracy)
    document["binary_accuracy"] = .number(binaryAccuracy)
    document["labels"] = table.json
    document["micro"] = table.micro.json
    document["macro"] = table.macro.json
    document["weighted"] = table.weighted.json
    return .object(document)
  }

  package var csv: String {
    let table = table
    return table.csv([table.micro, table.macro, table.weighted])
  }
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
