// The whole library under one name: `import LSTMToolkit`.
@_exported import Checkpoints
@_exported import Recurrent
@_exported import Sequences
