/// Keras's `Concatenate`: arrays one behind the other along an axis.
public final class Concatenate: Merge, ListedLayer, @unchecked Sendable {
  public override class var className: String { "Concatenate" }

  static let arguments = Arguments(.axis)

  private let axis: Int

  init(_ reader: inout ConfigReader) throws(ElmanError) {
    axis = try Self.arguments.values(&reader)
    super.init(try LayerSettings(&reader))
  }

  override func mergedShape(_ inputs: [Shape]) throws(ElmanError) -> Shape {
    let rank = inputs[0].rank
    let axis = try axis(ofRank: rank)
    var merged = inputs[0]
    for input in inputs.dropFirst() {
      guard input.rank == rank else { throw mismatch(inputs) }
      for place in 1..<rank where place != axis {
        let (one, other) = (merged[place], input[place])
        guard one == nil || other == nil || one == other else { throw mismatch(inputs) }
        merged[place] = one ?? other
      }
      // Sizes are at most Shape.largestDimension: their sum does not overflow for the inputs that there is memory for.
      merged[axis] = try sum(merged[axis], input[axis])
    }
    return merged
  }

  private func sum(_ one: Int?, _ other: Int?) throws(ElmanError) -> Int? {
    guard let one, let other else { return nil }
    let sum = Shape([one &+ other])
    try sum.requireSensible()
    return sum[0]
  }

  private func mismatch(_ inputs: [Shape]) -> ElmanError {
    ElmanError(
      .shapeMismatch,
      "A `Concatenate` layer requires inputs with matching shapes except for the concatenation axis. Received: "
        + "input_shape=\(inputs.list)")
  }

  private func axis(ofRank rank: Int) throws(ElmanError) -> Int {
    let resolved = axis < 0 ? axis + rank : axis
    guard resolved != 0 else {
      throw ElmanError(
        .unsupported, "Layer \"\(name)\" (Concatenate) cannot concatenate along the batch. Received: axis=\(axis)")
    }
    guard (1..<rank).contains(resolved) else {
      throw ElmanError(
        .invalidArgument,
        "The axis of layer \"\(name)\" (Concatenate) is out of bounds for inputs of \(rank) dimensions. "
          + "Received: axis=\(axis)"
      )
    }
    return resolved
  }

  override func merge(_ call: LayerCall) throws(ElmanError) {
    let axis = call.outputShape.axis(axis)
    let rowCount = call.outputShape.first(axis).reduce(1, *)
    let rowSize = call.outputShape.dropFirst(axis).reduce(1, *)
    var start = call.outputs[0]
    for index in 0..<call.inputCount {
      let operand = call.operand(index)
      let size = operand.shape.dropFirst(axis).reduce(1, *)
      for row in 0..<rowCount { (start + row * rowSize).update(from: operand.values + row * size, count: size) }
      start += size
    }
  }

  override func backward(_ call: BackwardCall) {
    guard var start = call.outputGradient else { return }
    let output = call.forward.outputShape
    let axis = output.axis(axis)
    let (rowCount, rowSize) = (output.first(axis).reduce(1, *), output.dropFirst(axis).reduce(1, *))
    for (index, gradient) in call.inputGradients.enumerated() {
      let size = call.forward.operand(index).shape.dropFirst(axis).reduce(1, *)
      if let gradient {
        for row in 0..<rowCount { (gradient + row * size).update(from: start + row * rowSize, count: size) }
      }
      start += size
    }
  }

  // MARK: Masks

  /// As many dimensions as the masks have, and the axis, but not the last one.
  override func joinedMaskShape(_ call: LayerCall) -> Dimensions? {
    guard call.hasMask else { return nil }
    let axis = call.outputShape.axis(axis)
    let last = call.outputShape.count - 1
    var rank = axis < last ? axis + 1 : 1
    for index in 0..<call.inputCount { rank = max(rank, call.operand(index).mask?.shape.count ?? 0) }
    return call.outputShape.first(min(rank, max(last, 1)))
  }

  /// Along the last axis a place counts where it does in any input (Keras 3) or in all (Keras 2); along another one the
  /// masks are concatenated. Inputs without a mask count.
  override func joinMasks(_ call: LayerCall, into mask: UnsafeMutablePointer<UInt8>) {
    guard let sizes = joinedMaskShape(call) else { return }
    let axis = call.outputShape.axis(axis)
    if axis < sizes.count { concatenateMasks(call, sizes, axis, mask) } else { mergeMasks(call, sizes, mask) }
  }

  private func concatenateMasks(
    _ call: LayerCall, _ sizes: Dimensions, _ axis: Int, _ mask: UnsafeMutablePointer<UInt8>
  ) {
    let rowCount = sizes.first(axis).reduce(1, *)
    let rowSize = sizes.dropFirst(axis).reduce(1, *)
    var start = mask
    for index in 0..<call.inputCount {
      let operand = call.operand(index)
      let size = operand.shape.first(sizes.count).dropFirst(axis).reduce(1, *)
      for row in 0..<rowCount {
        for place in 0..<size {
          start[row * rowSize + place] = operand.maskValue(row * size + place, rank: sizes.count)
        }
      }
      start += size
    }
  }

  private func mergeMasks(_ call: LayerCall, _ sizes: Dimensions, _ mask: UnsafeMutablePointer<UInt8>) {
    let isForAll = call.options.joinsMasksAsKeras2
    let count = sizes.reduce(1, *)
    mask.update(repeating: isForAll ? 1 : 0, count: count)
    for index in 0..<call.inputCount {
      let operand = call.operand(index)
      for place in 0..<count {
        let counts = operand.maskValue(place, rank: sizes.count)
        mask[place] = isForAll ? mask[place] & counts : mask[place] | counts
      }
    }
  }

  override func streamStates(forInputs inputs: [[Int]], isMasked: Bool) throws(ElmanError) -> [[Int]] {
    try requireNoTime(axis < 0 ? axis + inputs[0].count : axis, inputs, "it concatenates along time")
    return []
  }
}

extension Operand {
  /// Whether a place of the first `rank` dimensions counts; the mask has at most these.
  fileprivate func maskValue(_ place: Int, rank: Int) -> UInt8 {
    guard let mask else { return 1 }
    let placesOfMask = max(shape.first(rank).dropFirst(mask.shape.count).reduce(1, *), 1)
    return mask.values[place / placesOfMask] == 0 ? 0 : 1
  }
}

extension Argument<Int> {
  fileprivate static var axis: Argument {
    Argument("axis", "integer", -1, json: JSON.int) { (reader, name) throws(ElmanError) in
      let axis = try reader.integer(name) ?? -1
      guard (-Shape.maximumRank..<Shape.maximumRank).contains(axis) else {
        throw reader.mismatch(name, "an integer from -\(Shape.maximumRank) to \(Shape.maximumRank - 1)", .int(axis))
      }
      return axis
    }
  }
}
