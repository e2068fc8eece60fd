/// Several timesteps of a stream, which go through one layer after the other.
final class StreamBlock {
  private struct Part {
    let layer: Layer
    /// The call for one timestep.
    let step: LayerCall
    let hasTime: (input: Bool, output: Bool)
    let keepsMask: Bool
    /// Where the layer puts a mask that it writes.
    let mask: UnsafeMutablePointer<UInt8>?

    func call(steps: Int, mask: Mask?) -> LayerCall {
      LayerCall(
        inputShape: step.inputShape.withSteps(steps, hasTime: hasTime.input),
        outputShape: step.outputShape.withSteps(steps, hasTime: hasTime.output), input: step.input, outputs: step.outputs,
        streamStates: step.streamStates, mask: mask, threads: step.threads, scratch: step.scratch)
    }
  }

  let threads: Int
  /// The most timesteps at once.
  private let length: Int
  private let batch: Int
  /// Numbers of a row, for one timestep.
  private let sizes: (input: Int, output: Int)
  private let parts: [Part]
  private let memory: FloatBuffer
  private let input: UnsafeMutablePointer<Float>
  private let output: UnsafePointer<Float>

  private static let longest = 64
  /// Floats between two layers, which stay in the L2 cache.
  private static let largestArea = 65_536
  private static let smallArea = 4_096

  /// Whether a block takes little memory.
  static func isSmall(_ layout: StreamLayout) -> Bool { layout.widest * longest <= smallArea }

  init(_ layout: StreamLayout, states: [UnsafeMutablePointer<Float>], threads: Int) throws(ElmanError) {
    self.threads = threads
    batch = layout.batch
    length = max(1, min(Self.longest, Self.largestArea / layout.widest))
    sizes = (layout.inputShape.dropFirst().reduce(1, *), layout.outputShape.dropFirst().reduce(1, *))
    let offsets = try Offsets(layout, length: length, threads: threads)
    memory = try FloatBuffer(count: offsets.count)
    let base = memory.base
    input = base + offsets.areas[0]
    output = UnsafePointer(base + offsets.areas[layout.parts.count % 2])
    var parts: [Part] = []
    for (index, part) in layout.parts.enumerated() {
      let shape = try Dimensions(layout.shapes[index])
      let step = LayerCall(
        inputShape: shape, outputShape: try Dimensions(layout.shapes[index + 1]), input: base + offsets.areas[index % 2],
        outputs: [base + offsets.areas[(index + 1) % 2]], streamStates: Array(states[part.states]), threads: threads,
        scratch: base + offsets.scratch)
      let capacity = part.layer.maskCapacity(for: shape.withSteps(length, hasTime: part.hasTime.input))
      parts.append(
        Part(
          layer: part.layer, step: step, hasTime: part.hasTime, keepsMask: part.keepsMask,
          mask: offsets.masks[index].map { (base + $0).asMask(capacity) }))
    }
    self.parts = parts
  }

  /// Where everything lies in the memory.
  private struct Offsets {
    /// They take turns as input and output of a layer.
    let areas: [Int]
    let masks: [Int?]
    let scratch: Int
    let count: Int

    init(_ layout: StreamLayout, length: Int, threads: Int) throws(ElmanError) {
      var space = ScratchSpace()
      areas = [space.place(length, layout.widest), space.place(length, layout.widest)]
      var masks: [Int?] = []
      var most = 0
      for (part, shape) in zip(layout.parts, layout.shapes) {
        for steps in [1, length] {
          let input = try Dimensions(shape).withSteps(steps, hasTime: part.hasTime.input)
          most = max(most, try part.layer.scratchCount(for: Array(input), threads: threads))
        }
        masks.append(
          space.takeMask(of: part.layer, for: try Dimensions(shape).withSteps(length, hasTime: part.hasTime.input)))
      }
      self.masks = masks
      scratch = space.place(most)
      count = try space.measured()
    }
  }

  func run(
    _ source: UnsafePointer<Float>, steps: Int, into target: UnsafeMutablePointer<Float>
  ) throws(ElmanError) {
    var first = 0
    while first < steps {
      let count = min(length, steps - first)
      for row in 0..<batch {
        (input + row * count * sizes.input)
          .update(from: source + (row * steps + first) * sizes.input, count: count * sizes.input)
      }
      try runLayers(count)
      for row in 0..<batch {
        (target + (row * steps + first) * sizes.output)
          .update(from: output + row * count * sizes.output, count: count * sizes.output)
      }
      first += count
    }
  }

  private func runLayers(_ steps: Int) throws(ElmanError) {
    var mask: Mask?
    for part in parts {
      let call = part.call(steps: steps, mask: part.hasTime.input ? mask : nil)
      try part.layer.run(call)
      part.layer.writeMask(after: call, into: part.mask)
      mask = part.keepsMask ? part.layer.mask(after: call, in: part.mask) : nil
    }
  }
}

extension Dimensions {
  /// The shape of several timesteps, of that of one: (batch, 1, ...), or (batch, ...) past the last sequence, where each
  /// timestep of each row becomes a row.
  fileprivate func withSteps(_ steps: Int, hasTime: Bool) -> Dimensions {
    var shape = self
    if hasTime { shape[1] = steps } else { shape[0] *= steps }
    return shape
  }
}

extension StreamLayout {
  /// The numbers of the largest array of one timestep.
  fileprivate var widest: Int { max(1, shapes.map { $0.reduce(1, *) }.max() ?? 1) }
}
