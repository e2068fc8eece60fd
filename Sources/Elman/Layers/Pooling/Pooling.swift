/// What the layers share that pool by windows: (batch, space..., channels) to fewer places.
public class Pooling: Layer, @unchecked Sendable {
  typealias ArgumentTypes = Arguments<([Int], [Int]), String, DataFormat>

  static func list(_ rank: Int) -> ArgumentTypes {
    Arguments(
      .poolingWindows(rank), .choice("padding", ["valid", "same"]), .dataFormat(rank),
      configOrder: ["strides", "pool_size"])
  }

  private let function: PoolingFunction
  private let windows: [Window]
  private let format: DataFormat

  init(_ function: PoolingFunction, _ arguments: ArgumentTypes, _ reader: inout ConfigReader) throws(ElmanError) {
    let ((sizes, strides), padding, format) = try arguments.values(&reader)
    self.function = function
    self.format = format
    windows = zip(sizes, strides).map { Window(size: $0, stride: $1, padding: padding) }
    super.init(try LayerSettings(&reader))
  }

  final override func outputShapes(for input: Shape) throws(ElmanError) -> [Shape] {
    try requireRank(format.rank + 2, input)
    let space = try outputSpace(windows, format, input)
    return [format.shape(input, space: space, channels: input[format.channelAxis])]
  }

  final override func forward(_ call: LayerCall) {
    let (input, output) = (Grid(call.inputShape, format), Grid(call.outputShape, format))
    let (planes, rows, columns) = (windows.fromLast(2), windows.fromLast(1), windows.fromLast(0))
    let before = (planes.before(input.planes), rows.before(input.rows), columns.before(input.columns))
    var target = call.outputs[0]
    for sample in 0..<output.samples {
      for plane in 0..<output.planes {
        let seenPlanes = planes.range(plane, of: input.planes, before: before.0)
        for row in 0..<output.rows {
          let seenRows = rows.range(row, of: input.rows, before: before.1)
          for column in 0..<output.columns {
            let seenColumns = columns.range(column, of: input.columns, before: before.2)
            pool(call.input, input, sample, (seenPlanes, seenRows, seenColumns), to: target)
            target += output.channels
          }
        }
      }
    }
  }

  /// Pools the places of one window.
  private func pool(
    _ input: UnsafePointer<Float>, _ grid: Grid, _ sample: Int,
    _ seen: (planes: Range<Int>, rows: Range<Int>, columns: Range<Int>),
    to target: UnsafeMutablePointer<Float>
  ) {
    var isFirst = true
    for plane in seen.planes {
      for row in seen.rows {
        var place = input + grid.offset(sample, plane, row, seen.columns.lowerBound)
        for _ in seen.columns {
          function.add(place, grid.channels, to: target, isFirst: isFirst)
          isFirst = false
          place += grid.channels
        }
      }
    }
    function.finish(target, grid.channels, places: seen.planes.count * seen.rows.count * seen.columns.count)
  }

  final override func streamStates(for input: [Int], isMasked: Bool) throws(ElmanError) -> [[Int]] {
    throw cannotStream("it pools over time")
  }
}

extension Argument<([Int], [Int])> {
  /// `pool_size` and `strides`, which are as large where they are not given.
  fileprivate static func poolingWindows(_ rank: Int) -> Argument {
    Argument([.extents("pool_size", rank, 2), ArgumentEntry("strides", rank == 1 ? "extent" : "extents", .null)]) {
      (reader) throws(ElmanError) in
      let sizes = try reader.extents("pool_size", rank, default: 2)
      let strides = reader.value("strides") == nil ? sizes : try reader.extents("strides", rank)
      reader.write("pool_size", .integers(sizes))
      reader.write("strides", .integers(strides))
      return (sizes, strides)
    }
  }
}

/// Keras's `MaxPooling1D`.
public final class MaxPooling1D: Pooling, ListedLayer, @unchecked Sendable {
  public override class var className: String { "MaxPooling1D" }
  static let arguments = list(1)
  init(_ reader: inout ConfigReader) throws(ElmanError) { try super.init(.max, Self.arguments, &reader) }
}

/// Keras's `MaxPooling2D`.
public final class MaxPooling2D: Pooling, ListedLayer, @unchecked Sendable {
  public override class var className: String { "MaxPooling2D" }
  static let arguments = list(2)
  init(_ reader: inout ConfigReader) throws(ElmanError) { try super.init(.max, Self.arguments, &reader) }
}

/// Keras's `MaxPooling3D`.
public final class MaxPooling3D: Pooling, ListedLayer, @unchecked Sendable {
  public override class var className: String { "MaxPooling3D" }
  static let arguments = list(3)
  init(_ reader: inout ConfigReader) throws(ElmanError) { try super.init(.max, Self.arguments, &reader) }
}

/// Keras's `AveragePooling1D`; padding does not count.
public final class AveragePooling1D: Pooling, ListedLayer, @unchecked Sendable {
  public override class var className: String { "AveragePooling1D" }
  static let arguments = list(1)
  init(_ reader: inout ConfigReader) throws(ElmanError) { try super.init(.average, Self.arguments, &reader) }
}

/// Keras's `AveragePooling2D`; padding does not count.
public final class AveragePooling2D: Pooling, ListedLayer, @unchecked Sendable {
  public override class var className: String { "AveragePooling2D" }
  static let arguments = list(2)
  init(_ reader: inout ConfigReader) throws(ElmanError) { try super.init(.average, Self.arguments, &reader) }
}

/// Keras's `AveragePooling3D`; padding does not count.
public final class AveragePooling3D: Pooling, ListedLayer, @unchecked Sendable {
  public override class var className: String { "AveragePooling3D" }
  static let arguments = list(3)
  init(_ reader: inout ConfigReader) throws(ElmanError) { try super.init(.average, Self.arguments, &reader) }
}
