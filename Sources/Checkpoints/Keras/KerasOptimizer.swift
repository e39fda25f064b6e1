import HDF5
import Recurrent

/// `optimizer_weights`: an optimizer's update count, learning rate and slots
/// (`save_optimizer_weights_to_hdf5_group`).
enum KerasOptimizer {
  /// Reads the optimizer of a compiled model.
  ///
  /// - Returns: `nil` if the file has none.
  /// - Throws: `HDF5Error` or ``CheckpointError`` naming the array or option.
  static func read(
    _ root: Group, _ training: KerasTraining?, parameters: ParameterStore<Float>,
    arrays: ArrayReader, file: String
  ) throws -> Optimizer<Float>? {
    guard let training else { return nil }
    var configuration = training.optimizer
    guard root.contains("optimizer_weights") else {
      return try make(configuration, parameters, file: file)
    }
    let group = try root.group("optimizer_weights")
    var slots: [String] = []
    var iterations = 0
    for name in try KerasWeights.splitNames("weight_names", of: group) {
      switch name.split(separator: "/").last?.split(separator: ":").first {
      case "iteration", "iter": iterations = Int(try group.dataset(name).readScalar(Int64.self))
      case "learning_rate": configuration.learningRate = try group.dataset(name).readScalar()
      // Nadam's product of momentum factors, which follows from the iteration.
      case "variable": continue
      default: slots.append(name)
      }
    }
    guard (0...TrainingProgress.mostEpochs).contains(iterations) else {
      throw CheckpointError.invalid(file, "\(group.path): the iteration is \(iterations)")
    }
    let optimizer = try make(configuration, parameters, file: file)
    optimizer.iterations = iterations
    // An optimizer that has not been built yet has no slots.
    guard !slots.isEmpty else { return optimizer }
    let places = self.places(configuration, parameters)
    let className = configuration.className
    guard slots.count == places.count else {
      throw CheckpointError.invalid(
        file,
        "\(group.path): has \(slots.count) moments; \(className) on this model needs "
          + "\(places.count)")
    }
    for (name, (slot, parameter)) in zip(slots, places) {
      try arrays.read(
        try group.dataset(name), shape: parameter.shape, into: optimizer.slot(slot, of: parameter),
        need: "\(className) on \(parameter.layer)/\(parameter.name)")
    }
    return optimizer
  }

  static func write(
    _ checkpoint: Checkpoint, arrays: ArrayWriter, to root: Group
  ) throws {
    guard let optimizer = checkpoint.optimizer else { return }
    let className = optimizer.configuration.className
    let group = try root.createGroup("optimizer_weights")
    let prefix = KerasTraining.name(of: className, checkpoint.kerasVersion)
    var names: [String] = []
    let iteration =
      checkpoint.kerasVersion == .three ? "\(prefix)/iteration" : "iteration:0"
    names.append(iteration)
    try group.write(iteration, Int64(optimizer.iterations))
    if checkpoint.kerasVersion == .three {
      names.append("\(prefix)/learning_rate")
      try group.write("\(prefix)/learning_rate", optimizer.configuration.learningRate)
    }
    for (slot, parameter) in places(optimizer.configuration, checkpoint.parameters) {
      let path = KerasWeights.path(parameter, in: checkpoint)
      let name =
        switch checkpoint.kerasVersion {
        case .three: "\(prefix)/\(path.split(separator: "/").joined(separator: "_"))_\(slot)"
        case .two: "\(prefix)/\(shortName(of: slot, className))/\(path)"
        }
      names.append(name)
      try arrays.write(
        name, shape: parameter.shape, UnsafeBufferPointer(optimizer.slot(slot, of: parameter)),
        to: group)
    }
    if checkpoint.kerasVersion == .three, let product = optimizer.momentumProduct {
      names.append("\(prefix)/variable")
      try group.write("\(prefix)/variable", product)
    }
    try group.attributes.set("weight_names", names, utf8: false)
  }

  /// The slots in the order of Keras' files.
  private static func places(
    _ configuration: OptimizerConfiguration, _ parameters: ParameterStore<Float>
  ) -> [(slot: String, parameter: ParameterStore<Float>.Parameter)] {
    let trainable = parameters.parameters.filter(\.isTrainable)
    return configuration.slotGroups.flatMap { group in
      trainable.flatMap { parameter in group.map { ($0, parameter) } }
    }
  }

  /// What tf-keras calls a slot.
  private static func shortName(of slot: String, _ className: String) -> String {
    guard className != "RMSprop" else { return slot }
    return ["momentum": "m", "velocity": "v", "velocity_hat": "vhat"][slot] ?? slot
  }

  private static func make(
    _ configuration: OptimizerConfiguration, _ parameters: ParameterStore<Float>, file: String
  ) throws -> Optimizer<Float> {
    do {
      return try Optimizer.make(configuration, parameters: parameters)
    } catch let error as ConfigurationError {
      throw CheckpointError.invalid(file, "/@training_config: \(error)")
    }
  }
}
