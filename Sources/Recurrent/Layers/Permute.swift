import Files

/// `keras.layers.Permute`: the axes of samples in another order. All steps of the output count.
struct PermuteDescription: SampleViewDescription {
  static let className = "Permute"
  static let options: [String: JSONValue] = ["dims": nil]

  private let dims: [Int]

  init(_ options: LayerOptions) throws(ConfigurationError) {
    dims = try options.wholes("dims")
    guard dims.sorted() == Array(1..<dims.count + 1) else {
      throw options.error("dims", "is not supported")
    }
  }

  func view(_ sizes: [Int]) throws(ConfigurationError) -> SampleView {
    guard dims.count == sizes.count else {
      throw ConfigurationError("Permute of \(dims) cannot take \(sizes.count) axes")
    }
    return SampleView(sizes).permuted(dims.map { $0 - 1 })
  }
}
