import KernelInterface

/// Keras's `Softmax` over one axis or several; elements that a mask of the input's own shape leaves out get 0.
public final class Softmax: Layer, @unchecked Sendable {
  public override class var className: String { "Softmax" }

  private let axes: [Int]

  init(_ reader: inout ConfigReader) throws(ElmanError) {
    axes = try reader.axes()
    super.init(try LayerSettings(&reader))
  }

  override func ownConfig() -> [JSON.Member] { [JSON.Member("axis", axes.count == 1 ? .int(axes[0]) : .integers(axes))] }
  override var maskFlow: MaskFlow { .passes }

  override func outputShapes(for input: Shape) throws(ElmanError) -> [Shape] {
    _ = try input.resolved(axes: axes, of: name)
    return [input]
  }

  override func scratchCount(for input: [Int], threads: Int) throws(ElmanError) -> Int { try elementCount(input) }

  override func forward(_ call: LayerCall) throws(ElmanError) {
    let shape = call.inputShape
    if call.mask != nil, shape.count != 2 {
      throw ElmanError(
        .unsupported, "The mask of a Softmax must have the input's shape, \(Shape(shape)); a mask of timesteps was given.")
    }
    let columns = shape.elements(along: axes)
    let rows = columns == 0 ? 0 : shape.reduce(1, *) / columns
    let view = StridedView(shape, last: axes)
    let (input, output, scratch) = (call.input, call.outputs[0], call.scratch)
    view.forEach { result, array in
      scratch[result] = input[array] + (call.mask.map { $0[array] == 0 ? -1e9 : 0 } ?? 0)
    }
    call.kernels.softmax(scratch, scratch, rows, columns)
    view.forEach { result, array in output[array] = scratch[result] }
  }

  override func streamStates(for input: [Int], isMasked: Bool) throws(ElmanError) -> [[Int]] {
    if input.count > 2, try Shape(input).resolved(axes: axes, of: name).contains(1) { throw cannotStream("it normalizes over time") }
    return []
  }
}
