import Kernels

// The arm64 kernels by themselves, in Embedded Swift: as Tests/KernelsTests checks those of the machine it runs on.

let kernels = makeKernelSet()
checkProducts(kernels)
checkRecurrences(kernels)
checkElementwise(kernels)
printTotal()
