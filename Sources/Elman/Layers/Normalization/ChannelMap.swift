/// `y = x * factor + offset` with a factor and an offset for each place along one axis or several.
struct ChannelMap {
  let factors: [Float]
  let offsets: [Float]

  var byteCount: Int { (factors.count + offsets.count) * MemoryLayout<Float>.stride }

  /// Applied to an array whose `axes` have as many places as there are factors.
  func run(_ call: LayerCall, axes: [Int]) {
    let shape = call.inputShape
    if axes.count == 1 { return run(call, axis: shape.axis(axes[0])) }
    let (input, output) = (call.input, call.outputs[0])
    StridedView(shape, last: axes).forEach { result, array in
      let channel = result % factors.count
      output[array] = input[array] * factors[channel] + offsets[channel]
    }
  }

  /// Along one axis: (groups, channels, places).
  private func run(_ call: LayerCall, axis: Int) {
    let shape = call.inputShape
    let (groups, channels, places) = (
      shape.prefix(axis).reduce(1, *), factors.count, shape.dropFirst(axis + 1).reduce(1, *)
    )
    var (x, y) = (call.input, call.outputs[0])
    for _ in 0..<groups {
      if places == 1 {
        for channel in 0..<channels { y[channel] = x[channel] * factors[channel] + offsets[channel] }
      } else {
        for channel in 0..<channels {
          let (factor, offset, first) = (factors[channel], offsets[channel], channel * places)
          for place in first..<first + places { y[place] = x[place] * factor + offset }
        }
      }
      (x, y) = (x + channels * places, y + channels * places)
    }
  }
}
