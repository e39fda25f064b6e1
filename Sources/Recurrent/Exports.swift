// Whoever uses a model needs to know that `Float` and `Double` are numbers it computes with.
@_exported import Kernels
