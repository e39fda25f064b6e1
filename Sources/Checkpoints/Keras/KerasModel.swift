import HDF5
import Recurrent

/// The attributes of a Keras HDF5 file: who wrote it, the model's configuration, how it is trained.
enum KerasModel {
  /// Whose layout a file has.
  static func version(_ root: Group) throws -> KerasVersion {
    let release = try root.attributes.string("keras_version")
    return release.hasPrefix("3") ? .three : .two
  }

  /// The model of a file.
  ///
  /// - Throws: ``CheckpointError`` naming the layer and the option if it is not one that the engine
  ///   computes just as Keras does.
  static func readConfiguration(_ root: Group, file: String) throws -> ModelConfiguration {
    let text = try root.attributes.string("model_config")
    guard let json = JSONValue(text: text) else {
      throw CheckpointError.invalid(file, "/@model_config: is not JSON")
    }
    return try ModelConfigurationReader(file: file, version: try version(root)).read(json)
  }

  static func write(_ checkpoint: Checkpoint, to root: Group) throws {
    let version = checkpoint.kerasVersion
    let attributes = root.attributes
    try attributes.set("backend", "tensorflow")
    try attributes.set("keras_version", version.release)
    let model = ModelConfigurationWriter(version: version).write(checkpoint.configuration)
    try attributes.set("model_config", model.text(), utf8: false)
    if let optimizer = checkpoint.optimizer {
      let training = ModelConfigurationWriter(version: version).writeTraining(
        optimizer.configuration, checkpoint.loss)
      try attributes.set("training_config", training.text(), utf8: false)
    }
  }
}
