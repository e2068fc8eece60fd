/// Keras's `data_format` of layers with one to three axes of space: (batch, space..., channels) or, for
/// "channels_first", (batch, channels, space...).
struct DataFormat {
  let rank: Int
  let isChannelsFirst: Bool

  static func channelsLast(_ rank: Int) -> DataFormat { DataFormat(rank: rank, isChannelsFirst: false) }

  var name: String { isChannelsFirst ? "channels_first" : "channels_last" }
  var config: JSON.Member { JSON.Member("data_format", .string(name)) }
  var channelAxis: Int { isChannelsFirst ? 1 : rank + 1 }
  var spaceAxes: Range<Int> { isChannelsFirst ? 2..<rank + 2 : 1..<rank + 1 }

  /// The shape of an input's batch with other axes.
  func shape(_ input: Shape, space: [Int?], channels: Int?) -> Shape {
    Shape(isChannelsFirst ? [input[0], channels] + space : [input[0]] + space + [channels])
  }
}

/// The sizes of an array that a layer goes over channel by channel: `samples` pictures of planes x rows x columns
/// places,
/// `channels` numbers at each. With "channels_first" every channel is a picture by itself.
struct Grid {
  let samples: Int
  let planes: Int
  let rows: Int
  let columns: Int
  let channels: Int

  init(_ shape: Dimensions, _ format: DataFormat) {
    func space(fromLast axis: Int) -> Int { axis < format.rank ? shape[format.spaceAxes.upperBound - 1 - axis] : 1 }
    (planes, rows, columns) = (space(fromLast: 2), space(fromLast: 1), space(fromLast: 0))
    let count = shape[format.channelAxis]
    (samples, channels) = format.isChannelsFirst ? (shape[0] * count, 1) : (shape[0], count)
  }

  /// Where the numbers of a place begin.
  func offset(_ sample: Int, _ plane: Int, _ row: Int, _ column: Int) -> Int {
    (((sample * planes + plane) * rows + row) * columns + column) * channels
  }
}

extension ConfigReader {
  /// `data_format`, by default "channels_last".
  mutating func dataFormat(_ rank: Int) throws(ElmanError) -> DataFormat {
    let name = try choice("data_format", of: ["channels_last", "channels_first"])
    return DataFormat(rank: rank, isChannelsFirst: name == "channels_first")
  }
}
