import HDF5
import Recurrent

/// `training_config` and `optimizer_weights`: Adam with its update count, learning rate and moments
/// (`save_optimizer_weights_to_hdf5_group`).
enum KerasOptimizer {
  /// Reads the optimizer of a compiled model.
  ///
  /// - Returns: `nil` if the file has none.
  /// - Throws: `HDF5Error` or ``CheckpointError`` naming the array or option.
  static func read(
    _ root: Group, parameters: ParameterStore<Float>, arrays: ArrayReader, file: String
  ) throws -> Adam<Float>? {
    guard root.attributes.contains("training_config") else { return nil }
    guard let json = JSONValue(text: try root.attributes.string("training_config")) else {
      throw CheckpointError.invalid(file, "/@training_config: is not JSON")
    }
    var configuration = try readConfiguration(json, file: file)
    guard root.contains("optimizer_weights") else {
      return try makeOptimizer(configuration, parameters, file: file)
    }
    let group = try root.group("optimizer_weights")
    var moments: [String] = []
    var iterations = 0
    for name in try KerasWeights.splitNames("weight_names", of: group) {
      switch name.split(separator: "/").last?.split(separator: ":").first {
      case "iteration", "iter": iterations = Int(try group.dataset(name).readScalar(Int64.self))
      case "learning_rate": configuration.learningRate = try group.dataset(name).readScalar()
      default: moments.append(name)
      }
    }
    guard (0...TrainingProgress.mostEpochs).contains(iterations) else {
      throw CheckpointError.invalid(file, "\(group.path): the iteration is \(iterations)")
    }
    let optimizer = try makeOptimizer(configuration, parameters, file: file)
    optimizer.iterations = iterations
    // An optimizer that has not been built yet has no moments.
    guard !moments.isEmpty else { return optimizer }
    let trainable = parameters.parameters.filter(\.description.isTrainable)
    guard moments.count == 2 * trainable.count else {
      throw CheckpointError.invalid(
        file,
        "\(group.path): has \(moments.count) moments; Adam on this model needs "
          + "\(2 * trainable.count)")
    }
    for (index, parameter) in trainable.enumerated() {
      let need = "Adam on \(parameter.layer)/\(parameter.name)"
      try arrays.read(
        try group.dataset(moments[2 * index]), shape: parameter.shape,
        into: optimizer.momentum(parameter), need: need)
      try arrays.read(
        try group.dataset(moments[2 * index + 1]), shape: parameter.shape,
        into: optimizer.velocity(parameter), need: need)
    }
    return optimizer
  }

  static func write(
    _ checkpoint: Checkpoint, arrays: ArrayWriter, to root: Group
  ) throws {
    guard let optimizer = checkpoint.optimizer else { return }
    let group = try root.createGroup("optimizer_weights")
    var names: [String] = []
    let iteration = checkpoint.kerasVersion == .three ? "adam/iteration" : "iteration:0"
    names.append(iteration)
    try group.write(iteration, Int64(optimizer.iterations))
    if checkpoint.kerasVersion == .three {
      names.append("adam/learning_rate")
      try group.write("adam/learning_rate", optimizer.configuration.learningRate)
    }
    for parameter in checkpoint.parameters.parameters where parameter.description.isTrainable {
      let path = KerasWeights.path(parameter, in: checkpoint)
      let slots: [String]
      switch checkpoint.kerasVersion {
      case .three:
        let flat = path.split(separator: "/").joined(separator: "_")
        slots = ["adam/\(flat)_momentum", "adam/\(flat)_velocity"]
      case .two: slots = ["Adam/m/\(path)", "Adam/v/\(path)"]
      }
      names += slots
      try arrays.write(
        slots[0], shape: parameter.shape, UnsafeBufferPointer(optimizer.momentum(parameter)),
        to: group)
      try arrays.write(
        slots[1], shape: parameter.shape, UnsafeBufferPointer(optimizer.velocity(parameter)),
        to: group)
    }
    try group.attributes.set("weight_names", names, utf8: false)
  }

  private static func readConfiguration(
    _ json: JSONValue, file: String
  ) throws -> Adam<Float>.Configuration {
    func invalid(_ reason: String) -> CheckpointError {
      .invalid(file, "/@training_config: \(reason)")
    }
    if let loss = json["loss"], loss != "categorical_crossentropy",
      loss["config"]?["name"] != "categorical_crossentropy"
    {
      throw invalid("loss \(loss.text()) is not supported")
    }
    guard let optimizer = json["optimizer_config"], let config = optimizer["config"],
      let className = optimizer["class_name"]?.string
    else { throw invalid("has no optimizer") }
    guard className.split(separator: ">").last == "Adam" else {
      throw invalid("optimizer \(className) is not supported")
    }
    for option in [
      "weight_decay", "clipnorm", "global_clipnorm", "clipvalue", "amsgrad",
      "use_ema", "loss_scale_factor", "gradient_accumulation_steps",
    ] {
      guard let value = config[option], value != nil, value != false else { continue }
      throw invalid("optimizer Adam: \(option) \(value.text()) is not supported")
    }
    guard let rate = config["learning_rate"]?.double else {
      throw invalid("optimizer Adam: learning_rate is not a number")
    }
    return Adam<Float>.Configuration(
      learningRate: Float(rate), beta1: config["beta_1"]?.double ?? 0.9,
      beta2: config["beta_2"]?.double ?? 0.999, epsilon: config["epsilon"]?.double ?? 1e-7)
  }

  private static func makeOptimizer(
    _ configuration: Adam<Float>.Configuration, _ parameters: ParameterStore<Float>, file: String
  ) throws -> Adam<Float> {
    do {
      return try Adam(configuration, parameters: parameters)
    } catch let error as ConfigurationError {
      throw CheckpointError.invalid(file, "/@training_config: \(error)")
    }
  }
}
