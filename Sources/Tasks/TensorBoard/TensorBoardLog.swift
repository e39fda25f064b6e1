import Checkpoints
import Files
import Recurrent

/// Loss and metrics of each epoch as TensorBoard's event files, in the folders and under the names of
/// `keras.callbacks.TensorBoard`: `train` and `validation`, `epoch_loss`, `epoch_accuracy`, `epoch_learning_rate`, …; on
/// request histograms of the weights and the graph of the layers.
package final class TensorBoardLog: EpochLog {
  /// TensorBoard looks for files with `tfevents` in their names.
  private static let fileName = "events.out.tfevents.lstm"
  private static let training = "train"
  private static let validation = "validation"
  private static let validationPrefix = "val_"

  private let folder: String
  private let histogramEpochs: Int?
  private let hasGraph: Bool
  /// Of the parts that are written, what their files begin with until those are open.
  private var beginnings: [String: [UInt8]] = [:]
  private var files: [String: LogFile] = [:]

  /// What a log in a folder may write.
  package static func files(in folder: String) -> [String] {
    [training, validation].map { path($0, in: folder) }
  }

  private static func path(_ part: String, in folder: String) -> String {
    "\(folder)/\(part)/\(fileName)"
  }

  /// - Parameters:
  ///   - folder: Where the folders of training and validation go.
  ///   - histogramEpochs: The epochs from one set of histograms to the next, the first epoch's being the first; none if
  ///     `nil`.
  ///   - hasGraph: Whether the graph of the layers is written.
  package init(_ folder: String, histogramEpochs: Int? = nil, hasGraph: Bool = false) {
    self.folder = folder
    self.histogramEpochs = histogramEpochs
    self.hasGraph = hasGraph
  }

  package func begin(_ trainer: Trainer) throws {
    (files, beginnings) = ([:], [:])
    let epochs = trainer.progress.history.loss.count
    // Histograms of epochs that are done cannot be made again.
    let histograms = epochs == 0 ? [:] : try storedHistograms()
    let parts = [Self.training, Self.validation].prefix(trainer.evaluator == nil ? 1 : 2)
    for part in parts {
      beginnings[part] = []
      try write(.version, to: part)
    }
    if hasGraph { try write(.model(trainer.model.configuration.kerasText), to: Self.training) }
    for epoch in 0..<epochs {
      try writeScalars(trainer, epoch: epoch)
      for event in histograms[epoch] ?? [] { try write(event, to: Self.training) }
    }
    for part in parts {
      try LogFile.makeFolder("\(folder)/\(part)")
      let beginning = beginnings.removeValue(forKey: part) ?? []
      files[part] = try LogFile(Self.path(part, in: folder), beginning: beginning)
    }
  }

  package func add(_ trainer: Trainer) throws {
    let epoch = trainer.progress.history.loss.count - 1
    try writeScalars(trainer, epoch: epoch)
    guard let histogramEpochs, epoch % histogramEpochs == 0 else { return }
    let parameters = trainer.model.parameters
    let configuration = parameters.configuration
    // Keras' path of a variable: layers of a functional model are there before the model is.
    let model = configuration.isFunctional ? "" : configuration.name + "/"
    for parameter in parameters.parameters {
      let name = "\(model)\(parameter.layer)/\(parameter.path)/histogram"
      let histogram = WeightHistogram(parameters[parameter])
      try write(.histogram(name, histogram, step: epoch), to: Self.training)
    }
  }

  /// The histograms that the file of an earlier part of the run has, by epoch.
  ///
  /// - Throws: `FileError` if there is a file that cannot be read.
  private func storedHistograms() throws -> [Int: [TensorBoardEvent]] {
    let path = Self.path(Self.training, in: folder)
    guard try isRegularFile(path) else { return [:] }
    let file = try FileDescriptor.reading(path)
    let bytes = try file.read(at: 0, count: try file.length(reportedAs: path), path: path)
    var histograms: [Int: [TensorBoardEvent]] = [:]
    for record in RecordFormat.records(in: bytes) {
      guard let (event, step) = TensorBoardEvent.histogram(in: record) else { continue }
      histograms[step, default: []].append(event)
    }
    return histograms
  }

  private func writeScalars(_ trainer: Trainer, epoch: Int) throws {
    let history = trainer.progress.history
    // Without a schedule it is not in the history.
    var training = [
      "loss": history.loss[epoch], History.learningRate: Double(trainer.optimizer.learningRate),
    ]
    if trainer.hasAccuracy { training["accuracy"] = history.accuracy[epoch] }
    var validation: [String: Double] = [:]
    for (name, values) in history.others {
      if name.hasPrefix(Self.validationPrefix) {
        validation[String(name.dropFirst(Self.validationPrefix.count))] = values[epoch]
      } else {
        training[name] = values[epoch]
      }
    }
    for (name, values) in [(Self.training, training), (Self.validation, validation)] {
      let known = values.filter { !$0.value.isNaN }
      guard !known.isEmpty else { continue }
      let named = Dictionary(uniqueKeysWithValues: known.map { ("epoch_" + $0.key, $0.value) })
      try write(.scalars(named, step: epoch), to: name)
    }
  }

  private func write(_ event: TensorBoardEvent, to part: String) throws {
    let record = RecordFormat.framed(event.record)
    try files[part]?.append(record)
    beginnings[part]? += record
  }
}
