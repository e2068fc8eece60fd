import CPUFeatures
import KernelInterface

/// The kernels of this build.
public func makeKernelSet() -> KernelSet {
  #if KERNELS_AVX512
    let name = "avx512"
  #elseif KERNELS_AVX2
    let name = "avx2"
  #else
    let name = "baseline"
  #endif
  #if KERNELS_AVX512
    let hasDots = elman_cpu_has_dots() != 0
  #else
    let hasDots = false
  #endif
  return KernelSet(
    name: name, vectorWidth: lanes, hasDots: hasDots,
    gateWidth: { gateWidth($0, $1) },
    packedCount: { packedCount($0, $1, $2) },
    panelCount: { panelCount($0, $1) },
    pack: { pack($0, $1, $2, $3, $4, $5, $6) },
    encodedBytes: { encodedBytes($0, $1, $2, $3, usesDots: $4) },
    encode: { encode($0, $1, $2, $3, $4, usesDots: $5, $6) },
    packRow: { packRow($0, $1, $2, $3) },
    product: { product($0) },
    recurrenceScratch: { recurrenceScratch($0, $1, $2) },
    stepsAhead: { stepsAhead($0) },
    simpleRNN: { simpleRNN($0) },
    lstm: { lstm($0) },
    gruResetAfter: { gruResetAfter($0) },
    gruResetBefore: { gruResetBefore($0) },
    recurrentStep: { recurrentStep($0) },
    elementwise: { elementwise($0, $1, $2, $3) },
    softmax: { softmax($0, $1, $2, $3) },
    logSoftmax: { logSoftmax($0, $1, $2, $3) },
    hiddenStates: { hiddenStates($0) },
    training: makeTrainingKernels())
}
