/// Keras's `GroupNormalization`: the features in groups, each group of a sample normalized over all its timesteps.
/// (batch, ..., features).
public final class GroupNormalization: Layer, ListedLayer, @unchecked Sendable {
  public override class var className: String { "GroupNormalization" }

  static let arguments = Arguments(.groups, .axes(), .number("epsilon", 1e-3), .scaleAndCenter)

  private let groups: Int
  /// One axis.
  private let axes: [Int]
  private let epsilon: Double
  private let affine: ScaleAndCenter

  init(_ reader: inout ConfigReader) throws(ElmanError) {
    (groups, axes, epsilon, affine) = try Self.arguments.values(&reader)
    guard axes.count == 1 else {
      throw ElmanError(.invalidArgument, "GroupNormalization takes one axis. Received: axis=\(axes)")
    }
    super.init(try LayerSettings(&reader))
  }

  override var maskFlow: MaskFlow { .passes }

  override func outputShapes(for input: Shape) throws(ElmanError) -> [Shape] {
    try requireRank(atLeast: 2, input)
    try requireGroups(input)
    try requireBuiltSizes(of: input.resolved(axes: axes, of: name), in: input)
    return [input]
  }

  /// An error unless the features are known, and fall into the groups.
  private func requireGroups(_ input: Shape) throws(ElmanError) {
    let resolved = try input.resolved(axes: axes, of: name)
    let features = try sizes(of: resolved, in: input)[0]
    guard resolved[0] > 0 else { throw incompatible("axis=\(axes[0]) is the batch; found shape=\(input)") }
    let groups = groups(of: features)
    guard groups <= features, features % groups == 0 else {
      throw ElmanError(
        .invalidArgument,
        "Number of groups (\(groups)) must divide the number of channels (\(features)) of layer '\(name)'.")
    }
  }

  private func groups(of features: Int) -> Int { groups == -1 ? features : groups }

  override func makeWeights(for input: Shape) throws(ElmanError) -> [Weight] {
    try affine.weights(sizes(of: input.resolved(axes: axes, of: name), in: input))
  }

  override func scratchCount(for input: [Int], threads: Int) throws(ElmanError) -> Int { try elementCount(input) }

  override func forward(_ call: LayerCall) throws(ElmanError) {
    let (shape, input, output, scratch) = (call.inputShape, call.input, call.outputs[0], call.scratch)
    let features = shape[shape.axis(axes[0])]
    let groups = groups(of: features)
    let sample = shape.dropFirst().reduce(1, *)
    // The features last; all else of a sample before them.
    let view = StridedView(shape, last: axes)
    view.forEach { result, array in scratch[result] = input[array] }
    for row in 0..<shape[0] {
      for group in 0..<groups {
        try normalize(scratch + row * sample, sample / features, features, group, features / groups)
      }
    }
    view.forEach { result, array in output[array] = scratch[result] }
  }

  private func normalize(
    _ sample: UnsafeMutablePointer<Float>, _ steps: Int, _ features: Int, _ group: Int, _ width: Int
  ) throws(ElmanError) {
    let first = sample + group * width
    let count = Double(steps * width)
    func sum(_ value: (Double) -> Double) -> Double {
      var sum = 0.0
      for step in 0..<steps {
        for feature in 0..<width { sum += value(Double(first[step * features + feature])) }
      }
      return sum
    }
    let mean = sum { $0 } / count
    let factor = 1 / (sum { ($0 - mean) * ($0 - mean) } / count + epsilon).squareRoot()
    let (gamma, beta) = (try affine.gamma(ownWeights), try affine.beta(ownWeights))
    for step in 0..<steps {
      for feature in 0..<width {
        let channel = group * width + feature
        let scale = factor * Double(gamma?[channel] ?? 1)
        let value = first + step * features + feature
        value.pointee = Float((Double(value.pointee) - mean) * scale + Double(beta?[channel] ?? 0))
      }
    }
  }

  override func streamStates(for input: [Int], isMasked: Bool) throws(ElmanError) -> [[Int]] {
    if input.count > 2 { throw cannotStream("it normalizes over time") }
    return []
  }
}

extension Argument<Int> {
  /// How many groups; -1: each feature is one.
  fileprivate static var groups: Argument {
    Argument("groups", "integer", 32, json: JSON.int) { (reader, name) throws(ElmanError) in
      let groups = try reader.integer(name) ?? 32
      guard groups == -1 || groups > 0 else {
        throw ElmanError(
          .invalidArgument, "The `groups` of GroupNormalization must be positive, or -1. Received: groups=\(groups)")
      }
      return groups
    }
  }
}
