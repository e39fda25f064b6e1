import Files
import HDF5
import Recurrent

/// What a file says about the model in it: whose words it uses, the model, and how it is trained.
struct KerasDescription {
  var version: KerasVersion
  /// The release that wrote the file; empty if it does not say.
  var release = ""
  /// Keras' `model_config`; `nil` in a file of weights alone.
  var model: JSONValue?
  /// Keras' `training_config`; `nil` if the model was not compiled.
  var training: JSONValue?
  /// What errors call the two.
  var modelPlace = "/@model_config"
  var trainingPlace = "/@training_config"

  /// Reads the attributes of an HDF5 file.
  ///
  /// - Throws: `HDF5Error` or ``FileError``.
  init(_ root: Group, file: String) throws {
    let attributes = root.attributes
    func json(_ name: String) throws -> JSONValue? {
      guard try attributes.contains(name) else { return nil }
      return try KerasDescription.json(try attributes.string(name), "/@\(name)", file: file)
    }
    model = try json("model_config")
    training = try json("training_config")
    if try model != nil || attributes.contains("keras_version") {
      release = try attributes.string("keras_version")
      version = Self.version(release)
    } else {
      version = .three
    }
  }

  /// The most bytes of a text: many times what a model of many layers and a large vocabulary takes.
  static let mostText = 16 << 20

  /// Reads `metadata.json` and `config.json` of an archive.
  ///
  /// - Throws: ``FileError``.
  init(_ archive: ZipReader, file: String) throws {
    func json(_ name: String) throws -> JSONValue {
      let bytes = try archive.read(name, most: Self.mostText)
      return try KerasDescription.json(String(decoding: bytes, as: UTF8.self), name, file: file)
    }
    guard let release = try json(KerasArchiveFormat.metadata)["keras_version"]?.string else {
      throw FileError.invalid(file, "metadata.json: has no keras_version")
    }
    self.release = release
    version = Self.version(release)
    model = try KerasTexts.addVocabularies(to: try json(KerasArchiveFormat.config), from: archive)
    training = Self.training(in: model)
    (modelPlace, trainingPlace) = ("config.json", "config.json: compile_config")
  }

  /// What `to_json` says about a model. Only older releases add their number.
  init(text json: JSONValue) {
    release = json["keras_version"]?.string ?? ""
    version = release.isEmpty ? .three : Self.version(release)
    model = json
    training = Self.training(in: json)
    (modelPlace, trainingPlace) = ("the model", "compile_config")
  }

  /// How a model is trained: nothing, or no loss, where it was not compiled; no optimizer where Keras had saved the
  /// model as HDF5 before.
  private static func training(in model: JSONValue?) -> JSONValue? {
    guard let compiled = model?["compile_config"], (compiled["loss"] ?? nil) != nil,
      (compiled["optimizer"] ?? nil) != nil
    else { return nil }
    return compiled
  }

  /// What another format says about its model.
  init(model: JSONValue, release: String, place: String) {
    self.model = model
    version = Self.version(release)
    modelPlace = place
  }

  /// The model.
  ///
  /// - Throws: ``FileError`` naming the layer and the option if it is not one that the engine computes
  ///   just as Keras does.
  func configuration(file: String) throws -> ModelConfiguration? {
    guard let model else { return nil }
    return try ModelConfigurationReader(file: file, place: modelPlace, version: version)
      .read(model)
  }

  /// The optimizer and the loss; `nil` if the model was not compiled.
  ///
  /// - Parameter model: The model; one of a single output if `nil`.
  func kerasTraining(of model: ModelConfiguration?) -> KerasTraining? {
    training.map { KerasTraining($0, of: model, place: trainingPlace) }
  }

  /// Writes the attributes of an HDF5 file.
  static func write(_ checkpoint: Checkpoint, to root: Group) throws {
    let attributes = root.attributes
    try attributes.set("backend", "tensorflow")
    try attributes.set("keras_version", checkpoint.kerasVersion.release)
    let writer = ModelConfigurationWriter(version: checkpoint.kerasVersion, style: .hdf5)
    try attributes.set(
      "model_config", writer.write(checkpoint.configuration).text(), utf8: false)
    if let optimizer = checkpoint.optimizer {
      let training = writer.writeTraining(optimizer.configuration, checkpoint)
      try attributes.set("training_config", training.text(), utf8: false)
    }
  }

  private static func version(_ release: String) -> KerasVersion {
    release.hasPrefix("3") ? .three : .two
  }

  static func json(_ text: String, _ place: String, file: String) throws -> JSONValue {
    guard text.utf8.count <= mostText, let json = JSONValue(text: text) else {
      throw FileError.invalid(
        file, "\(place): is not JSON, or is too long or nested too deeply to be Keras'")
    }
    return json
  }
}
