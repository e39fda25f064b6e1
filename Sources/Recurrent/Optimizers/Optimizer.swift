import Kernels

/// An optimizer with what it keeps for each weight: Keras' `Optimizer`. What it makes of a gradient is an
/// ``OptimizerRule``; regularizers, clipping, weight decay and constraints are the same for all.
///
/// It is the sink of gradients while a model learns: it updates each weight as soon as its gradient is known, and
/// computes a gradient that is the sum of a few products on the way, without storing it. The gradients of a parameter that
/// several layers use are stored and added up, and the last one updates it. Where norms of gradients count, all of them are
/// stored first, and ``endUpdate()`` updates the weights.
///
/// Memory: as many scalars as the weights for each slot, laid out as ``ParameterStore`` lays them out.
package final class Optimizer<Scalar: KernelScalar> {
  package private(set) var configuration: OptimizerConfiguration
  /// The updates made so far.
  package var iterations = 0
  /// The names of the arrays, in the order of Keras' files.
  package let slotNames: [String]

  private let parameters: ParameterStore<Scalar>
  private let slots: [AlignedMemory<Scalar>]
  private var rule: any OptimizerRule
  /// Each parameter, by its number.
  private let places: [Place]
  /// The numbers of the update under way.
  private var numbers: WeightUpdate
  /// What the rule names first, second and third.
  private let first, second, third: UnsafeMutablePointer<Scalar>
  private let weightDecay, clipValue: Float
  private let norm, globalNorm: Double
  /// The formula, if it is one for whole arrays.
  private let arrayRule: (any ArrayRule)?
  /// The numbers of it in the update under way.
  private var arrayNumbers = ArrayUpdate(.lion, rate: 0)
  /// Where the means of weights and the sums of gradients are, if there are any.
  private let average, accumulator: UnsafeMutablePointer<Scalar>?
  private let accumulationSteps: Int
  /// Whether all gradients are needed before the first weight is updated.
  private let storesGradients: Bool

  /// What an update needs to know about a parameter.
  private final class Place {
    let matrix: ParameterStore<Scalar>.Matrix
    let shape: [Int]
    let isTrainable: Bool
    let regularizer: Regularizer?
    let constraint: Constraint?
    /// What regularizers cost, as the derivative has it.
    let l1, l2: Float
    /// What its gradient is multiplied by in this update.
    var scale: Float = 1
    /// The gradients that are still to come in this update; 0 if it gets a single one.
    var waitsFor = 0

    init(
      _ parameter: ParameterStore<Scalar>.Parameter, _ matrix: ParameterStore<Scalar>.Matrix,
      storesGradients: Bool
    ) {
      self.matrix = matrix
      shape = parameter.shape
      isTrainable = parameter.definition.isTrainable
      regularizer = parameter.definition.options.regularizer
      constraint = parameter.definition.options.constraint
      // Otherwise it is in the stored gradient already.
      l1 = storesGradients ? 0 : Float(regularizer?.l1 ?? 0)
      l2 = storesGradients ? 0 : Float(2 * (regularizer?.l2 ?? 0))
    }
  }

  /// An optimizer that has made no update yet.
  ///
  /// - Throws: `OutOfMemory`.
  package init(
    _ configuration: OptimizerConfiguration, parameters: ParameterStore<Scalar>
  ) throws {
    guard let rule = OptimizerCatalog.classes[configuration.className]?.init(configuration) else {
      throw ConfigurationError("optimizer \(configuration.className) is not supported")
    }
    self.configuration = configuration
    self.parameters = parameters
    self.rule = rule
    slotNames = configuration.slotGroups.flatMap { $0 }
    let slots = try slotNames.map { _ in
      try AlignedMemory<Scalar>(count: parameters.values.count)
    }
    self.slots = slots
    let leading = configuration.leadingSlots
    for (name, slot) in zip(slotNames, slots).dropFirst(leading.count) {
      let value = rule.initialValue(of: name)
      if value != 0 { Scalar.fill(slot.base, with: Scalar(value), count: slot.count) }
    }
    let unused = parameters.gradients.base
    func slot(_ index: Int) -> UnsafeMutablePointer<Scalar> {
      index + leading.count < slots.count ? slots[index + leading.count].base : unused
    }
    func leadingSlot(_ name: String) -> UnsafeMutablePointer<Scalar>? {
      leading.firstIndex(of: name).map { slots[$0].base }
    }
    average = leadingSlot(OptimizerConfiguration.average)
    accumulator = leadingSlot(OptimizerConfiguration.accumulator)
    arrayRule = rule as? any ArrayRule
    accumulationSteps = configuration.accumulationSteps
    (first, second, third) = (slot(rule.places.0), slot(rule.places.1), slot(rule.places.2))

    weightDecay = Float(configuration.number("weight_decay"))
    // The first of `clipnorm`, `global_clipnorm` and `clipvalue` that is given.
    norm = max(0, configuration.number("clipnorm"))
    globalNorm = norm > 0 ? 0 : max(0, configuration.number("global_clipnorm"))
    let (hasNorm, clip) = (norm + globalNorm > 0, Float(configuration.number("clipvalue")))
    let storesGradients =
      hasNorm || rule is any ArrayRule || !leading.isEmpty
      || parameters.parameters.contains {
        $0.definition.options.regularizer?.orthogonal != nil
      }
    self.storesGradients = storesGradients
    numbers = WeightUpdate(.sgd, rate: 0)
    clipValue = !hasNorm && clip > 0 ? clip : .infinity
    places = parameters.parameters.enumerated().map { number, parameter in
      Place(parameter, parameters.matrix(number), storesGradients: storesGradients)
    }
  }

  /// What it keeps for the weights, in scalars.
  package var memory: Int { slots.count * parameters.values.count }

  /// The learning rate of the next update; to set it ends a schedule that the optimizer has for itself.
  package var learningRate: Float {
    get { configuration.decay?.rate(iterations) ?? configuration.learningRate }
    set {
      guard newValue != configuration.learningRate || configuration.hasSchedule else { return }
      configuration.learningRate = newValue
    }
  }

  /// Takes over the updates and arrays of an optimizer of the same class.
  package func goOn(from other: Optimizer<Scalar>) {
    iterations = other.iterations
    for (slot, values) in zip(slots, other.slots) { slot.copy(from: values) }
  }

  /// Becomes what another optimizer of the same model and class is.
  package func mirror(_ other: Optimizer<Scalar>) {
    configuration = other.configuration
    goOn(from: other)
  }

  /// An array of a parameter, in the parameter's shape; empty if the optimizer keeps none of that name.
  package func slot(
    _ name: String, of parameter: ParameterStore<Scalar>.Parameter
  ) -> UnsafeMutableBufferPointer<Scalar> {
    guard let index = slotNames.firstIndex(of: name) else {
      return UnsafeMutableBufferPointer(start: nil, count: 0)
    }
    return UnsafeMutableBufferPointer(
      start: slots[index].base + parameter.offset, count: parameter.count)
  }

  /// What Keras 3 keeps beside slots: Nadam's product of momentum factors; `nil` for the others.
  package var momentumProduct: Float? {
    (rule as? NadamRule).map {
      Float($0.momentumProduct(updates: iterations / accumulationSteps))
    }
  }

  /// Where the gradients of an update go.
  var sink: any GradientSink<Scalar> { storesGradients ? parameters.gradients : self }

  /// Counts one more update; call before the gradients come.
  ///
  /// - Parameter uses: Those of the model that they come from.
  func beginUpdate(_ uses: ParameterUses) {
    let rate = learningRate
    let update = iterations / accumulationSteps + 1
    if average != nil { prepareAverage(update) }
    iterations += 1
    if let arrayRule {
      arrayNumbers = arrayRule.arrayNumbers(learningRate: rate, update: update)
      (arrayNumbers.decay, arrayNumbers.clip) = (weightDecay * rate, clipValue)
    } else {
      numbers = rule.numbers(learningRate: rate, update: update)
      (numbers.decay, numbers.clip) = (weightDecay * rate, clipValue)
    }
    if storesGradients || uses.areShared { parameters.gradients.begin() }
    guard uses.areShared else { return }
    for (place, count) in zip(places, uses.counts) { place.waitsFor = count > 1 ? count : 0 }
  }

  /// Updates what is not updated yet; call after the last gradient.
  func endUpdate() {
    guard storesGradients else { return }
    for place in places where place.isTrainable { addPenalty(place) }
    guard accumulator == nil || collect() else {
      for place in places where place.isTrainable { finish(place) }
      return
    }
    findScales()
    for place in places where place.isTrainable { update(place) }
  }

  /// Adds what regularizers cost to the stored gradient.
  private func addPenalty(_ place: Place) {
    place.regularizer?.addGradient(
      UnsafeMutableBufferPointer(
        start: place.matrix.values, count: place.matrix.rows * place.matrix.columns),
      shape: place.shape, to: parameters.gradients.base + place.matrix.offset)
  }

  /// Adds the gradients of a batch to those before it.
  ///
  /// - Returns: Whether they are enough for an update; the stored ones are their means then.
  private func collect() -> Bool {
    guard let accumulator else { return true }
    let isEnough = iterations % accumulationSteps == 0
    for place in places where place.isTrainable {
      let (at, count) = (place.matrix.offset, place.matrix.rows * place.matrix.columns)
      let (gradients, sum) = (parameters.gradients.base + at, accumulator + at)
      guard isEnough else {
        Scalar.add(gradients, to: sum, count: count)
        continue
      }
      Scalar.mean(gradients, sum, divisor: Float(accumulationSteps), count: count)
      Scalar.fill(sum, with: 0, count: count)
    }
    return isEnough
  }

  @inline(__always)
  private func numbers(of place: Place) -> WeightUpdate {
    var numbers = numbers
    (numbers.l1, numbers.l2, numbers.scale) = (place.l1, place.l2, place.scale)
    return numbers
  }

  /// Updates one parameter by its gradient in the store; threads share a large one.
  @inline(__always)
  private func update(_ place: Place) {
    let matrix = place.matrix
    if arrayRule != nil { return updateArray(place) }
    let (numbers, size) = (numbers(of: place), matrix.rows * matrix.columns)
    let lines = (size + Self.line - 1) / Self.line
    let parts = ComputeThreads.parts(of: size, enough: Self.enough)
    ComputeThreads.run(parts: parts) { part, parts in
      let from = lines * part / parts * Self.line
      let count = min(size, lines * (part + 1) / parts * Self.line) - from
      let at = matrix.offset + from
      Scalar.update(
        numbers, weights: matrix.values + from, gradients: parameters.gradients.base + at,
        first: first + at, second: second + at, third: third + at, count: count)
    }
    finish(place)
  }

  /// Does what is done to a parameter after its update: the mean of its weights, and their constraint.
  @inline(__always)
  private func finish(_ place: Place) {
    if average != nil { takeAverage(place) }
    constrain(place)
  }

  @inline(__always)
  private func constrain(_ place: Place) {
    guard let constraint = place.constraint else { return }
    constraint.apply(
      to: UnsafeMutableBufferPointer(
        start: place.matrix.values, count: place.matrix.rows * place.matrix.columns),
      shape: place.shape, scratch: parameters.gradients.base + place.matrix.offset)
  }

  /// Finds what `clipnorm` or `global_clipnorm` multiplies the gradients by.
  private func findScales() {
    guard norm + globalNorm > 0 else { return }
    var all = 0.0
    for index in places.indices where places[index].isTrainable {
      let place = places[index]
      let count = place.matrix.rows * place.matrix.columns
      let gradients = parameters.gradients.base + place.matrix.offset
      let squares = Scalar.sums(gradients, count: count).squares
      all += squares
      if norm > 0 { places[index].scale = Float(norm / max(norm, squares.squareRoot())) }
    }
    guard norm == 0 else { return }
    let scale = Float(globalNorm / max(globalNorm, all.squareRoot()))
    for index in places.indices { places[index].scale = scale }
  }

  private func updateArray(_ place: Place) {
    var numbers = arrayNumbers
    numbers.scale = place.scale
    let at = place.matrix.offset
    Scalar.update(
      numbers,
      UpdatedArray(
        shape: place.shape, weights: place.matrix.values,
        gradients: parameters.gradients.base + at, first: first + at, second: second + at,
        third: third + at))
    finish(place)
  }

  /// The momentum of the mean of weights in the update under way, and whether the weights are set to it.
  private var averageMomentum: Float = 0
  private var overwrites = false

  private func prepareAverage(_ update: Int) {
    let begins = update == 1 && !configuration.averageBeginsBefore
    averageMomentum = begins ? 0 : Float(configuration.number("ema_momentum"))
    if iterations == 0, configuration.averageBeginsBefore, let average {
      average.update(from: parameters.values.base, count: parameters.values.count)
    }
    let frequency = configuration.options["ema_overwrite_frequency"]?.integer
    overwrites = frequency.map { update % $0 == 0 } ?? false
  }

  private func takeAverage(_ place: Place) {
    guard let average else { return }
    let (mean, count) = (average + place.matrix.offset, place.matrix.rows * place.matrix.columns)
    Scalar.average(place.matrix.values, into: mean, momentum: averageMomentum, count: count)
    if overwrites { place.matrix.values.update(from: mean, count: count) }
  }

  /// Gives the model the means of its weights where the optimizer takes them, as Keras does it when a training ends.
  package func placeAverages() {
    guard let average, iterations > 0 else { return }
    for place in places where place.isTrainable {
      place.matrix.values.update(
        from: average + place.matrix.offset, count: place.matrix.rows * place.matrix.columns)
    }
  }

  /// The scalars that a thread takes at once, and from how many on a second thread helps.
  private static var line: Int { 64 }
  private static var enough: Int { 1 << 15 }

  /// Up to so many products in a sum it is faster to compute a gradient on the way than to store it.
  private static var fusedInner: Int { 8 }
}

