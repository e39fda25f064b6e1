// The whole library under one name: `import LSTMToolkit`.
@_exported import Checkpoints
@_exported import Files
@_exported import Kernels
@_exported import Recurrent
@_exported import Tasks
