import Files
import HDF5
import Recurrent

/// `optimizer_weights`: an optimizer's update count, learning rate and slots
/// (`save_optimizer_weights_to_hdf5_group`).
enum KerasOptimizer {
  /// The optimizer's variables in their order; `nil` if the file has none.
  static func variables(_ root: Group) throws -> [Dataset]? {
    guard try root.contains("optimizer_weights") else { return nil }
    let group = try root.group("optimizer_weights")
    return try KerasWeights.splitNames("weight_names", of: group).map { try group.dataset($0) }
  }

  /// An optimizer with what a file has of it.
  ///
  /// - Parameter variables: The count of updates, the learning rate if it is there, the slots, and Nadam's
  ///   product of momentum factors, which follows from the count.
  /// - Parameter written: The optimizer that the file was written from, if the two are compared.
  /// - Throws: `HDF5Error` or ``FileError`` naming the array or option.
  static func read(
    _ variables: [Dataset], _ configuration: OptimizerConfiguration,
    parameters: ParameterStore<Float>, written: Optimizer<Float>? = nil, arrays: ArrayReader,
    file: String
  ) throws -> Optimizer<Float> {
    var configuration = configuration
    var slots: [Dataset] = []
    // Those of weights without axes, such as the scale of an Attention, and what else has none.
    var withScalars: [Dataset] = []
    var iterations = 0
    var (hasLearningRate, hasIterations) = (false, false)
    for variable in variables {
      guard try variable.shape().isEmpty else {
        slots.append(variable)
        withScalars.append(variable)
        continue
      }
      if case .integer = try variable.kind() {
        // Other whole numbers are of Adafactor, and nobody reads them.
        if !hasIterations { iterations = Int(try variable.readScalar(Int64.self)) }
        hasIterations = true
      } else if !hasLearningRate, slots.isEmpty, !configuration.hasSchedule {
        let rate: Float = try variable.readScalar()
        guard rate.isFinite, rate >= 0 else {
          throw FileError.invalid(
            file, "\(variable.path): the learning rate is \(rate); it cannot be negative")
        }
        configuration.learningRate = rate
        hasLearningRate = true
      } else {
        withScalars.append(variable)
      }
    }
    guard (0...TrainingProgress.mostEpochs).contains(iterations) else {
      throw FileError.invalid(
        file, "\(variables.first?.path ?? ""): the iteration is \(iterations)")
    }
    let optimizer = try written ?? make(configuration, parameters, file: file)
    if let written {
      guard written.iterations == iterations,
        written.configuration.className == configuration.className,
        written.configuration.learningRate == configuration.learningRate
      else {
        throw FileError.invalid(
          file, "\(variables.first?.path ?? "the optimizer"): is not what was written")
      }
    } else {
      optimizer.iterations = iterations
    }
    // An optimizer that has not been built yet has no slots.
    guard let first = slots.first else { return optimizer }
    var places = self.places(configuration, parameters, .three)
    if places.count < slots.count { places = self.places(configuration, parameters, .two) }
    if let count = variables.first?.path, legacyCounts.contains(where: count.hasSuffix) {
      places = legacyPlaces(configuration, parameters)
    }
    let className = configuration.className
    let shapes = places.map { configuration.shape(of: $0.slot, $0.parameter.shape) }
    // A product of momentum factors may come last, or what Keras up to 2.3 keeps and nobody reads.
    if withScalars.count >= places.count,
      try zip(withScalars, shapes).allSatisfy({ try $0.shape() == $1 })
    {
      slots = Array(withScalars.prefix(places.count))
    } else {
      places = zip(places, shapes).filter { !$1.isEmpty }.map(\.0)
    }
    guard slots.count == places.count else {
      throw FileError.invalid(
        file,
        "\(first.path): is one of \(slots.count) moments; \(className) on this model needs "
          + "\(places.count)")
    }
    for (dataset, (slot, parameter)) in zip(slots, places)
    where optimizer.slotNames.contains(slot) {
      let shape = configuration.shape(of: slot, parameter.shape)
      let values = optimizer.slot(slot, of: parameter)
      try arrays.read(
        dataset, shape: shape,
        into: UnsafeMutableBufferPointer(rebasing: values.prefix(shape.reduce(1, *))),
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
    if checkpoint.kerasVersion == .three, !optimizer.configuration.hasSchedule {
      names.append("\(prefix)/learning_rate")
      try group.write("\(prefix)/learning_rate", optimizer.configuration.learningRate)
    }
    for (slot, parameter) in places(
      optimizer.configuration, checkpoint.parameters, checkpoint.kerasVersion)
    {
      let path = KerasWeights.path(parameter, in: checkpoint)
      let name =
        switch checkpoint.kerasVersion {
        case .three: "\(prefix)/\(path.split(separator: "/").joined(separator: "_"))_\(slot)"
        case .two: "\(prefix)/\(shortName(of: slot, className))/\(path)"
        }
      names.append(name)
      try write(slot, of: parameter, optimizer, name: name, arrays: arrays, to: group)
    }
    if checkpoint.kerasVersion == .three, let product = optimizer.momentumProduct {
      names.append("\(prefix)/variable")
      try group.write("\(prefix)/variable", product)
    }
    try KerasWeights.setNames("weight_names", names, of: group)
  }

  /// Writes a slot; zeros if the optimizer keeps none of that name.
  static func write(
    _ slot: String, of parameter: ParameterStore<Float>.Parameter, _ optimizer: Optimizer<Float>,
    name: String, arrays: ArrayWriter, to group: Group
  ) throws {
    let shape = optimizer.configuration.shape(of: slot, parameter.shape)
    // As Keras 3 has it for a bias.
    guard !shape.isEmpty || parameter.shape.isEmpty else {
      return try group.write(name, Int32(0))
    }
    let all = optimizer.slot(slot, of: parameter)
    let values = all.prefix(shape.reduce(1, *))
    if values.isEmpty {
      let zeros = [Float](repeating: 0, count: parameter.count)
      try arrays.write(name, shape: parameter.shape, zeros, to: group)
    } else {
      try arrays.write(
        name, shape: shape,
        UnsafeBufferPointer(rebasing: UnsafeBufferPointer(all).prefix(values.count)),
        to: group)
    }
  }

  /// The slots in the order of Keras' files. tf-keras' SGD keeps momentums even where it uses none.
  static func places(
    _ configuration: OptimizerConfiguration, _ parameters: ParameterStore<Float>,
    _ version: KerasVersion
  ) -> [(slot: String, parameter: ParameterStore<Float>.Parameter)] {
    let trainable = parameters.parameters.filter(\.isTrainable)
    let isIdle =
      version == .two && configuration.className == "SGD"
      && !configuration.slotGroups.contains(["momentum"])
    return (configuration.slotGroups + (isIdle ? [["momentum"]] : [])).flatMap { group in
      trainable.flatMap { parameter in
        // tf-keras does not keep what nobody reads.
        group.filter {
          version == .three || parameter.shape.isEmpty
            || !configuration.shape(of: $0, parameter.shape).isEmpty
        }.map { ($0, parameter) }
      }
    }
  }

  /// What TensorFlow up to 2.10, and Keras up to 2.3, which was not yet TensorFlow's, call the count of updates.
  private static let legacyCounts = ["/iter:0", "/iterations:0"]

  /// The slots in the order of both: one of all weights behind the other.
  private static func legacyPlaces(
    _ configuration: OptimizerConfiguration, _ parameters: ParameterStore<Float>
  ) -> [(slot: String, parameter: ParameterStore<Float>.Parameter)] {
    configuration.slotGroups.flatMap { $0 }.flatMap { slot in
      parameters.parameters.filter(\.isTrainable).map { (slot, $0) }
    }
  }

  /// What tf-keras calls a slot.
  private static func shortName(of slot: String, _ className: String) -> String {
    guard className != "RMSprop" else { return slot }
    return [
      "momentum": "m", "velocity": "v", "velocity_hat": "vhat", "norm": "u", "row_mean": "r",
      "column_mean": "c",
    ][slot] ?? slot
  }

  static func make(
    _ configuration: OptimizerConfiguration, _ parameters: ParameterStore<Float>, file: String
  ) throws -> Optimizer<Float> {
    do {
      return try Optimizer(configuration, parameters: parameters)
    } catch let error as ConfigurationError {
      throw FileError.invalid(file, "\(error)")
    }
  }
}
