import KernelInterface

private func apply(_ kernels: KernelSet, _ f: Elementwise, _ x: [Float]) -> [Float] {
  var y = x
  kernels.elementwise(f, x, &y, x.count)
  return y
}

func checkElementwise(_ kernels: KernelSet) {
  check("exp, tanh and sigmoid within 2 units of the last place") {
    for (function, reference) in exponentialFamily {
      for (x, y) in zip(magnitudeSweep, apply(kernels, function, magnitudeSweep)) {
        expect(
          ulps(y, reference(Double(x))) <= 2,
          "function \(function.function.rawValue) of the number with bits \(x.bitPattern)")
      }
    }
  }
  check("every function by its formula") {
    let inputs = (-4000...4000).map { Float($0) * 0.0125 }
    for (function, reference) in elementwiseFormulas {
      for (x, y) in zip(inputs, apply(kernels, function, inputs)) {
        let expected = reference(Double(x))
        let isClose = abs(Double(y) - expected) <= 1e-6 + 2e-6 * abs(expected)
        expect(isClose, "function \(function.function.rawValue) of the number with bits \(x.bitPattern)")
      }
      expect(apply(kernels, function, [.nan])[0].isNaN, "function \(function.function.rawValue) of NaN")
    }
  }
  check("functions of arrays of all lengths") {
    var values = Values(3)
    let x = values.array(20, scale: 4)
    for function in ElementwiseFunction.allCases {
      let f = Elementwise(function, a: 0.5, b: 1)
      let whole = apply(kernels, f, x)
      for count in 0...20 {
        let (input, output) = (Guarded(Array(x.prefix(count)), offset: 1), Guarded(count, offset: 3))
        kernels.elementwise(f, input.base, output.base, count)
        expectGuards(input, output)
        expect(isSame(output.values, whole.prefix(count)), "function \(function.rawValue) of \(count) numbers")
      }
    }
  }
  check("softmax and log-softmax") {
    for columns in [1, 2, 7, 16, 33] { checkSoftmax(kernels, columns) }
  }
}

private func checkSoftmax(_ kernels: KernelSet, _ columns: Int) {
  var values = Values(4)
  let x = values.array(columns, scale: 100)
  var (y, logarithms) = (x, x)
  kernels.softmax(x, &y, 1, columns)
  kernels.logSoftmax(x, &logarithms, 1, columns)
  let shifted = x.map { Double($0) - Double(x.max() ?? 0) }
  let sum = shifted.reduce(0) { $0 + exponential($1) }
  for column in 0..<columns {
    expect(abs(Double(y[column]) - exponential(shifted[column]) / sum) < 1e-6, "softmax of \(columns) columns")
    let expected = shifted[column] - logarithmOfOnePlus(sum - 1)
    expect(abs(Double(logarithms[column]) - expected) < 2e-5, "log-softmax of \(columns) columns")
  }
}