extension Optimizer: GradientSink {
  func add(
    _ parameter: ParameterStore<Scalar>.Matrix, left: InputRows<Scalar>?,
    right: UnsafePointer<Scalar>, inner: Int
  ) {
    let place = places[parameter.number]
    guard place.isTrainable else { return }
    if place.waitsFor > 0 {
      parameters.gradients.add(parameter, left: left, right: right, inner: inner)
      return countShared(place)
    }
    var isFused = inner <= Self.fusedInner
    if case .symbols = left { isFused = isFused && inner <= parameter.columns }
    guard isFused else {
      parameters.gradients.put(
        parameter, left: left, right: right, inner: inner, accumulate: false)
      update(place)
      return
    }
    let at = parameter.offset
    let values: UnsafePointer<Scalar>?
    switch left {
    case .values(let left): values = left
    case .symbols(let symbols):
      // So few rows fit into the place of the gradient, which is not stored.
      let rows = parameters.gradients.base + at
      Scalar.write(symbols, to: rows, rows: inner, columns: parameter.rows)
      values = UnsafePointer(rows)
    case nil: values = nil
    }
    Scalar.update(
      numbers(of: place), left: values, right: right, rows: parameter.rows,
      columns: parameter.columns, inner: inner, weights: parameter.values, first: first + at,
      second: second + at, third: third + at)
    finish(place)
  }

  func add(
    _ parameter: ParameterStore<Scalar>.Matrix, _ compute: (UnsafeMutablePointer<Scalar>) -> Void
  ) {
    let place = places[parameter.number]
    guard place.isTrainable else { return }
    if place.waitsFor > 0 {
      parameters.gradients.add(parameter, compute)
      return countShared(place)
    }
    parameters.gradients.put(parameter, accumulate: false, compute)
    update(place)
  }

  /// Updates a parameter whose gradients are added up once none is to come any more: whoever uses it has gone back by then.
  private func countShared(_ place: Place) {
    place.waitsFor -= 1
    if place.waitsFor == 0 { update(place) }
  }
}
