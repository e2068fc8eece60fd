import KernelInterface

/// The notes' loop over hidden states, against the same written plainly.
func checkHiddenStates(_ kernels: KernelSet) {
  var values = Values(1)
  for (timesteps, features, units) in [(10, 4, 8), (1, 1, 1), (3, 7, 5), (0, 2, 2)] {
    func array(_ count: Int) -> [Double] { values.array(count).map { Double($0) } }
    let (x, wx, wh, b, h0) = (
      array(timesteps * features), array(units * features), array(units * units), array(units), array(units)
    )
    var states = [Double](repeating: 0, count: timesteps * units)
    states.withUnsafeMutableBufferPointer { states in
      guard let base = states.baseAddress else { return }
      kernels.hiddenStates(
        DoubleHiddenStates(
          timesteps: timesteps, inputDim: features, units: units, inputs: x, Wx: wx, Wh: wh, b: b, h0: h0,
          hiddenStates: base))
    }
    var h = h0
    for t in 0..<timesteps {
      h = (0..<units).map { unit in
        var sum = b[unit]
        for k in 0..<features { sum += wx[unit * features + k] * x[t * features + k] }
        for k in 0..<units { sum += wh[unit * units + k] * h[k] }
        return hyperbolicTangent(sum)
      }
      for unit in 0..<units {
        expect(abs(states[t * units + unit] - h[unit]) < 1e-12, "units=\(units), timestep \(t), unit \(unit)")
      }
    }
  }
}
