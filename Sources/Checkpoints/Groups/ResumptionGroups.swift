import Files
import HDF5

/// The groups of ours, which Keras does not look at: what it takes to go on.
enum ResumptionGroups {
  /// The attribute of the file that says that the groups are there, and in which version.
  static let formatAttribute = "lstm_toolkit_format"
  static let format: Int64 = 1
  /// The attribute of the file that says by which arithmetic of docs/arithmetic.md it was written.
  static let arithmeticAttribute = "lstm_toolkit_arithmetic"
  static let arithmetic: Int64 = 1

  static func write(
    _ checkpoint: Checkpoint, arrays: ArrayWriter, to root: Group
  ) throws {
    try root.attributes.set(formatAttribute, format)
    try root.attributes.set(HDF5Source.sealedAttribute, Int64(1))
    try root.attributes.set(arithmeticAttribute, arithmetic)
    if let state = checkpoint.recurrentState {
      try RecurrentStateGroup.write(
        state, arrays: arrays, to: try root.createGroup(RecurrentStateGroup.name))
    }
    if let stream = checkpoint.stream {
      try StreamGroup.write(stream, to: try root.createGroup(StreamGroup.name))
    }
    if let training = checkpoint.training {
      let group = try root.createGroup(TrainingStateGroup.name)
      try TrainingStateGroup.write(training, to: group)
      if let state = checkpoint.trainingRecurrentState {
        try RecurrentStateGroup.write(
          state, arrays: arrays, to: try group.createGroup(RecurrentStateGroup.name))
      }
    }
    if let history = checkpoint.history {
      try HistoryGroup.write(history, to: try root.createGroup(HistoryGroup.name))
    }
    if let vocabulary = checkpoint.vocabulary {
      try VocabularyGroup.write(vocabulary, to: try root.createGroup(VocabularyGroup.name))
    }
    if let labels = checkpoint.labels { try root.write("labels", labels) }
    if let scaling = checkpoint.scaling {
      try ScalingGroup.write(scaling, to: try root.createGroup(ScalingGroup.name))
    }
    if let task = checkpoint.task {
      try TaskGroup.write(task, to: try root.createGroup(TaskGroup.name))
    }
  }

  /// Reads those that are there; a file of Keras' own has none.
  ///
  /// - Throws: `HDF5Error` or ``FileError`` naming the object.
  static func read(
    _ root: Group, into checkpoint: inout Checkpoint, arrays: ArrayReader, file: String
  ) throws {
    guard try root.attributes.contains(formatAttribute) else { return }
    let found = try root.attributes.number(formatAttribute, as: Int64.self)
    guard found == format else {
      throw FileError.invalid(
        file, "/@\(formatAttribute): is \(found); this program reads \(format)")
    }
    let configuration = checkpoint.configuration
    if configuration.isStateful {
      checkpoint.recurrentState = try RecurrentStateGroup.read(
        try root.group(RecurrentStateGroup.name), configuration, arrays: arrays)
    }
    if try root.contains(VocabularyGroup.name) {
      let group = try root.group(VocabularyGroup.name)
      checkpoint.vocabulary = try VocabularyGroup.read(
        group, configuration, file: file)
    }
    if try root.contains("labels") {
      let labels = try root.dataset("labels").readStrings()
      guard labels.count == configuration.outputUnits else {
        throw FileError.invalid(
          file, "/labels: are \(labels.count); the model gives \(configuration.outputUnits)")
      }
      checkpoint.labels = labels
    }
    if try root.contains(ScalingGroup.name) {
      checkpoint.scaling = try ScalingGroup.read(try root.group(ScalingGroup.name), file: file)
    }
    if try root.contains(StreamGroup.name) {
      checkpoint.stream = try StreamGroup.read(
        try root.group(StreamGroup.name), symbols: checkpoint.vocabulary?.symbols.count ?? 0,
        rows: configuration.stateRows, features: configuration.features, file: file)
    }
    if try root.contains(TaskGroup.name) {
      checkpoint.task = try TaskGroup.read(try root.group(TaskGroup.name), file: file)
    }
    if try root.contains(TrainingStateGroup.name) {
      let group = try root.group(TrainingStateGroup.name)
      checkpoint.training = try TrainingStateGroup.read(
        group, history: try HistoryGroup.read(try root.group(HistoryGroup.name), file: file),
        file: file)
      if try group.contains(RecurrentStateGroup.name) {
        checkpoint.trainingRecurrentState = try RecurrentStateGroup.read(
          try group.group(RecurrentStateGroup.name), configuration, arrays: arrays)
      }
    } else if try root.contains(HistoryGroup.name) {
      checkpoint.history = try HistoryGroup.read(try root.group(HistoryGroup.name), file: file)
    }
    checkpoint.recognizeMovedStream()
  }
}
