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
    mask: UnsafePointer<UInt8>?
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
        let entry = try Tape.run(
          layer, input, inputShape, outputShapes, takesStates ? initialStates : [], mask, threads: threads)
        if layer.maskFlow == .makes {
          let count = inputShape.prefix(2).reduce(1, *)
          let made = try FloatBuffer(count: count / 4 + 1)
          masks.append(made)
          let bytes = UnsafeMutableRawPointer(made.base).bindMemory(to: UInt8.self, capacity: count)
          layer.makeMask(of: input, shape: try Dimensions(inputShape), into: bytes)
          mask = UnsafePointer(bytes)
        }
        entries.append(entry)
        input = UnsafePointer(entry.outputs[0].base)
      }
      if layer.maskFlow == .stops { mask = nil }
    }
  }

  private static func run(
    _ layer: Layer, _ input: UnsafePointer<Float>, _ shape: [Int], _ outputShapes: [[Int]], _ states: [UnsafePointer<Float>],
    _ mask: UnsafePointer<UInt8>?, threads: Int
  ) throws(ElmanError) -> Entry {
    var outputs: [FloatBuffer] = []
    for shape in outputShapes { outputs.append(try FloatBuffer(count: try elementCount(shape))) }
    let kept = try FloatBuffer(count: try layer.keptCount(for: shape))
    let scratch = try FloatBuffer(count: try layer.scratchCount(for: shape, threads: threads))
    try layer.run(
      LayerCall(
        inputShape: Dimensions(shape), outputShape: Dimensions(outputShapes[0]), input: input, outputs: outputs.map(\.base),
        initialStates: states, kept: kept.base, mask: mask,
        training: true, threads: threads, scratch: scratch.base))
    return Entry(layer: layer, outputs: outputs, kept: kept)
  }

  /// The model's outputs.
  public var outputs: [UnsafeBufferPointer<Float>] { entries.last?.outputs.map(\.values) ?? [] }

  /// What a layer kept: of a recurrent layer its states, (batch, timesteps + 1, all sizes).
  public func kept(by layer: Layer) -> UnsafeBufferPointer<Float>? { entries.first { $0.layer === layer }?.kept.values }
}
