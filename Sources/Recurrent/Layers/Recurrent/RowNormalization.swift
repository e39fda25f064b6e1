import Kernels

/// Layer normalization (Ba, Kiros & Hinton 2016) of what a cell computes at each step:
/// `(x − mean) / √(variance + ε) ∘ gamma + beta` of each row.
///
/// Shapes: values `[rows, columns]`, those of all steps one behind the other.
/// Memory: `rows × (columns + 1)` scalars from the model's plan, `rows × columns` more where the gradients are kept.
struct RowNormalization<Scalar: KernelScalar> {
  private let columns: Int
  private let epsilon: Scalar
  private let gamma, beta: ParameterStore<Scalar>.Matrix
  private let plan: MemoryPlan<Scalar>
  private let normalized: MemoryRegion  // [rows, columns]
  private let scales: MemoryRegion  // [rows]
  private let kept: MemoryRegion?  // [rows, columns]

  /// - Parameters:
  ///   - name: What the names of its weights begin with.
  ///   - rows: Those of all steps together.
  ///   - keepsGradients: Whether it keeps the gradients of what it has normalized until all steps are done.
  init(
    _ name: String, columns: Int, epsilon: Double, rows: Int, keepsGradients: Bool = false,
    _ builder: LayerBuilder<Scalar>
  ) {
    self.columns = columns
    self.epsilon = Scalar(epsilon)
    gamma = builder.matrix(name + "_gamma")
    beta = builder.matrix(name + "_beta")
    plan = builder.plan
    normalized = plan.reserve(rows * columns)
    scales = plan.reserve(rows)
    kept = keepsGradients ? plan.reserve(rows * columns) : nil
  }

  /// Normalizes rows in their place.
  ///
  /// - Parameter place: The first row.
  @inline(__always)
  func normalize(_ values: UnsafeMutablePointer<Scalar>, place: Int, rows: Int) {
    Scalar.normalizeRows(
      values, gamma: gamma.values, beta: beta.values, epsilon: epsilon,
      scales: plan[scales] + place, normalized: plan[normalized] + place * columns, into: values,
      rows: rows, columns: columns)
  }

  /// The gradient of the rows before they were normalized, which may stand in the place of that of the result.
  @inline(__always)
  func goBack(
    _ gradient: UnsafePointer<Scalar>, place: Int, rows: Int,
    into result: UnsafeMutablePointer<Scalar>
  ) {
    let at = place * columns
    if let kept { (plan[kept] + at).update(from: gradient, count: rows * columns) }
    Scalar.normalizeRowsGradient(
      gradient, normalized: plan[normalized] + at, gamma: gamma.values,
      scales: plan[scales] + place, into: result, rows: rows, columns: columns)
  }

  /// Notes that some rows have no gradients.
  func skipBackward(place: Int, rows: Int) {
    guard let kept else { return }
    Scalar.fill(plan[kept] + place * columns, with: 0, count: rows * columns)
  }

  /// The gradients of the weights, by those that were kept.
  func addKeptGradients(rows: Int, sink: any GradientSink<Scalar>) {
    if let kept { addGradients(plan[kept], rows: rows, sink: sink) }
  }

  /// The gradients of the weights. What was normalized makes room for them.
  ///
  /// - Parameter gradient: That of the result, of all steps.
  func addGradients(
    _ gradient: UnsafePointer<Scalar>, rows: Int, sink: any GradientSink<Scalar>
  ) {
    let products = plan[normalized]
    Scalar.multiplyElements(gradient, products, into: products, count: rows * columns)
    sink.add(gamma, left: nil, right: products, inner: rows)
    sink.add(beta, left: nil, right: gradient, inner: rows)
  }
}
