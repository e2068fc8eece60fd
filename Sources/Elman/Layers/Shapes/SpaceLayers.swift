// Layers that make space larger or smaller.

/// What padding, cropping and upsampling share: each output place is one of the input, or zeros.
public class SpaceLayer: Layer, @unchecked Sendable {
  let format: DataFormat

  init(_ format: DataFormat, _ reader: inout ConfigReader) throws(ElmanError) {
    self.format = format
    super.init(try LayerSettings(&reader))
  }

  /// Output places for input places along an axis of space.
  func size(_ input: Int, axis: Int) throws(ElmanError) -> Int { input }

  /// The place of the input that stands at one of the output; outside of the input: zeros.
  func source(_ place: Int, axis: Int) -> Int { place }

  final override func outputShapes(for input: Shape) throws(ElmanError) -> [Shape] {
    try requireRank(format.rank + 2, input)
    var output = input
    for (axis, place) in format.spaceAxes.enumerated() {
      if let size = input[place] { output[place] = try self.size(size, axis: axis) }
    }
    return [output]
  }

  override func forward(_ call: LayerCall) {
    let (input, output) = (Grid(call.inputShape, format), Grid(call.outputShape, format))
    let columnAxis = format.rank - 1
    for sample in 0..<output.samples {
      for row in 0..<output.rows {
        let sourceRow = columnAxis > 0 ? source(row, axis: 0) : 0
        let isInside = (0..<input.rows).contains(sourceRow)
        for column in 0..<output.columns {
          let target = call.outputs[0] + output.offset(sample, 0, row, column)
          let sourceColumn = source(column, axis: columnAxis)
          if isInside, (0..<input.columns).contains(sourceColumn) {
            target.update(from: call.input + input.offset(sample, 0, sourceRow, sourceColumn), count: input.channels)
          } else {
            target.update(repeating: 0, count: input.channels)
          }
        }
      }
    }
  }

  final override func streamStates(for input: [Int], isMasked: Bool) throws(ElmanError) -> [[Int]] {
    throw cannotStream(format.rank == 1 ? "it changes the number of timesteps" : "it changes the sizes of pictures")
  }
}

/// Places before and after along each axis of space.
private typealias Ends = (before: Int, after: Int)

/// What ZeroPadding1D and ZeroPadding2D share: zeros before and after.
public class ZeroPadding: SpaceLayer, @unchecked Sendable {
  private let padding: [Ends]

  fileprivate init(_ padding: [Ends], _ format: DataFormat, _ reader: inout ConfigReader) throws(ElmanError) {
    self.padding = padding
    try super.init(format, &reader)
  }

  final override func size(_ input: Int, axis: Int) -> Int { input + padding[axis].before + padding[axis].after }
  final override func source(_ place: Int, axis: Int) -> Int { place - padding[axis].before }
}

/// Keras's `ZeroPadding1D`: timesteps of zeros.
public final class ZeroPadding1D: ZeroPadding, ListedLayer, @unchecked Sendable {
  public override class var className: String { "ZeroPadding1D" }

  static let arguments = Arguments(.pair("padding", 1), .channelsLast(isWritten: false))

  init(_ reader: inout ConfigReader) throws(ElmanError) {
    let (padding, _) = try Self.arguments.values(&reader)
    try super.init([padding], .channelsLast(1), &reader)
  }
}

/// Keras's `ZeroPadding2D`: rows and columns of zeros.
public final class ZeroPadding2D: ZeroPadding, ListedLayer, @unchecked Sendable {
  public override class var className: String { "ZeroPadding2D" }

  static let arguments = Arguments(.pairs("padding", 1), .dataFormat(2))

  init(_ reader: inout ConfigReader) throws(ElmanError) {
    let (padding, format) = try Self.arguments.values(&reader)
    try super.init(padding, format, &reader)
  }
}

/// What Cropping1D and Cropping2D share: the input without some places at its ends.
public class Cropping: SpaceLayer, @unchecked Sendable {
  fileprivate let cropping: [Ends]

  fileprivate init(_ cropping: [Ends], _ format: DataFormat, _ reader: inout ConfigReader) throws(ElmanError) {
    self.cropping = cropping
    try super.init(format, &reader)
  }

  final override func size(_ input: Int, axis: Int) throws(ElmanError) -> Int {
    let ends = cropping[axis]
    guard ends.before + ends.after < input else { throw tooLarge(input) }
    return input - ends.before - ends.after
  }

  final override func source(_ place: Int, axis: Int) -> Int { place + cropping[axis].before }

  private func tooLarge(_ input: Int) -> ElmanError {
    let received = cropping.map { "(\($0.before), \($0.after))" }.joined(separator: ", ")
    return ElmanError(
      .invalidArgument,
      format.rank == 1
        ? "`cropping` parameter of `Cropping1D` layer must be smaller than the input length. Received: input "
          + "length=\(input), "
          + "cropping=\(received)"
        : "Values in `cropping` argument should be smaller than the corresponding spatial dimension of the input. "
          + "Received: a dimension of \(input), cropping=(\(received))")
  }
}

/// Keras's `Cropping1D`: without some timesteps at both ends.
public final class Cropping1D: Cropping, ListedLayer, @unchecked Sendable {
  public override class var className: String { "Cropping1D" }

  static let arguments = Arguments(.pair("cropping", 1))

  init(_ reader: inout ConfigReader) throws(ElmanError) {
    let cropping = try Self.arguments.values(&reader)
    try super.init([cropping], .channelsLast(1), &reader)
  }
}

/// Keras's `Cropping2D`: without some rows and columns at the borders.
public final class Cropping2D: Cropping, ListedLayer, @unchecked Sendable {
  public override class var className: String { "Cropping2D" }

  static let arguments = Arguments(.pairs("cropping", 0), .dataFormat(2))

  init(_ reader: inout ConfigReader) throws(ElmanError) {
    let (cropping, format) = try Self.arguments.values(&reader)
    try super.init(cropping, format, &reader)
  }
}
