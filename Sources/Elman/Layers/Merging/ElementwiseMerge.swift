/// Keras's merging layers that compute each element of the output from one element of each input. Inputs broadcast: one
/// element along an axis repeats, and inputs of fewer axes get axes of one element behind the batch.
public class ElementwiseMerge: Merge, @unchecked Sendable {
  enum Operation { case add, subtract, multiply, maximum, minimum }

  var operation: Operation { .add }

  init(_ reader: inout ConfigReader) throws(ElmanError) { super.init(try LayerSettings(&reader)) }

  final override func mergedShape(_ inputs: [Shape]) throws(ElmanError) -> Shape {
    var merged = Array(inputs[0].dimensions.dropFirst())
    for input in inputs.dropFirst() { merged = try broadcast(merged, Array(input.dimensions.dropFirst())) }
    return Shape([nil] + merged)
  }

  /// The shape of two arrays together, aligned at their ends.
  private func broadcast(_ first: [Int?], _ second: [Int?]) throws(ElmanError) -> [Int?] {
    if first.count < second.count { return try broadcast(second, first) }
    var merged = first
    let start = first.count - second.count
    for (index, size) in second.enumerated() {
      switch (first[start + index], size) {
      case (nil, _), (_, nil): merged[start + index] = nil
      case (1?, let size?): merged[start + index] = size
      case (_?, 1?): break
      case (let one?, let other?):
        guard one == other else {
          throw ElmanError(
            .shapeMismatch,
            "Inputs have incompatible shapes. Received shapes \(Shape(first)) and \(Shape(second))")
        }
      }
    }
    return merged
  }

  override func merge(_ call: LayerCall) throws(ElmanError) {
    copyFirst(call)
    for index in 1..<call.inputCount { accumulate(call.operand(index), call) }
  }

  private func copyFirst(_ call: LayerCall) {
    let (values, output) = (call.input, call.outputs[0])
    call.places(of: call.operand(0)).forEach { place, element in output[place] = values[element] }
  }

  private func accumulate(_ operand: Operand, _ call: LayerCall) {
    let (values, output, places) = (operand.values, call.outputs[0], call.places(of: operand))
    switch operation {
    case .add: places.forEach { place, element in output[place] += values[element] }
    case .subtract: places.forEach { place, element in output[place] -= values[element] }
    case .multiply: places.forEach { place, element in output[place] *= values[element] }
    case .maximum: places.forEach { place, element in output[place] = larger(output[place], values[element]) }
    case .minimum: places.forEach { place, element in output[place] = smaller(output[place], values[element]) }
    }
  }

  // MARK: Backward

  final override func backwardScratchCount(forInputs inputs: [[Int]], threads: Int) throws(ElmanError) -> Int {
    let isSum = operation == .add || operation == .subtract
    return isSum ? 0 : try elementCount(mergedShape(inputs.map { Shape($0) }).withBatch(inputs[0].first).concrete ?? [])
  }

  /// What the gradient of each input is multiplied by.
  func gradientFactor(_ call: LayerCall) -> Float { 1 }

  final override func backward(_ call: BackwardCall) {
    guard let gradient = call.outputGradient else { return }
    let forward = call.forward
    let factor = gradientFactor(forward)
    if operation == .maximum || operation == .minimum {
      // Which places have found the input that gets their gradient.
      call.scratch.update(repeating: 0, count: forward.outputShape.reduce(1, *))
    }
    for index in 0..<forward.inputCount {
      let operand = forward.operand(index)
      let sums = call.inputGradients[index]
      sums?.update(repeating: 0, count: operand.shape.reduce(1, *))
      let places = forward.places(of: operand)
      switch operation {
      case .add: if let sums { places.forEach { place, element in sums[element] += gradient[place] * factor } }
      case .subtract:
        let sign: Float = index == 0 ? 1 : -1
        if let sums { places.forEach { place, element in sums[element] += gradient[place] * sign } }
      case .multiply: if let sums { addProducts(call, gradient, index, to: sums) }
      case .maximum, .minimum: addChosen(call, gradient, operand, to: sums)
      }
    }
  }

  /// The gradient times all inputs but one.
  private func addProducts(
    _ call: BackwardCall, _ gradient: UnsafePointer<Float>, _ index: Int, to sums: UnsafeMutablePointer<Float>
  ) {
    let (forward, products) = (call.forward, call.scratch)
    products.update(from: gradient, count: forward.outputShape.reduce(1, *))
    for other in 0..<forward.inputCount where other != index {
      let operand = forward.operand(other)
      forward.places(of: operand).forEach { place, element in products[place] *= operand.values[element] }
    }
    forward.places(of: forward.operand(index)).forEach { place, element in sums[element] += products[place] }
  }

