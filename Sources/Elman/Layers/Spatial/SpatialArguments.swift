// The arguments of layers along axes of space.

extension Argument<[Int]> {
  /// Sizes along axes: positive integers, or one for all. A default of nil: the argument must be given.
  static func extents(_ name: String, _ rank: Int, _ standard: Int? = nil) -> Argument {
    Argument([.extents(name, rank, standard)]) { (reader) throws(ElmanError) in
      let sizes = try reader.extents(name, rank, default: standard)
      reader.write(name, .integers(sizes))
      return sizes
    }
  }
}

extension ArgumentEntry {
  static func extents(_ name: String, _ rank: Int, _ standard: Int? = nil) -> ArgumentEntry {
    let sizes = standard.map { rank == 1 ? JSON.int($0) : .integers([Int](repeating: $0, count: rank)) }
    return ArgumentEntry(name, rank == 1 ? "extent" : "extents", sizes)
  }
}

extension Argument<DataFormat> {
  static func dataFormat(_ rank: Int) -> Argument {
    Argument("data_format", "choice", "channels_last", json: { .string($0.name) }) { (reader, _) throws(ElmanError) in
      try reader.dataFormat(rank)
    }
  }
}

extension Argument<[(Int, Int)]> {
  /// Counts before and after along two axes; one stands for all.
  static func pairs(_ name: String, _ standard: Int) -> Argument {
    let ends: JSON = .array([.integers([standard, standard]), .integers([standard, standard])])
    return Argument(name, "pairs", ends, json: { .array($0.map { .integers([$0.0, $0.1]) }) }) {
      (reader, name) throws(ElmanError) in try reader.pairs(name, default: standard)
    }
  }
}

/// The windows of a convolution, and how its arrays lie.
struct WindowArguments {
  let windows: [Window]
  let format: DataFormat
}

extension Argument {
  /// Windows along axes of space, with what stands behind their padding.
  static func windows<Other>(
    _ rank: Int, _ paddings: [String], with other: Argument<Other>, takesChannelsFirst: Bool = false
  ) -> Argument where Value == (WindowArguments, Other) {
    let (before, after): ([ArgumentEntry], [ArgumentEntry]) = (
      [
        .extents("kernel_size", rank), .extents("strides", rank, 1),
        ArgumentEntry("padding", "choice", paddings.first.map(JSON.string)),
      ],
      [ArgumentEntry("data_format", "choice", "channels_last"), .extents("dilation_rate", rank, 1)]
    )
    return Argument(before + other.entries + after) { (reader) throws(ElmanError) in
      let windows = try reader.windows(rank, paddings: paddings)
      let other = try other.read(&reader)
      if !takesChannelsFirst { try reader.requireChannelsLast() }
      let format = try reader.dataFormat(rank)
      reader.write("kernel_size", .integers(windows.map(\.size)))
      reader.write("strides", .integers(windows.map(\.stride)))
      reader.write("padding", .string(windows.first?.padding ?? ""))
      reader.write("data_format", .string(format.name))
      reader.write("dilation_rate", .integers(windows.map(\.dilation)))
      return (WindowArguments(windows: windows, format: format), other)
    }
  }
}

extension Argument<WindowArguments> {
  /// Windows along axes of space, by default along time.
  static func windows(
    _ rank: Int = 1, _ paddings: [String] = ["valid", "same", "causal"], takesChannelsFirst: Bool = false
  ) -> Argument {
    let windows: Argument<(WindowArguments, Void)> = .windows(
      rank, paddings, with: .always(()), takesChannelsFirst: takesChannelsFirst)
    return Argument(windows) { $0.0 }
  }
}
