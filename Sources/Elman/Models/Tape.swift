import KernelInterface

/// One run of a model for training: what each layer read, wrote and kept, which its `backward` will read again.
///
/// Unlike a `Plan`, whose two areas take turns, every array stays.
public final class Tape: @unchecked Sendable {
  /// What one layer leaves.
  private struct Entry {
    let layer: Layer
    let outputs: [FloatBuffer]
    let kept: FloatBuffer
  }

  private let input: FloatBuffer
  private var masks: [FloatBuffer] = []
  private var entries: [Entry] = []
  public private(set) var outputShapes: [[Int]]

  /// Runs layers on an input of a shape.
  init(
    layers: [Layer], input first: UnsafeBufferPointer<Float>, shape: [Int], initialStates: [UnsafePointer<Float>],
    mask: Mask?
  ) throws(ElmanError) {
    outputShapes = [shape]
    self.input = try FloatBuffer(copying: first)
    var input = UnsafePointer(self.input.base)
    var mask = mask
    var statesAreOpen = !initialStates.isEmpty
    let threads = Threads.count
    for layer in layers {
      let inputShape = outputShapes[0]
      outputShapes = try layer.outputShapes(for: Shape(inputShape)).map { $0.concrete ?? [] }
      if !layer.isIdentity {
        let takesStates = statesAreOpen && !layer.stateShapes.isEmpty
        if takesStates { statesAreOpen = false }
        let (entry, call) = try Tape.run(
          layer, input, inputShape, outputShapes, takesStates ? initialStates : [], mask, threads: threads)
        let written = try maskMemory(layer.maskCapacity(for: call.inputShape))
        layer.writeMask(after: call, into: written)
        mask = layer.mask(after: call, in: written)
        entries.append(entry)
        input = UnsafePointer(entry.outputs[0].base)
      } else if layer.maskEffect != .passes {
        mask = nil
      }
    }
  }

  /// Bytes of a mask that a layer may write.
  private func maskMemory(_ count: Int) throws(ElmanError) -> UnsafeMutablePointer<UInt8>? {
    if count == 0 { return nil }
    masks.append(try FloatBuffer(count: count / 4 + 1))
    return masks[masks.count - 1].base.asMask(count)
  }

  private static func run(
    _ layer: Layer, _ input: UnsafePointer<Float>, _ shape: [Int], _ outputShapes: [[Int]], _ states: [UnsafePointer<Float>],
    _ mask: Mask?, threads: Int
  ) throws(ElmanError) -> (entry: Entry, call: LayerCall) {
    var outputs: [FloatBuffer] = []
    for shape in outputShapes { outputs.append(try FloatBuffer(count: try elementCount(shape))) }
    let kept = try FloatBuffer(count: try layer.keptCount(for: shape))
    let scratch = try FloatBuffer(count: try layer.scratchCount(for: shape, threads: threads))
    let call = LayerCall(
      inputShape: try Dimensions(shape), outputShape: try Dimensions(outputShapes[0]), input: input,
      outputs: outputs.map(\.base), initialStates: states, kept: kept.base, mask: mask, training: true, threads: threads,
      scratch: scratch.base)
    try layer.run(call)
    return (Entry(layer: layer, outputs: outputs, kept: kept), call)
  }

  /// The model's outputs.
  public var outputs: [UnsafeBufferPointer<Float>] { entries.last?.outputs.map(\.values) ?? [] }

  /// What a layer kept: of a recurrent layer its states, (batch, timesteps + 1, all sizes).
  public func kept(by layer: Layer) -> UnsafeBufferPointer<Float>? { entries.first { $0.layer === layer }?.kept.values }
}
