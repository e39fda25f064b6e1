import Files
import Recurrent

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Loss and metrics of each epoch as TensorBoard's event files, in the folders and under the names of
/// `keras.callbacks.TensorBoard`: `train` and `validation`, `epoch_loss`, `epoch_accuracy`, `epoch_learning_rate`, ….
package final class TensorBoardLog: EpochLog {
  /// TensorBoard looks for files with `tfevents` in their names.
  private static let fileName = "events.out.tfevents.lstm"
  private static let version = "brain.Event:2"
  private static let validation = "val_"
  /// The folders of training and validation.
  private static let parts = ["train", "validation"]

  private let folder: String
  private var files: [String: LogFile] = [:]

  /// What a log in a folder may write.
  package static func files(in folder: String) -> [String] {
    parts.map { "\(folder)/\($0)/\(fileName)" }
  }

  /// - Parameter folder: Where the folders of training and validation go.
  package init(_ folder: String) { self.folder = folder }

  package func begin(_ trainer: Trainer) throws {
    files = [:]
    for name in Self.parts.prefix(trainer.evaluator == nil ? 1 : 2) {
      let path = "\(folder)/\(name)"
      try LogFile.makeFolder(path)
      let file = try LogFile("\(path)/\(Self.fileName)")
      var event = self.event()
      event.add(3, Self.version)
      try file.append(RecordFormat.framed(event.bytes))
      files[name] = file
    }
    for epoch in trainer.progress.history.loss.indices { try write(trainer, epoch: epoch) }
  }

  package func add(_ trainer: Trainer) throws {
    try write(trainer, epoch: trainer.progress.history.loss.count - 1)
  }

  private func write(_ trainer: Trainer, epoch: Int) throws {
    let history = trainer.progress.history
    var training = ["loss": history.loss[epoch]]
    if trainer.loss.hasAccuracy { training["accuracy"] = history.accuracy[epoch] }
    var validation: [String: Double] = [:]
    for (name, values) in history.others {
      if name.hasPrefix(Self.validation) {
        validation[String(name.dropFirst(Self.validation.count))] = values[epoch]
      } else {
        training[name] = values[epoch]
      }
    }
    for (name, values) in [("train", training), ("validation", validation)] {
      let known = values.filter { !$0.value.isNaN }
      guard let file = files[name], !known.isEmpty else { continue }
      var event = self.event()
      event.add(2, epoch)
      event.add(5, Self.summary(known))
      try file.append(RecordFormat.framed(event.bytes))
    }
  }

  /// An `Event` of `tensorboard/compat/proto/event.proto` that happens now.
  private func event() -> ProtobufMessage {
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    var event = ProtobufMessage()
    event.add(1, Double(now.tv_sec) + Double(now.tv_nsec) * 1e-9)
    return event
  }

  /// A `Summary` of `summary.proto`: simple values, which TensorBoard shows as scalars, as it does the tensors with
  /// metadata that Keras writes.
  private static func summary(_ values: [String: Double]) -> ProtobufMessage {
    var summary = ProtobufMessage()
    for (name, value) in values.sorted(by: { $0.key < $1.key }) {
      var entry = ProtobufMessage()
      entry.add(1, "epoch_" + name)
      entry.add(2, Float(value))
      summary.add(1, entry)
    }
    return summary
  }
}
