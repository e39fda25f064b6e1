import CHDF5

/// The most dimensions HDF5 knows (`H5S_MAX_RANK`).
private let mostDimensions = 32

/// A dataspace of a shape; a single value if the shape is empty.
func dataspace(shape: [Int], _ place: Place) throws(HDF5Error) -> Handle {
  let dimensions = shape.map { hsize_t(clamping: $0) }
  let id = try Library.call("cannot make a dataspace of shape \(shape)", at: place) {
    dimensions.isEmpty
      ? H5Screate(H5S_SCALAR) : H5Screate_simple(Int32(dimensions.count), dimensions, nil)
  }
  return Handle(id) { H5Sclose($0) }
}

/// The shape of a dataspace.
///
/// - Throws: ``HDF5Error`` if its values cannot be counted.
func shape(of space: Handle, _ place: Place) throws(HDF5Error) -> [Int] {
  var dimensions = [hsize_t](repeating: 0, count: mostDimensions)
  let rank = try Library.call("cannot read the shape", at: place) {
    H5Sget_simple_extent_dims(space.id, &dimensions, nil)
  }
  let shape = dimensions.prefix(Int(rank)).map { Int(clamping: $0) }
  var count = 1
  for size in shape {
    let (product, overflow) = count.multipliedReportingOverflow(by: size)
    guard !overflow else {
      throw HDF5Error(
        file: place.file, object: place.object, operation: "has an impossible shape \(shape)",
        stack: [])
    }
    count = product
  }
  return shape
}
