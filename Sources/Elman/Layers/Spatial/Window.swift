/// Where a window stands along one axis: what convolutions and pooling share.
struct Window {
  let size: Int
  let stride: Int
  var dilation = 1
  /// "valid", "same" or "causal".
  let padding: String

  /// Places from the first to the last that the window sees.
  var span: Int { (size - 1) * dilation + 1 }

  /// Output places for input places; 0 where the input is shorter than the window.
  func outputSize(_ size: Int) -> Int {
    padding == "valid" ? max(0, (size - span) / stride + (size >= span ? 1 : 0)) : (size + stride - 1) / stride
  }

  /// Places of padding before the first.
  func before(_ size: Int) -> Int {
    switch padding {
    case "valid": 0
    case "causal": span - 1
    default: max(0, (outputSize(size) - 1) * stride + span - size) / 2
    }
  }

  /// The places of the input that the window of an output sees, without padding and dilation.
  func range(_ output: Int, of size: Int, before: Int) -> Range<Int> {
    let start = output * stride - before
    let lower = max(start, 0)
    return lower..<max(lower, min(start + self.size, size))
  }

  /// A window of one place, along an axis that a layer does not have.
  static let single = Window(size: 1, stride: 1, padding: "valid")
}

extension [Window] {
  /// The window along an axis of space, counted from the last of at most three; that of a missing axis sees one place.
  func fromLast(_ axis: Int) -> Window { axis < count ? self[count - 1 - axis] : .single }
}

extension Layer {
  /// The sizes of space that windows leave of an input, or an error where there would be none.
  func outputSpace(_ windows: [Window], _ format: DataFormat, _ input: Shape) throws(ElmanError) -> [Int?] {
    var space: [Int?] = []
    for (window, axis) in zip(windows, format.spaceAxes) {
      let output = input[axis].map { window.outputSize($0) }
      if output == 0 { throw tooSmall(windows, input) }
      space.append(output)
    }
    return space
  }

  private func tooSmall(_ windows: [Window], _ input: Shape) -> ElmanError {
    if windows.count == 1 {
      return incompatible("a sequence of at least \(windows[0].span) timesteps is needed, found shape=\(input)")
    }
    return incompatible(
      "Computed output size would be zero or negative. Received: inputs.shape=\(input), "
        + "window=\(Shape(windows.map(\.span))), "
        + "strides=\(Shape(windows.map(\.stride))), padding='\(windows[0].padding)'")
  }
}

extension ConfigReader {
  /// Windows of `rank` axes, which dilate only where they move by single places.
  mutating func windows(_ rank: Int, paddings: [String]) throws(ElmanError) -> [Window] {
    let sizes = try extents("kernel_size", rank)
    let strides = try extents("strides", rank, default: 1)
    let padding = try choice("padding", of: paddings)
    let dilations = try extents("dilation_rate", rank, default: 1)
    if strides.contains(where: { $0 > 1 }), dilations.contains(where: { $0 > 1 }) {
      throw ElmanError(
        .invalidArgument,
        "`strides > 1` not supported in conjunction with `dilation_rate > 1`. "
          + "Received: strides=\(ConfigReader.text(strides)) and dilation_rate=\(ConfigReader.text(dilations))")
    }
    return sizes.indices.map { Window(size: sizes[$0], stride: strides[$0], dilation: dilations[$0], padding: padding) }
  }

  /// A number, or several as Python prints a tuple.
  private static func text(_ integers: [Int]) -> String {
    integers.count == 1 ? "\(integers[0])" : "\(Shape(integers))"
  }
}
