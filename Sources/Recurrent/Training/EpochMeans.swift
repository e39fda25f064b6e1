/// What an epoch has come to, as Keras' progress bar shows it: means over its rows so far, by Keras' names.
extension Trainer {
  /// A mean with its name.
  package typealias NamedMean = (name: String, value: Double)

  /// Loss, accuracy and metrics of the epoch under way; none before its first update.
  package var meansInEpoch: [NamedMean] {
    let rows = progress.rowsSeen
    guard rows > 0 else { return [] }
    let samples = min(progress.updateInEpoch * options.batchSize, source.samples)
    let steps = max(1, samples * model.outputSteps)
    var means: [NamedMean] = [("loss", progress.lossSum / Double(steps))]
    for (name, sum) in zip(model.configuration.outputNames, progress.outputLossSums) {
      means.append((History.loss(ofOutput: name), sum / Double(max(1, samples))))
    }
    if hasAccuracy {
      let answers = rows * loss.answersPerRow(units: model.outputUnits)
      means.append(("accuracy", Double(progress.correct) / Double(max(1, answers))))
    }
    for (metric, sum) in zip(options.metrics, progress.metricSums) {
      means.append((metric.rawValue, metric.value(sum: sum, rows: rows)))
    }
    return means + meters.values(of: progress.meterSums)
  }

  /// The same of the epoch that ended last, those of the validation among them if there was one.
  package var meansOfLastEpoch: [NamedMean] {
    let history = progress.history
    guard let loss = history.loss.last else { return [] }
    var means: [NamedMean] = [("loss", loss)]
    if hasAccuracy, let accuracy = history.accuracy.last { means.append(("accuracy", accuracy)) }
    let outputs = losses.count > 1 ? model.configuration.outputNames.map(History.loss) : []
    var names = outputs + [History.validationLoss] + outputs.map(History.validation)
    names += hasAccuracy ? [History.validationAccuracy] : []
    names += (options.metrics.map(\.rawValue) + meters.names).flatMap {
      [$0, History.validation($0)]
    }
    for name in names {
      if let value = history.last(name) { means.append((name, value)) }
    }
    return means
  }
}
