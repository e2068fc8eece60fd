/// Keras's `Normalization`: `(x - mean) / sqrt(variance)`, with a mean and a variance that were given, or that `adapt`
/// found.
public final class Normalization: Layer, ListedLayer, @unchecked Sendable {
  public override class var className: String { "Normalization" }

  static let arguments = Arguments(
    .optionalAxes, .values("mean"), .values("variance"), .flag("invert", false), configOrder: ["axis", "invert"])

  /// nil: all axes together.
  private let axes: [Int]?
  private let inverts: Bool
  private let given: (mean: [Float], variance: [Float])?
  private var map: ChannelMap?

  init(_ reader: inout ConfigReader) throws(ElmanError) {
    let (mean, variance): ([Float]?, [Float]?)
    (axes, mean, variance, inverts) = try Self.arguments.values(&reader)
    guard (mean == nil) == (variance == nil) else {
      throw ElmanError(
        .invalidArgument, "When setting values directly, both `mean` and `variance` must be set. Received: one of them")
    }
    if let mean, let variance { given = (mean, variance) } else { given = nil }
    super.init(try LayerSettings(&reader))
  }

  private func keptAxes(_ input: Shape) throws(ElmanError) -> [Int] {
    try axes.map { (axes) throws(ElmanError) in try input.resolved(axes: axes, of: name) } ?? []
  }

  override func outputShapes(for input: Shape) throws(ElmanError) -> [Shape] {
    let axes = try keptAxes(input)
    let count = try elementCount(sizes(of: axes, in: input))
    try requireBuiltSizes(of: axes, in: input)
    if let given, ![1, count].contains(given.mean.count) || ![1, count].contains(given.variance.count) {
      throw incompatible(
        "`mean` has \(given.mean.count) and `variance` \(given.variance.count) values, expected \(count); found "
          + "shape=\(input)"
      )
    }
    return [input]
  }

  override func makeWeights(for input: Shape) throws(ElmanError) -> [Weight] {
    if given != nil { return [] }
    let shape = try sizes(of: keptAxes(input), in: input)
    return [
      try Weight("mean", shape: shape, isTrainable: false, initializer: Initializer(named: "zeros")),
      try Weight("variance", shape: shape, isTrainable: false, initializer: Initializer(named: "ones")),
      try Weight("count", shape: [], isTrainable: false, initializer: Initializer(named: "zeros")),
    ]
  }

  override func prepare(builtFor input: Shape) throws(ElmanError) {
    let count = try elementCount(sizes(of: keptAxes(input), in: input))
    func values(_ given: [Float]?, _ weight: Int) throws(ElmanError) -> [Double] {
      let values = if let given { given } else { Array(try ownWeights[weight].values.values) }
      return (0..<count).map { Double(values[values.count == 1 ? 0 : $0]) }
    }
    let means = try values(given?.mean, 0)
    let deviations = try values(given?.variance, 1).map { max($0.squareRoot(), 1e-7) }
    map = ChannelMap(
      factors: deviations.map { Float(inverts ? $0 : 1 / $0) },
      offsets: zip(means, deviations).map { Float(inverts ? $0 : -$0 / $1) })
  }

  override var packedBytes: Int { map?.byteCount ?? 0 }

  override func forward(_ call: LayerCall) { map?.run(call, axes: axes ?? []) }

  override func streamStates(for input: [Int], isMasked: Bool) throws(ElmanError) -> [[Int]] {
    if input.count > 2, try keptAxes(Shape(input)).contains(1) { throw cannotStream("one of its axes is time") }
    return []
  }
}

extension Argument<[Int]?> {
  /// Axes, or null for none.
  fileprivate static var optionalAxes: Argument {
    Argument("axis", "axes", -1, json: { $0.map { $0.count == 1 ? .int($0[0]) : .integers($0) } ?? .null }) {
      (reader, name) throws(ElmanError) in
      reader.has(name) && reader.value(name) == nil ? nil : try reader.axes(name)
    }
  }
}

extension Argument<[Float]?> {
  /// A number or nested lists of them, as one list.
  fileprivate static func values(_ name: String) -> Argument {
    Argument([ArgumentEntry(name, "numbers", .null)]) { (reader) throws(ElmanError) in
      let value = reader.value(name)
      reader.write(name, value ?? .null)
      return try value.map { (value) throws(ElmanError) in try reader.numbers(value, name) }
    }
  }
}

extension ConfigReader {
  /// A number, or nested lists of them, as one list.
  fileprivate func numbers(_ value: JSON, _ key: String) throws(ElmanError) -> [Float] {
    switch value {
    case .int(let number): return [Float(number)]
    case .double(let number): return [Float(number)]
    case .array(let list):
      var numbers: [Float] = []
      for element in list { numbers += try self.numbers(element, key) }
      return numbers
    default: throw mismatch(key, "a number or a list of numbers", value)
    }
  }
}
