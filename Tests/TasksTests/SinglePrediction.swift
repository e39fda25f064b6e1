import Files
import Recurrent

@testable import Tasks

extension ArrayPredictor {
  /// The only output of a model of one input.
  func predict(_ input: Tensor, continues: Bool) throws -> Tensor {
    try only(predict([input], continues: continues))
  }

  /// The same of a file.
  func predict(contentsOf file: String, continues: Bool) throws -> Tensor {
    try only(predict(contentsOf: [file], continues: continues))
  }

  private func only(_ outputs: [Tensor]) throws -> Tensor {
    guard let output = outputs.first, outputs.count == 1 else {
      throw ConfigurationError("the model gives \(outputs.count) outputs")
    }
    return output
  }
}
