import Files

/// The classes of layers by Keras' names.
enum LayerCatalog {
  static let classes: [String: any LayerDescription.Type] = Dictionary(
    uniqueKeysWithValues: all.map { ($0.className, $0) })

  /// The options of each class, also of cells, those included that every layer has.
  static let options = classes.mapValues { $0.options }
    .merging(CellCatalog.options) { own, _ in own }
    .mapValues { $0.merging(shared) { own, _ in own } }

  /// The options that every layer has.
  private static let shared: [String: JSONValue] = [
    "trainable": true, "dtype": "float32", "activity_regularizer": nil,
  ]

  private static let all: [any LayerDescription.Type] =
    [
      LSTMDescription.self, GRUDescription.self, SimpleRNNDescription.self, RNNDescription.self,
      PeepholeLSTMDescription.self, LayerNormLSTMDescription.self,
      InputGatesDescription<MinGRUKind>.self,
      InputGatesDescription<MinLSTMKind>.self, SLSTMDescription.self,
      BidirectionalDescription.self, TimeDistributedDescription.self, DenseDescription.self,
      Conv1DDescription.self,
      EmbeddingDescription.self, MaskingDescription.self, GivenMaskDescription.self,
      DropoutDescription<LeftOutValues>.self,
      ActivationDescription.self, RepeatVectorDescription.self, FlattenDescription.self,
      ReshapeDescription.self, LayerNormalizationDescription.self,
      BatchNormalizationDescription.self, ConcatenateDescription.self, DotDescription.self,
      GlobalAveragePooling1DDescription.self, AdditiveAttentionDescription.self,
      AttentionDescription.self, MultiHeadAttentionDescription.self,
      GlobalMaxPooling1DDescription.self, StepPoolingDescription<MaximumOfSteps>.self,
      StepPoolingDescription<MeanOfSteps>.self, UpSampling1DDescription.self,
      ZeroPadding1DDescription.self, Cropping1DDescription.self, PermuteDescription.self,
      ReLUDescription.self, LeakyReLUDescription.self, ELUDescription.self, SoftmaxDescription.self,
      PReLUDescription.self, SpatialDropoutDescription<DropoutOfSteps>.self,
      DropoutDescription<NormalFactors>.self,
      GaussianNoiseDescription.self, RescalingDescription.self,
      ActivityRegularizationDescription.self,
      SpaceConvolutionDescription<ConvolvedPlane>.self, PoolingDescription<MaximumOfPlane>.self,
      PoolingDescription<MeanOfPlane>.self, PoolingDescription<MaximumOfVolume>.self,
      PoolingDescription<MeanOfVolume>.self, GlobalPoolingDescription<MaximumOfWholePlane>.self,
      GlobalPoolingDescription<MeanOfWholePlane>.self,
      GlobalPoolingDescription<MaximumOfWholeVolume>.self,
      GlobalPoolingDescription<MeanOfWholeVolume>.self, DepthwiseConv2DDescription.self,
      SeparableConv2DDescription.self, SpatialDropoutDescription<DropoutOfPlanes>.self,
      SpatialDropoutDescription<DropoutOfVolumes>.self,
      ConvLSTMDescription<ConvLSTMOfLines>.self, ConvLSTMDescription<ConvLSTMOfPlanes>.self,
      SeparableConv1DDescription.self, DepthwiseConv1DDescription.self,
      UnitNormalizationDescription.self, GroupNormalizationDescription.self,
      NormalizationDescription.self, DiscretizationDescription.self, AlphaDropoutDescription.self,
      CategoryEncodingDescription.self, IntegerLookupDescription.self,
      ConvTransposeDescription<TransposedLines>.self,
      ConvTransposeDescription<TransposedPlanes>.self,
      ConvTransposeDescription<TransposedVolumes>.self,
      SpaceConvolutionDescription<ConvolvedVolume>.self,
      UpSampling2DDescription.self, Cropping2DDescription.self,
      ZeroPadding2DDescription.self,
      MergeDescription<AddOperation>.self, MergeDescription<SubtractOperation>.self,
      MergeDescription<AverageOperation>.self, MergeDescription<MultiplyOperation>.self,
      MergeDescription<MaximumOperation>.self, MergeDescription<MinimumOperation>.self,
    ] + operations

  /// The operations of `keras.ops` in functional models.
  private static let operations: [any LayerDescription.Type] = [
    SelectionDescription.self, TransposeDescription.self, ExpandDimsDescription.self,
    SqueezeDescription.self, FlipDescription.self, RepeatDescription.self, TileDescription.self,
    ReshapeOperationDescription.self, ConcatenateOperationDescription.self, StackDescription.self,
    ArithmeticDescription<AddOperation>.self, ArithmeticDescription<SubtractOperation>.self,
    ArithmeticDescription<MultiplyOperation>.self, ArithmeticDescription<DivideOperation>.self,
    ArithmeticDescription<PowerOperation>.self, ArithmeticDescription<MaximumOperation>.self,
    ArithmeticDescription<MinimumOperation>.self, ReductionDescription<SumReduction>.self,
    ReductionDescription<MeanReduction>.self, ReductionDescription<MaximumReduction>.self,
    ReductionDescription<MinimumReduction>.self, ElementOperationDescription.self,
    SplitDescription.self, OneHotDescription.self,
    NormalizeOperationDescription<NormalizeOfKeras>.self,
    NormalizeOperationDescription<NormalizeOfTensorFlow>.self,
    ClipDescription.self, SoftmaxOperationDescription.self, MatrixProductDescription.self,
  ]
}
