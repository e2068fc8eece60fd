/// Several timesteps of a stream, which go through one layer after the other.
final class StreamBlock {
  let threads: Int
  private let layout: StreamLayout
  /// The most timesteps at once.
  private let length: Int
  private let memory: StreamMemory
  private var masks: [Mask?]

  private static let longest = 64
  /// Floats between two layers, which stay in the L2 cache.
  private static let largestArea = 65_536
  private static let smallArea = 4_096

  /// Whether a block takes little memory.
  static func isSmall(_ layout: StreamLayout) -> Bool { layout.widest * longest <= smallArea }

  init(_ layout: StreamLayout, states: [UnsafeMutablePointer<Float>], threads: Int) throws(ElmanError) {
    self.threads = threads
    self.layout = layout
    length = max(1, min(Self.longest, Self.largestArea / layout.widest))
    memory = try StreamMemory(layout, steps: length, states: states, threads: threads)
    masks = [Mask?](repeating: nil, count: layout.values.count)
  }

  /// Runs timesteps: each input is (batch, steps, ...), one after the other, and so are the outputs.
  func run(
    _ source: UnsafePointer<Float>, steps: Int, into target: UnsafeMutablePointer<Float>
  ) throws(ElmanError) {
    var first = 0
    while first < steps {
      let count = min(length, steps - first)
      var input = source
      for value in layout.inputs {
        let size = layout.values[value].count / layout.batch
        for row in 0..<layout.batch {
          (memory.array(value) + row * count * size).update(
            from: input + (row * steps + first) * size, count: count * size)
        }
        input += layout.batch * steps * size
      }
      memory.setSteps(count)
      try runLayers()
      var output = target
      for value in layout.outputs {
        let size = layout.values[value].count / layout.batch
        for row in 0..<layout.batch {
          (output + (row * steps + first) * size).update(
            from: memory.array(value) + row * count * size, count: count * size)
        }
        output += layout.batch * steps * size
      }
      first += count
    }
  }

  private func runLayers() throws(ElmanError) {
    for (index, part) in layout.parts.enumerated() {
      let (layer, call, written) = (part.call.layer, memory.calls + index, memory.writtenMasks[index])
      call.pointee.takeMasks(masks, part.call.inputs, hasTime: layout.values[part.call.inputs[0]].hasTime)
      if !part.isIdentity { try layer.run(call.pointee) }
      try layer.writeMask(after: call.pointee, into: written)
      masks[part.call.firstOutput] = layer.mask(after: call.pointee, in: written)
    }
  }
}

extension LayerCall {
  /// Takes the masks of the inputs, which only timesteps have.
  mutating func takeMasks(_ masks: [Mask?], _ inputs: [Int], hasTime: Bool) {
    mask = hasTime ? masks[inputs[0]] : nil
    for position in otherInputs.indices { otherInputs[position].mask = hasTime ? masks[inputs[position + 1]] : nil }
  }
}
