import Kernels

/// An optimizer by an ``OptimizerRule``, with regularizers, clipped gradients, weight decay and constraints as
/// `keras.optimizers.Optimizer` applies them: one pass over weights, gradients and slots, after one over the gradients
/// where their norm is to be known first.
final class RuleOptimizer<Scalar: KernelScalar>: Optimizer<Scalar> {
  /// A parameter that training changes.
  private struct Place {
    let offset, count: Int
    let shape: [Int]
    let regularizer: Regularizer?
    let constraint: Constraint?
    /// What its gradient is multiplied by in this update.
    var scale: Scalar = 1
  }

  private var rule: any OptimizerRule
  private var places: [Place]

  override init(
    _ configuration: OptimizerConfiguration, parameters: ParameterStore<Scalar>
  ) throws {
    guard let rule = OptimizerCatalog.classes[configuration.className] else {
      throw ConfigurationError("optimizer \(configuration.className) is not supported")
    }
    self.rule = rule.init(configuration)
    places = parameters.parameters.filter(\.description.isTrainable).map { parameter in
      Place(
        offset: parameter.offset, count: parameter.count, shape: parameter.shape,
        regularizer: parameter.description.options.regularizer,
        constraint: parameter.description.options.constraint)
    }
    try super.init(configuration, parameters: parameters)
    guard self.rule.initialSlot != 0 else { return }
    for slot in slots {
      for index in 0..<slot.count { slot.base[index] = Scalar(self.rule.initialSlot) }
    }
  }

  @specialized(where Scalar == Float)
  override func applyGradients() {
    let rate = Scalar(configuration.learningRate)
    var update: WeightUpdate<Scalar> = rule.numbers(learningRate: rate, update: iterations)
    update.decay = Scalar(configuration.number("weight_decay")) * rate
    let isScaled = scaleByNorms()
    // The first of `clipnorm`, `global_clipnorm` and `clipvalue` that is given.
    let clip = Scalar(configuration.number("clipvalue"))
    if !isScaled, clip > 0 { update.clip = clip }
    let unused = parameters.gradients.base
    let slotPlaces = rule.places
    func slot(_ index: Int) -> UnsafeMutablePointer<Scalar> {
      index < slots.count ? slots[index].base : unused
    }
    let (first, second, third) = (slot(slotPlaces.0), slot(slotPlaces.1), slot(slotPlaces.2))
    for place in places {
      update.scale = place.scale
      // Where norms count, it is in the gradient already.
      update.l1 = isScaled ? 0 : Scalar(place.regularizer?.l1 ?? 0)
      update.l2 = isScaled ? 0 : Scalar(2 * (place.regularizer?.l2 ?? 0))
      let lines = (place.count + Self.line - 1) / Self.line
      let parts = ComputeThreads.parts(of: place.count, enough: Self.enough)
      let numbers = update
      ComputeThreads.run(parts: parts) { part, parts in
        let from = lines * part / parts * Self.line
        let count = min(place.count, lines * (part + 1) / parts * Self.line) - from
        let at = place.offset + from
        Scalar.update(
          numbers, weights: parameters.values.base + at,
          gradients: parameters.gradients.base + at, first: first + at, second: second + at,
          third: third + at, count: count)
      }
      place.constraint?.apply(
        to: UnsafeMutableBufferPointer(
          start: parameters.values.base + place.offset, count: place.count),
        shape: place.shape, scratch: parameters.gradients.base + place.offset)
    }
  }

  /// Adds what regularizers cost to the gradients, and finds what `clipnorm` or `global_clipnorm` multiplies them by.
  ///
  /// - Returns: Whether one of them is given.
  private func scaleByNorms() -> Bool {
    let norm = configuration.number("clipnorm")
    let globalNorm = configuration.number("global_clipnorm")
    guard norm > 0 || globalNorm > 0 else { return false }
    var all = 0.0
    for index in places.indices {
      let place = places[index]
      let gradients = parameters.gradients.base + place.offset
      place.regularizer?.addGradient(
        UnsafeMutableBufferPointer(
          start: parameters.values.base + place.offset, count: place.count), to: gradients)
      let squares = Scalar.sums(gradients, count: place.count).squares
      all += squares
      if norm > 0 { places[index].scale = Scalar(norm / max(norm, squares.squareRoot())) }
    }
    guard norm == 0 else { return true }
    let scale = Scalar(globalNorm / max(globalNorm, all.squareRoot()))
    for index in places.indices { places[index].scale = scale }
    return true
  }

  /// The scalars that a thread takes at once, and from how many on a second thread helps.
  private static var line: Int { 64 }
  private static var enough: Int { 1 << 19 }
}