  /// The gradient of the largest or the smallest goes to the first input that is it.
  private func addChosen(
    _ call: BackwardCall, _ gradient: UnsafePointer<Float>, _ operand: Operand, to sums: UnsafeMutablePointer<Float>?
  ) {
    let (output, isFound) = (call.forward.outputs[0], call.scratch)
    call.forward.places(of: operand).forEach { place, element in
      guard isFound[place] == 0, operand.values[element] == output[place] else { return }
      isFound[place] = 1
      sums?[element] += gradient[place]
    }
  }

  // MARK: Masks

  /// Keras 3: a mask where all inputs have one; Keras 2: where any has.
  final override func joinedMaskShape(_ call: LayerCall) -> Dimensions? {
    guard call.hasMask else { return nil }
    var rank = 0
    for index in 0..<call.inputCount {
      let operand = call.operand(index)
      if let mask = operand.mask {
        rank = max(rank, mask.shape.count + (mask.shape.count > 1 ? call.lackedAxes(of: operand) : 0))
      } else if !call.options.joinsMasksAsKeras2 {
        return nil
      }
    }
    return call.outputShape.first(min(rank, max(call.outputShape.count - 1, 1)))
  }

  /// Keras 3: a place counts where it does in any input; Keras 2: in all that have masks.
  final override func joinMasks(_ call: LayerCall, into mask: UnsafeMutablePointer<UInt8>) {
    guard let sizes = joinedMaskShape(call) else { return }
    let isForAll = call.options.joinsMasksAsKeras2
    mask.update(repeating: isForAll ? 1 : 0, count: sizes.reduce(1, *))
    for index in 0..<call.inputCount {
      let operand = call.operand(index)
      guard let own = operand.mask else { continue }
      Broadcast(own.shape, to: sizes, lackedAxes: call.lackedAxes(of: operand)).forEach { place, element in
        let counts: UInt8 = own.values[element] == 0 ? 0 : 1
        mask[place] = isForAll ? mask[place] & counts : mask[place] | counts
      }
    }
  }

  // MARK: Streams

  override func streamStates(forInputs inputs: [[Int]], isMasked: Bool) throws(ElmanError) -> [[Int]] {
    guard inputs.allSatisfy({ $0.count == inputs[0].count }) else {
      throw cannotStream("its inputs have not the same number of axes")
    }
    let haveOneTimestep = (builtInputShapes ?? []).map { $0.rank > 2 && $0[1] == 1 }
    guard Set(haveOneTimestep).count < 2 else {
      throw cannotStream("one of its inputs repeats at each timestep")
    }
    return []
  }
}

extension LayerCall {
  /// How many axes the output has that an input lacks.
  func lackedAxes(of operand: Operand) -> Int { outputShape.count - operand.shape.count }

  /// Where the elements of an input go in the output.
  func places(of operand: Operand) -> Broadcast {
    Broadcast(operand.shape, to: outputShape, lackedAxes: lackedAxes(of: operand))
  }
}

/// The larger of two numbers, NaN where one is.
@inline(__always)
func larger(_ x: Float, _ y: Float) -> Float { x > y || x != x ? x : y }

/// The smaller of two numbers, NaN where one is.
@inline(__always)
func smaller(_ x: Float, _ y: Float) -> Float { x < y || x != x ? x : y }

/// Keras's `Add`: the sum of arrays.
public final class Add: ElementwiseMerge, ListedLayer, @unchecked Sendable {
  public override class var className: String { "Add" }
  static let arguments = Arguments()
}

/// Keras's `Subtract`: the first of two arrays less the second.
public final class Subtract: ElementwiseMerge, ListedLayer, @unchecked Sendable {
  public override class var className: String { "Subtract" }
  static let arguments = Arguments()
  override var operation: Operation { .subtract }

  override func requireCount(_ inputs: [Shape]) throws(ElmanError) {
    guard inputs.count == 2 else {
      throw ElmanError(
        .invalidArgument,
        "A `Subtract` layer should be called on exactly 2 inputs. Received: input_shape=\(inputs.list)")
    }
  }
}

/// Keras's `Average` of arrays.
public final class Average: ElementwiseMerge, ListedLayer, @unchecked Sendable {
  public override class var className: String { "Average" }
  static let arguments = Arguments()

  override func merge(_ call: LayerCall) throws(ElmanError) {
    try super.merge(call)
    let count = Float(call.inputCount)
    for index in 0..<call.outputShape.reduce(1, *) { call.outputs[0][index] /= count }
  }

  override func gradientFactor(_ call: LayerCall) -> Float { 1 / Float(call.inputCount) }
}
