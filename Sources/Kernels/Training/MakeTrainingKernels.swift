import KernelInterface

func makeTrainingKernels() -> TrainingKernels {
  TrainingKernels(
    transposedProduct: { transposedProduct($0) },
    transposedScratch: { transposedScratch($0) },
    transposedColumns: transposedColumns,
    elementwiseGradient: { elementwiseGradient($0, $1, areOutputs: $2, $3, $4, $5) },
    simpleRNN: { simpleRNNGradient($0) },
    lstm: { lstmGradient($0) },
    gru: { gruGradient($0) },
    gruResetStates: { gruResetStates($0) },
    gruCandidate: { gruCandidateGradient($0) },
    gruGates: { gruGatesGradient($0) })
}
