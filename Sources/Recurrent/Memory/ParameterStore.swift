import Kernels

/// All weights of a model and their gradients, each in one block of memory, so that an optimizer
/// walks over one array.
///
/// Memory: 2 × the weights. Each parameter begins on a cache line; the gap before the next one is
/// zero in every block and stays so.
package final class ParameterStore<Scalar: KernelScalar> {
  /// A parameter's place in the blocks.
  package struct Parameter: Sendable {
    /// The layer's name, behind those of the models that it is in: `encoder/lstm`.
    package let layer: String
    package let definition: ParameterShape
    /// Where it begins, in scalars.
    package let offset: Int

    /// The name within the layer, such as `kernel`.
    package var name: String { definition.name }
    /// Keras' path below the layer, such as `lstm_cell/kernel`.
    package var path: String { definition.path }
    package var shape: [Int] { definition.shape }
    package var count: Int { definition.count }
    /// Whether training changes it by its gradient.
    package var isTrainable: Bool { definition.isTrainable }
  }

  package let configuration: ModelConfiguration
  /// In Keras' order: layer by layer, `kernel`, `recurrent_kernel`, `bias`.
  package let parameters: [Parameter]
  let values: AlignedMemory<Scalar>
  let gradients: StoredGradients<Scalar>

  /// Makes room for the weights of a model; all are zero.
  ///
  /// - Throws: ``ConfigurationError``, or `OutOfMemory`.
  package init(_ configuration: ModelConfiguration) throws {
    try configuration.validate()
    self.configuration = configuration
    var parameters: [Parameter] = []
    var offset = 0
    for layer in try configuration.layerParameters() {
      for shape in layer.shapes {
        parameters.append(Parameter(layer: layer.layer, definition: shape, offset: offset))
        offset += AlignedMemory<Scalar>.padded(shape.count)
      }
    }
    self.parameters = parameters
    hasRegularizers = parameters.contains {
      $0.isTrainable && $0.definition.options.regularizer != nil
    }
    // Weights, gradients and an optimizer's two moments; all that training needs or nothing.
    try OutOfMemory.check(
      bytes: offset.multipliedReportingOverflow(by: 4 * MemoryLayout<Scalar>.stride))
    values = try AlignedMemory(count: offset)
    gradients = try StoredGradients(count: offset, parameters: parameters.count)
  }

  /// Weights as the layers' initializers start them.
  ///
  /// - Throws: ``ConfigurationError`` that names an initializer which is not one of Keras' that we know, or
  ///   `OutOfMemory`.
  package func initialize(seed: UInt64) throws {
    // An orthogonal matrix is made in double precision, while an optimizer's moments are still to come.
    let scratch =
      parameters.filter { $0.definition.options.initializer.isOrthogonal }.map(\.count).max() ?? 0
    let moments = 2 * values.count * MemoryLayout<Scalar>.stride
    try OutOfMemory.check(
      bytes: moments.addingReportingOverflow(scratch * MemoryLayout<Double>.stride))
    for parameter in parameters {
      if case .unknown(let name) = parameter.definition.options.initializer {
        throw ConfigurationError(
          "layer \(parameter.layer): \(parameter.name)'s initializer \(name) is not supported")
      }
    }
    var generator = PhiloxGenerator(seed: seed, stream: .initialWeights)
    for parameter in parameters {
      parameter.definition.options.initializer.fill(
        self[parameter], shape: parameter.shape, using: &generator)
    }
  }

  /// The weights as they are now.
  package var snapshot: [Scalar] {
    Array(UnsafeBufferPointer(start: values.base, count: values.count))
  }

  /// Gives the weights other values, those of a ``snapshot`` of the same model, and hands over what they were.
  package func exchange(_ snapshot: inout [Scalar]) {
    precondition(snapshot.count == values.count, "a snapshot of another model")
    let before = self.snapshot
    snapshot.withUnsafeBufferPointer { other in
      guard let base = other.baseAddress else { return }
      values.base.update(from: base, count: values.count)
    }
    snapshot = before
  }

  /// Takes over the weights of another store of the same model.
  package func mirror(_ other: ParameterStore) { values.copy(from: other.values) }

  /// Takes over the weights of the same layers of another model. Where a parameter has become larger, those of the other
  /// fill the first rows and columns, and the rest stays as it is.
  package func take(from other: ParameterStore) {
    for parameter in parameters {
      guard
        let own = other.parameters.first(where: {
          $0.layer == parameter.layer && $0.path == parameter.path
        }), own.shape.count == parameter.shape.count,
        zip(own.shape, parameter.shape).allSatisfy({ $0 <= $1 })
      else { continue }
      Self.copy(other[own], own.shape[...], to: self[parameter], parameter.shape[...])
    }
  }

  /// Copies an array into the first corner of a larger one, both row-major.
  private static func copy(
    _ values: UnsafeMutableBufferPointer<Scalar>, _ shape: ArraySlice<Int>,
    to target: UnsafeMutableBufferPointer<Scalar>, _ larger: ArraySlice<Int>
  ) {
    let rest = (shape.dropFirst(), larger.dropFirst())
    let sizes = (rest.0.reduce(1, *), rest.1.reduce(1, *))
    guard !rest.0.elementsEqual(rest.1) else {
      for index in 0..<(shape.first ?? 1) * sizes.0 { target[index] = values[index] }
      return
    }
    for row in 0..<(shape.first ?? 1) {
      copy(
        UnsafeMutableBufferPointer(rebasing: values[row * sizes.0..<(row + 1) * sizes.0]), rest.0,
        to: UnsafeMutableBufferPointer(rebasing: target[row * sizes.1..<(row + 1) * sizes.1]),
        rest.1)
    }
  }

  /// Whether regularizers add anything to the loss.
  let hasRegularizers: Bool

  /// What regularizers add to the loss, as `keras.Model.losses` has it.
  package var regularizationLoss: Double {
    parameters.reduce(0) { sum, parameter in
      guard parameter.isTrainable, let regularizer = parameter.definition.options.regularizer
      else { return sum }
      return sum + regularizer.loss(self[parameter], shape: parameter.shape)
    }
  }

  /// The parameter of that layer and name.
  package func parameter(layer: String, name: String) -> Parameter? {
    parameters.first { $0.layer == layer && $0.name == name }
  }

  /// A parameter as a layer computes with it.
  struct Matrix {
    /// The place in ``ParameterStore/parameters``.
    let number: Int
    let values: UnsafeMutablePointer<Scalar>
    /// Where it begins in the blocks, in scalars.
    let offset: Int
    /// 1 for a bias.
    let rows: Int
    let columns: Int

    /// The same weights as a matrix of another shape.
    func reshaped(rows: Int, columns: Int) -> Matrix {
      Matrix(number: number, values: values, offset: offset, rows: rows, columns: columns)
    }
  }

  /// A parameter of a layer of this model. Layers ask for what their own descriptions list, of which the store is made.
  func matrix(layer: String, name: String) -> Matrix {
    guard let number = parameters.firstIndex(where: { $0.layer == layer && $0.name == name })
    else {
      preconditionFailure("layer \(layer) of this model has no \(name)")
    }
    return matrix(number)
  }

  /// The parameter of a place in ``parameters``.
  func matrix(_ number: Int) -> Matrix {
    let parameter = parameters[number]
    let columns = parameter.shape.last ?? 1
    return Matrix(
      number: number, values: values.base + parameter.offset, offset: parameter.offset,
      rows: parameter.count / columns, columns: columns)
  }

  /// The weights of a parameter, row-major, as they are in memory.
  package subscript(parameter: Parameter) -> UnsafeMutableBufferPointer<Scalar> {
    UnsafeMutableBufferPointer(start: values.base + parameter.offset, count: parameter.count)
  }

  /// The gradients of a parameter after ``Sequential/backward(targets:rows:optimizer:)`` without an
  /// optimizer; one that updates may leave its own numbers here.
  package func gradient(_ parameter: Parameter) -> UnsafeMutableBufferPointer<Scalar> {
    UnsafeMutableBufferPointer(start: gradients.base + parameter.offset, count: parameter.count)
  }
}
