/// `y = x * factor + offset` with a factor and an offset for each place along one axis or several.
struct ChannelMap {
  let factors: [Float]
  let offsets: [Float]

  var byteCount: Int { (factors.count + offsets.count) * MemoryLayout<Float>.stride }

  /// Applied to an array whose `axes` have as many places as there are factors.
  func run(_ call: LayerCall, axes: [Int]) {
    let shape = call.inputShape
    if axes.count == 1, shape.axis(axes[0]) == shape.count - 1 {
      let channels = factors.count
      for row in 0..<shape.dropLast().reduce(1, *) {
        let (x, y) = (call.input + row * channels, call.outputs[0] + row * channels)
        for channel in 0..<channels { y[channel] = x[channel] * factors[channel] + offsets[channel] }
      }
      return
    }
    let (input, output) = (call.input, call.outputs[0])
    StridedView(shape, last: axes).forEach { result, array in
      let channel = result % factors.count
      output[array] = input[array] * factors[channel] + offsets[channel]
    }
  }
}
