/// What Keras's merging layers share: several arrays become one.
public class Merge: Layer, MaskJoining, @unchecked Sendable {
  final override var maskFlow: MaskFlow { joinsMasks ? .joins : .stops }

  /// Whether the output has a mask made of those of the inputs.
  var joinsMasks: Bool { true }

  final override func outputShapes(for input: Shape) throws(ElmanError) -> [Shape] {
    try outputShapes(forInputs: [input], CallOptions())
  }

  final override func outputShapes(forInputs inputs: [Shape], _ options: CallOptions) throws(ElmanError) -> [Shape] {
    for (index, input) in inputs.enumerated() where input.rank == 0 {
      throw ElmanError(
        .shapeMismatch,
        "Input \(index) of layer \"\(name)\" is incompatible with the layer: expected min_ndim=1, found ndim=0. Full "
          + "shape received: \(input)")
    }
    try requireCount(inputs)
    var batch: Int?
    for input in inputs {
      guard let size = input[0] else { continue }
      guard batch == nil || batch == size else {
        throw ElmanError(
          .shapeMismatch,
          "Cannot merge tensors with different batch sizes. Received tensors with shapes \(inputs.list)")
      }
      batch = size
    }
    return [try mergedShape(inputs).withBatch(batch)]
  }

  /// An error where the layer does not take so many inputs.
  func requireCount(_ inputs: [Shape]) throws(ElmanError) {}

  /// The shape of the output, whose batch does not matter; an error where shapes do not fit.
  func mergedShape(_ inputs: [Shape]) throws(ElmanError) -> Shape { inputs[0] }

  final override func forward(_ call: LayerCall) throws(ElmanError) {
    if joinsMasks, call.hasMask { try requireMasks(call) }
    try merge(call)
  }

  /// Computes the output. Shapes were checked.
  func merge(_ call: LayerCall) throws(ElmanError) {}

  func joinedMaskShape(_ call: LayerCall) -> Dimensions? { nil }
  func joinMasks(_ call: LayerCall, into mask: UnsafeMutablePointer<UInt8>) {}

  /// A joined mask never has the last dimension of the output, unless that is the batch.
  final func joinedMaskCapacity(forInputs inputs: [Dimensions]) -> Int {
    guard joinsMasks, let output = try? outputShapes(forInputs: inputs.map { Shape($0) }, CallOptions())[0],
      let sizes = output.concrete
    else { return 0 }
    return sizes.prefix(max(sizes.count - 1, 1)).reduce(1) { $0 * max($1, 1) }
  }

  /// An error unless each mask has the first dimensions of its input, the last one apart.
  private func requireMasks(_ call: LayerCall) throws(ElmanError) {
    for index in 0..<call.inputCount {
      let operand = call.operand(index)
      guard let mask = operand.mask else { continue }
      let most = max(operand.shape.count - 1, 1)
      guard !mask.shape.isEmpty, mask.shape.count <= most, operand.shape.starts(with: mask.shape) else {
        throw ElmanError(
          .shapeMismatch,
          "The mask of input \(index) of layer \"\(name)\" must have the first dimensions of the input, such as "
            + "\(Shape(operand.shape.first(most))). Received: \(Shape(mask.shape))")
      }
    }
  }

  /// An error where the axis is time in a stream of inputs of one timestep, or was in the sequences the layer was built
  /// for.
  final func requireNoTime(_ axis: Int, _ inputs: [[Int]], _ reason: String) throws(ElmanError) {
    guard axis == 1 else { return }
    for (input, built) in zip(inputs, builtInputShapes ?? [])
    where input.count > 2 || built.rank < 2 || built[1] != input[1] {
      throw cannotStream(reason)
    }
  }
}

extension Operand {
  /// Elements of the array for each place of its mask.
  var elementsPerMaskPlace: Int { mask.map { max(shape.dropFirst($0.shape.count).reduce(1, *), 1) } ?? 1 }
}
