import Files
import HDF5
import Recurrent

/// Weights in PyTorch's names and layout, in a safetensors file: `load_state_dict` of modules named as the
/// layers takes them.
enum PyTorchWeights {
  /// Writes weights into an empty file.
  ///
  /// - Parameter texts: What stands beside them.
  /// - Throws: ``FileError``, or ``ConfigurationError`` if PyTorch computes something else.
  static func write(
    _ parameters: ParameterStore<Float>, texts: [String: String], to file: NewFile
  ) throws {
    let modules = try PyTorchModule.modules(of: parameters, stacked: true)
    let tensors = modules.flatMap { module in
      module.tensors.map { tensor in
        (
          name: "\(module.name).\(tensor.name)", shape: tensor.shape,
          values: { tensor.values(of: parameters[tensor.parameter]) }
        )
      }
    }
    try SafetensorsFile.write(tensors, texts: texts, to: file)
  }

  /// Fills the weights from a file of these tools, or of PyTorch's.
  ///
  /// - Throws: ``FileError`` naming the tensor, or ``ConfigurationError`` if PyTorch computes something else.
  static func fill(
    _ parameters: ParameterStore<Float>, from file: SafetensorsFile, path: String
  ) throws {
    // A count that PyTorch keeps beside the averages, and uses for nothing by default.
    var unread = Set(file.tensors.keys.filter { !$0.hasSuffix("num_batches_tracked") })
    for module in try named(parameters, file, path: path) {
      for tensor in module.tensors {
        let name = module.name.isEmpty ? tensor.name : "\(module.name).\(tensor.name)"
        guard let found = file.tensors[name] else {
          throw FileError.invalid(
            path, "has no \(name); there are \(file.tensors.keys.sorted().joined(separator: ", "))")
        }
        guard found.shape == tensor.shape else {
          throw FileError.invalid(
            path,
            "\(name): has shape \(found.shape); layer \(tensor.parameter.layer) needs \(tensor.shape)"
          )
        }
        tensor.put(try file.read(found), into: parameters[tensor.parameter])
        unread.remove(name)
      }
    }
    guard unread.isEmpty else {
      throw FileError.invalid(
        path, "the model has no place for \(unread.sorted().joined(separator: ", "))")
    }
  }

  /// The model's modules under the names that they have in the file: the layers' own, or, for what is left, kind by
  /// kind, those of the file in their order.
  private static func named(
    _ parameters: ParameterStore<Float>, _ file: SafetensorsFile, path: String
  ) throws -> [PyTorchModule] {
    let prefixes = Set(file.tensors.keys.map(prefix)).sorted(by: isBefore)
    func kind(_ prefix: String) -> PyTorchModule.Kind {
      let name = { prefix.isEmpty ? $0 : "\(prefix).\($0)" }
      if file.tensors[name("weight_ih_l0")] != nil { return .recurrent }
      return file.tensors[name("weight")]?.shape.count == 2 ? .matrix : .normalization
    }
    let recurrent = prefixes.filter { kind($0) == .recurrent }
    let stacked = try PyTorchModule.modules(of: parameters, stacked: true)
    var modules =
      try stacked.filter { $0.kind == .recurrent }.count == recurrent.count
      ? stacked : PyTorchModule.modules(of: parameters, stacked: false)
    let own = Set(modules.map(\.name))
    for wanted in [PyTorchModule.Kind.recurrent, .matrix, .normalization] {
      let there = prefixes.filter { kind($0) == wanted && !own.contains($0) }
      let indices = modules.indices.filter {
        modules[$0].kind == wanted && !prefixes.contains(modules[$0].name)
      }
      guard there.count == indices.count else {
        throw FileError.invalid(
          path,
          "has tensors of the modules \(prefixes.joined(separator: ", ")); the model has "
            + modules.map(\.name).joined(separator: ", "))
      }
      // The order says which is which only where shapes would not fit otherwise.
      let shapes = indices.map { modules[$0].tensors.map(\.shape) }
      guard Set(shapes).count == shapes.count else {
        throw FileError.invalid(
          path,
          "\(there.joined(separator: ", ")): have the same shapes; give the layers these names to say which "
            + "is which")
      }
      for (index, name) in zip(indices, there) { modules[index].name = name }
    }
    return modules
  }

  /// The module that a tensor belongs to.
  private static func prefix(_ name: String) -> String {
    name.lastIndex(of: ".").map { String(name[..<$0]) } ?? ""
  }

  /// By names, numbers in them by their size.
  private static func isBefore(_ a: String, _ b: String) -> Bool {
    let parts = { (name: String) in name.split(separator: ".") }
    for (x, y) in zip(parts(a), parts(b)) where x != y {
      if let m = Int(x), let n = Int(y) { return m < n }
      return x < y
    }
    return parts(a).count < parts(b).count
  }
}
