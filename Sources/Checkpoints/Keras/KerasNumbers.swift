import Files
import HDF5
import Recurrent

extension ArrayWriter {
  /// Adds a weight to a group, in the type of numbers that Keras stores it in.
  ///
  /// - Throws: `HDF5Error`, or ``FileError`` if a value is infinite or not a number.
  func write(
    _ parameter: ParameterStore<Float>.Parameter, of parameters: ParameterStore<Float>,
    as name: String, to group: Group
  ) throws {
    let values = UnsafeBufferPointer(parameters[parameter])
    guard parameter.definition.isWholeNumber else {
      return try write(name, shape: parameter.shape, values, to: group)
    }
    try group.write(name, shape: parameter.shape, values.map { Int64(exactly: $0) ?? 0 })
  }
}
