/// Merging layers that, in Keras 3, leave masked values out: Multiply, Maximum and Minimum. Keras 2's look at no masks.
public class MaskedMerge: ElementwiseMerge, @unchecked Sendable {
  final override func merge(_ call: LayerCall) throws(ElmanError) {
    if call.hasMask, !call.options.joinsMasksAsKeras2 { mergeUnmasked(call) } else { try super.merge(call) }
  }

  /// Merges the values that their masks do not leave out. `flags` has a byte for each element of the output.
  func mergeUnmasked(_ call: LayerCall, flags: UnsafeMutablePointer<UInt8>) {}

  private func mergeUnmasked(_ call: LayerCall) {
    mergeUnmasked(call, flags: call.scratch.asMask(call.outputShape.reduce(1, *)))
  }

  final override func scratchCount(forInputs inputs: [[Int]], threads: Int) throws(ElmanError) -> Int {
    let output = try outputShapes(forInputs: inputs.map { Shape($0) }, CallOptions())[0]
    return try elementCount(output.concrete ?? []) / 4 + 1
  }
}

extension LayerCall {
  /// Calls `body` for each element of the output with the element of an input that belongs to it, and whether that
  /// counts. As in Keras, an input that lacks axes of the output has no mask here.
  @inline(__always)
  fileprivate func forEach(_ operand: Operand, _ body: (_ place: Int, _ value: Float, _ counts: Bool) -> Void) {
    let (values, elementsPerPlace) = (operand.values, operand.elementsPerMaskPlace)
    guard let mask = valueMask(of: operand) else {
      return places(of: operand).forEach { place, element in body(place, values[element], true) }
    }
    places(of: operand).forEach { place, element in
      body(place, values[element], mask.values[element / elementsPerPlace] != 0)
    }
  }

  fileprivate func valueMask(of operand: Operand) -> Mask? { lackedAxes(of: operand) == 0 ? operand.mask : nil }
}

/// Keras's `Multiply`: the product of arrays.
public final class Multiply: MaskedMerge, ListedLayer, @unchecked Sendable {
  public override class var className: String { "Multiply" }
  static let arguments = Arguments()
  override var operation: Operation { .multiply }

  /// A masked value is 1; where all inputs are masked the product is 0.
  override func mergeUnmasked(_ call: LayerCall, flags: UnsafeMutablePointer<UInt8>) {
    let output = call.outputs[0]
    let count = call.outputShape.reduce(1, *)
    output.update(repeating: 1, count: count)
    flags.update(repeating: 0, count: count)
    var areAllMasked = true
    for index in 0..<call.inputCount {
      let operand = call.operand(index)
      areAllMasked = areAllMasked && call.valueMask(of: operand) != nil
      call.forEach(operand) { place, value, counts in
        if counts { (output[place], flags[place]) = (output[place] * value, 1) }
      }
    }
    if areAllMasked { for place in 0..<count where flags[place] == 0 { output[place] = 0 } }
  }
}

/// Maximum and Minimum, which take the largest or smallest of the values that count.
public class ExtremeMerge: MaskedMerge, @unchecked Sendable {
  /// A masked value gives way to what the inputs before it gave, and that to the value while it is masked itself: Keras
  /// 3 knows this until an input comes that has no mask.
  final override func mergeUnmasked(_ call: LayerCall, flags: UnsafeMutablePointer<UInt8>) {
    let (output, isMaximum) = (call.outputs[0], operation == .maximum)
    call.forEach(call.operand(0)) { place, value, counts in (output[place], flags[place]) = (value, counts ? 1 : 0) }
    var isMasked = call.valueMask(of: call.operand(0)) != nil
    for index in 1..<call.inputCount {
      let operand = call.operand(index)
      let wasMasked = isMasked
      call.forEach(operand) { place, value, counts in
        let second = counts ? value : output[place]
        let first = wasMasked && flags[place] == 0 ? second : output[place]
        output[place] = isMaximum ? larger(first, second) : smaller(first, second)
        if counts { flags[place] = 1 }
      }
      isMasked = isMasked && call.valueMask(of: operand) != nil
    }
  }
}

/// Keras's `Maximum` of arrays.
public final class Maximum: ExtremeMerge, ListedLayer, @unchecked Sendable {
  public override class var className: String { "Maximum" }
  static let arguments = Arguments()
  override var operation: Operation { .maximum }
}

/// Keras's `Minimum` of arrays.
public final class Minimum: ExtremeMerge, ListedLayer, @unchecked Sendable {
  public override class var className: String { "Minimum" }
  static let arguments = Arguments()
  override var operation: Operation { .minimum }
}
