import KernelInterface

/// Keras's `Bidirectional`: a recurrent layer and its copy that reads the sequence from the other end, merged.
///
/// Input (batch, timesteps, features); output as the wrapped layer's, with 2 * units at `concat`. Outputs of both
/// directions stand in the order of the input. States come as forward states, then backward states.
public final class Bidirectional: Layer, ListedLayer, @unchecked Sendable {
  public override class var className: String { "Bidirectional" }

  static let arguments = Arguments(.layer("layer"), .mergeMode, .optionalLayer("backward_layer"))

  enum MergeMode: String { case concat, sum, mul, ave }

  public let forwardLayer: RecurrentLayer
  public let backwardLayer: RecurrentLayer
  /// nil: the two outputs side by side, unmerged.
  private let mergeMode: MergeMode?
  /// The layers as they were given, for the config.
  private let givenLayers: [JSON.Member]

  /// The directions are copies of the given layers, with their initial weights.
  init(_ reader: inout ConfigReader) throws(ElmanError) {
    let (first, mergeMode, second) = try Self.arguments.values(&reader)
    let (layer, given) = try (Self.recurrent(first), second.map(Self.recurrent))
    if let given { try Self.requireAlike(layer, given) }
    self.mergeMode = mergeMode
    givenLayers =
      [JSON.Member("layer", layer.serialized())]
      + (given.map { [JSON.Member("backward_layer", $0.serialized())] } ?? [])
    forwardLayer = try layer.copy(
      named: "forward_" + layer.name.withoutPrefix("forward_"), reversed: layer.options.goesBackwards)
    backwardLayer = try (given ?? layer).copy(
      named: "backward_" + (given ?? layer).name.withoutPrefix("backward_"),
      reversed: given?.options.goesBackwards ?? !layer.options.goesBackwards)
    layer.giveInitialWeights(to: forwardLayer)
    (given ?? layer).giveInitialWeights(to: backwardLayer)
    super.init(
      try LayerSettings(&reader), children: [("forward_layer", forwardLayer), ("backward_layer", backwardLayer)])
  }

  private static func recurrent(_ layer: Layer) throws(ElmanError) -> RecurrentLayer {
    guard let layer = layer as? RecurrentLayer, !(layer is ConvLSTM) else {
      throw ElmanError(
        .invalidArgument,
        "Bidirectional wraps recurrent layers. Received: a layer of class \(type(of: layer).className)")
    }
    return layer
  }

  private static func requireAlike(_ forward: RecurrentLayer, _ backward: RecurrentLayer) throws(ElmanError) {
    let directions = (forward: forward.options.goesBackwards, backward: backward.options.goesBackwards)
    guard directions.forward != directions.backward else {
      throw ElmanError(
        .invalidArgument,
        "Forward layer and backward layer should have different `go_backwards` value. Received: "
          + "forward_layer.go_backwards=\(directions.forward), backward_layer.go_backwards=\(directions.backward)")
    }
    for (name, forward, backward) in [
      ("stateful", forward.options.isStateful, backward.options.isStateful),
      ("return_sequences", forward.options.returnsSequences, backward.options.returnsSequences),
      ("return_state", forward.options.returnsState, backward.options.returnsState),
    ] where forward != backward {
      throw ElmanError(
        .invalidArgument,
        "Forward layer and backward layer are expected to have the same value for attribute \"\(name)\", got "
          + "\"\(forward)\" for forward layer and \"\(backward)\" for backward layer")
    }
  }

  override func ownConfig() -> [JSON.Member] {
    givenLayers.map { JSON.Member($0.key, quantized($0.value, as: $0.key == "layer" ? forwardLayer : backwardLayer)) }
      + super.ownConfig()
  }

  /// A given layer, told to store its weights as the direction made of it does now.
  private func quantized(_ given: JSON, as direction: Layer) -> JSON {
    guard let mode = direction.config()["quantization"], case .object(let members) = given else { return given }
    return .object(
      members.map { member in
        guard member.key == "config", case .object(let arguments) = member.value else { return member }
        return JSON.Member(
          "config", .object(arguments.filter { $0.key != "quantization" } + [JSON.Member("quantization", mode)]))
      })
  }

  override var isStateful: Bool { forwardLayer.isStateful }

  override func streamStates(for input: [Int], isMasked: Bool) throws(ElmanError) -> [[Int]] {
    throw cannotStream("its backward layer reads the sequence from its end")
  }

  override func setStates(_ states: [WeightValue]) throws(ElmanError) {
    let forward = forwardLayer.runner.stateSizes.count
    try forwardLayer.setStates(Array(states.prefix(forward)))
    try backwardLayer.setStates(Array(states.dropFirst(forward)))
  }

  public override func states() throws(ElmanError) -> [(shape: [Int], values: [Float])] {
    try forwardLayer.states() + backwardLayer.states()
  }

  override var maskFlow: MaskFlow { forwardLayer.maskFlow }
  override var stateShapes: [[Int]] { forwardLayer.stateShapes + backwardLayer.stateShapes }

  // MARK: Shapes and weights

  override func outputShapes(for input: Shape) throws(ElmanError) -> [Shape] {
    let forward = try forwardLayer.outputShapes(for: input)
    let backward = try backwardLayer.outputShapes(for: input)
    let states = Array(forward.dropFirst() + backward.dropFirst())
    switch mergeMode {
    case nil: return [forward[0], backward[0]] + states
    case .concat:
      var merged = forward[0]
      merged[merged.rank - 1] = forwardLayer.runner.units + backwardLayer.runner.units
      return [merged] + states
    case .sum, .mul, .ave:
      guard forwardLayer.runner.units == backwardLayer.runner.units else {
        throw ElmanError(
          .shapeMismatch,
          "merge_mode='\(mergeMode?.rawValue ?? "")' needs two layers of the same units. "
            + "Received: \(forwardLayer.runner.units) and \(backwardLayer.runner.units)")
      }
      return [forward[0]] + states
    }
  }

  override func makeWeights(for input: Shape) throws(ElmanError) -> [Weight] {
    try forwardLayer.build(for: input)
    try backwardLayer.build(for: input)
    return []
  }

  // MARK: Running

  /// One of something for each direction; unlike an array it needs no allocation.
  private struct Directions<Value> {
    var forward: Value
    var backward: Value

    subscript(_ direction: Int) -> Value { direction == 0 ? forward : backward }
  }

  private func layer(_ direction: Int) -> RecurrentLayer { direction == 0 ? forwardLayer : backwardLayer }

  /// Memory of one direction in a call: its runner's and, where outputs are merged, its output's.
  private typealias Memory = (scratch: UnsafeMutablePointer<Float>, output: UnsafeMutablePointer<Float>)

  /// Up to the backward direction's scratch, which comes last.
  private func memory(
    _ space: inout ScratchSpace, _ size: SequenceSize, threads: Int
  ) throws(ElmanError) -> Directions<Memory> {
    let rowsMerged = mergeMode == nil || mergeMode == .concat ? 0 : size.batch
    let outputs = Directions(
      forward: space.take(rowsMerged, keptSteps(size), forwardLayer.runner.units),
      backward: space.take(rowsMerged, keptSteps(size), backwardLayer.runner.units))
    let forward = space.take(try forwardLayer.runner.scratchCount(size, threads: threads))
    return Directions(forward: (forward, outputs.forward), backward: (space.take(0), outputs.backward))
  }

  private func keptSteps(_ size: SequenceSize) -> Int { forwardLayer.options.returnsSequences ? size.timesteps : 1 }

  override func scratchCount(for input: [Int], threads: Int) throws(ElmanError) -> Int {
    var space = ScratchSpace()
    let size = SequenceSize(input)
    _ = try memory(&space, size, threads: threads)
    _ = space.take(try backwardLayer.runner.scratchCount(size, threads: threads))
    return try space.measured()
  }

  override func forward(_ call: LayerCall) throws(ElmanError) {
    var space = ScratchSpace(call.scratch)
    var memory = try memory(&space, SequenceSize(call.inputShape), threads: call.threads)
    if let outputs = try keptOutputs(call) {
      (memory.forward.output, memory.backward.output) = (outputs.forward, outputs.backward)
    }
    try forwardLayer.whilePrepared { () throws(ElmanError) in
      try backwardLayer.whilePrepared { () throws(ElmanError) in
        let sequences = Directions(forward: try sequence(0, call, memory), backward: try sequence(1, call, memory))
        try runBoth(sequences, threads: call.threads)
      }
    }
    merge(call, memory.forward.output, memory.backward.output)
  }

  /// The two directions, side by side where a thread is free and one row of the batch leaves it nothing else to do.
  private func runBoth(_ sequences: Directions<SequenceCall>, threads: Int) throws(ElmanError) {
    let runners = Directions(forward: forwardLayer.runner, backward: backwardLayer.runner)
    let size = sequences.forward.size
    let operations = Double(size.timesteps) * Double(forwardLayer.runner.units) * Double(forwardLayer.runner.units)
    let parts = size.batch == 1 ? Threads.parts(rows: 2, operationsPerRow: operations, threads: threads) : 1
    var errors = Directions<ElmanError?>(forward: nil, backward: nil)
    withUnsafeMutablePointer(to: &errors) { errors in
      Threads.run(parts: parts, DirectionParts(runners: runners, sequences: sequences, errors: errors, count: parts))
    }
    if let error = errors.forward ?? errors.backward { throw error }
  }

  /// The directions, shared out.
  private struct DirectionParts: SharedWork {
    let runners: Directions<SequenceRunner>
    let sequences: Directions<SequenceCall>
    let errors: UnsafeMutablePointer<Directions<ElmanError?>>
    let count: Int

    func callAsFunction(stage: Int, part: Int) {
      for direction in Threads.share(part, of: 2, parts: count) where count > 1 || errors.pointee.forward == nil {
        do throws(ElmanError) {
          try runners[direction].run(sequences[direction])
        } catch {
          if direction == 0 { errors.pointee.forward = error } else { errors.pointee.backward = error }
        }
      }
    }
  }

  /// Each direction keeps its own, the backward one behind the forward one. Where outputs are multiplied, they are kept
  /// too.
  override func keptCount(for input: [Int]) throws(ElmanError) -> Int {
    let size = SequenceSize(input)
    let outputs = mergeMode == .mul ? try elementCount([2, size.batch, keptSteps(size), forwardLayer.runner.units]) : 0
    return try forwardLayer.runner.keptCount(size) + backwardLayer.runner.keptCount(size) + outputs
  }

  /// Where the outputs of the directions are kept; nil where they are not.
  private func keptOutputs(_ call: LayerCall) throws(ElmanError) -> Directions<UnsafeMutablePointer<Float>>? {
    guard mergeMode == .mul, let kept = call.kept else { return nil }
    let size = SequenceSize(call.inputShape)
    let outputs = kept + (try forwardLayer.runner.keptCount(size) + backwardLayer.runner.keptCount(size))
    return Directions(forward: outputs, backward: outputs + size.batch * keptSteps(size) * forwardLayer.runner.units)
  }

  /// What a call is for one direction: its states are behind those of the forward one.
  private func sequence(
    _ direction: Int, _ call: LayerCall, _ memory: Directions<Memory>
  ) throws(ElmanError) -> SequenceCall {
    let (layer, size) = (layer(direction), SequenceSize(call.inputShape))
    let firstState = direction == 0 ? 0 : forwardLayer.runner.stateSizes.count
    let stateCount = layer.runner.stateSizes.count
    let firstKept = direction == 0 || call.kept == nil ? 0 : try forwardLayer.runner.keptCount(size)
    return SequenceCall(
      size: size, input: call.input, reversed: layer.options.goesBackwards,
      initialStates: call.initialStates.dropFirst(firstState).prefix(stateCount),
      carriedStates: layer.ownCarriedStates[...], mask: try call.timestepMask(of: self),
      kept: call.kept.map { $0 + firstKept }, keepsSequence: layer.options.returnsSequences,
      // As both Kerases, whatever the layer was told.
      zeroOutputForMask: layer.options.returnsSequences,
      output: outputRows(direction, memory[direction].output, steps: keptSteps(size)) { call.outputs[$0] },
      finalStates: call.outputs.dropFirst(mergeMode == nil ? 2 : 1).dropFirst(firstState).prefix(stateCount),
      training: call.training, threads: call.threads, scratch: memory[direction].scratch)
  }

  /// Where a direction writes; the backward one from the last timestep to the first.
  private func outputRows(
    _ direction: Int, _ unmerged: UnsafeMutablePointer<Float>, steps: Int, outputs: (Int) -> UnsafeMutablePointer<Float>
  ) -> OutputRows {
    var (base, width) = (unmerged, forwardLayer.runner.units)
    switch mergeMode {
    case .concat:
      width = forwardLayer.runner.units + backwardLayer.runner.units
      base = outputs(0) + direction * forwardLayer.runner.units
    case nil:
      width = layer(direction).runner.units
      base = outputs(direction)
    case .sum, .mul, .ave: break
    }
    let isReversed = direction == 1 && steps > 0
    return OutputRows(
      base: isReversed ? base + (steps - 1) * width : base, groupStride: steps * width,
      rowStride: isReversed ? -width : width)
  }

  private func merge(_ call: LayerCall, _ forward: UnsafePointer<Float>, _ backward: UnsafePointer<Float>) {
    let (size, output) = (SequenceSize(call.inputShape), call.outputs[0])
    let count = size.batch * keptSteps(size) * forwardLayer.runner.units
    switch mergeMode {
    case nil, .concat: break
    case .sum: for index in 0..<count { output[index] = forward[index] + backward[index] }
    case .mul: for index in 0..<count { output[index] = forward[index] * backward[index] }
    case .ave: for index in 0..<count { output[index] = (forward[index] + backward[index]) / 2 }
    }
  }

  // MARK: Backward

  /// Memory of a run backwards: the gradients of the two outputs, that of the input by the second direction, and what a
  /// direction works in.
  private func backwardMemory(_ space: inout ScratchSpace, _ size: SequenceSize) -> (
    outputs: Directions<UnsafeMutablePointer<Float>>, input: UnsafeMutablePointer<Float>
  ) {
    let rows = mergeMode == .mul || mergeMode == .ave ? size.batch : 0
    let outputs = Directions(
      forward: space.take(rows, keptSteps(size), forwardLayer.runner.units),
      backward: space.take(rows, keptSteps(size), backwardLayer.runner.units))
    return (outputs, space.take(size.batch, size.timesteps, size.features))
  }

  override func backwardScratchCount(forInputs inputs: [[Int]], threads: Int) throws(ElmanError) -> Int {
    var space = ScratchSpace()
    let size = SequenceSize(inputs[0])
    _ = backwardMemory(&space, size)
    let forward = try forwardLayer.runner.backwardScratchCount(size, threads: threads)
    _ = space.take(max(forward, try backwardLayer.runner.backwardScratchCount(size, threads: threads)))
    return try space.measured()
  }

  override func backward(_ call: BackwardCall) throws(ElmanError) {
    let size = SequenceSize(call.forward.inputShape)
    var space = ScratchSpace(call.scratch)
    let memory = backwardMemory(&space, size)
    let scratch = space.take(0)
    try splitGradient(call, into: memory.outputs)
    try forwardLayer.whilePreparedForBackward { () throws(ElmanError) in
      try backwardLayer.whilePreparedForBackward { () throws(ElmanError) in
        let second = call.inputGradient == nil ? nil : memory.input
        try run(0, call, memory.outputs, inputGradient: call.inputGradient, scratch)
        try run(1, call, memory.outputs, inputGradient: second, scratch)
      }
    }
    guard let sum = call.inputGradient else { return }
    for index in 0..<size.batch * size.timesteps * size.features { sum[index] += memory.input[index] }
  }

  /// The gradients of the directions' outputs, where these were averaged or multiplied.
  private func splitGradient(
    _ call: BackwardCall, into gradients: Directions<UnsafeMutablePointer<Float>>
  ) throws(ElmanError) {
    guard let merged = call.outputGradient else { return }
    let size = SequenceSize(call.forward.inputShape)
    let count = size.batch * keptSteps(size) * forwardLayer.runner.units
    if mergeMode == .ave {
      for index in 0..<count { gradients.forward[index] = merged[index] / 2 }
      gradients.backward.update(from: gradients.forward, count: count)
    } else if let outputs = try keptOutputs(call.forward) {
      for index in 0..<count {
        gradients.forward[index] = merged[index] * outputs.backward[index]
        gradients.backward[index] = merged[index] * outputs.forward[index]
      }
    }
  }

  private func run(
    _ direction: Int, _ call: BackwardCall, _ split: Directions<UnsafeMutablePointer<Float>>,
    inputGradient: UnsafeMutablePointer<Float>?, _ scratch: UnsafeMutablePointer<Float>
  ) throws(ElmanError) {
    let layer = layer(direction)
    let (stateCount, firstState) = (
      layer.runner.stateSizes.count, direction == 0 ? 0 : forwardLayer.runner.stateSizes.count
    )
    let (weightCount, firstWeight) = (layer.weightCount, direction == 0 ? 0 : forwardLayer.weightCount)
    let unused = (scratch: scratch, output: scratch)
    try layer.runner.runBackward(
      SequenceGradientCall(
        forward: sequence(direction, call.forward, Directions(forward: unused, backward: unused)),
        outputGradient: outputGradient(direction, call, split),
        finalStateGradients: call.outputGradients.dropFirst(mergeMode == nil ? 2 : 1).dropFirst(firstState).prefix(
          stateCount),
        inputGradient: inputGradient,
        initialStateGradients: call.stateGradients.dropFirst(firstState).prefix(stateCount),
        weightGradients: call.weightGradients.dropFirst(firstWeight).prefix(weightCount), scratch: scratch))
  }

  /// Where the gradient of a direction's output lies; nil where nothing depends on it.
  private func outputGradient(
    _ direction: Int, _ call: BackwardCall, _ split: Directions<UnsafeMutablePointer<Float>>
  ) -> InputRows? {
    guard let given = call.outputGradients[mergeMode == nil ? direction : 0] else { return nil }
    let gradient = UnsafeMutablePointer(mutating: given)
    let unmerged = mergeMode == .sum ? gradient : split[direction]
    let rows = outputRows(direction, unmerged, steps: keptSteps(SequenceSize(call.forward.inputShape))) { _ in gradient
    }
    return InputRows(base: rows.base, groupStride: rows.groupStride, rowStride: rows.rowStride)
  }
}

extension Argument<Bidirectional.MergeMode?> {
  fileprivate static var mergeMode: Argument {
    Argument("merge_mode", "choice", "concat", json: { $0.map { .string($0.rawValue) } ?? .null }) {
      (reader, key) throws(ElmanError) in
      guard let name = try reader.string(key) else { return reader.has(key) ? nil : .concat }
      guard let mode = Bidirectional.MergeMode(rawValue: name) else {
        throw ElmanError(
          .invalidArgument,
          "Invalid merge mode. Received: \(name). Merge mode should be one of \"sum\", \"mul\", \"ave\", \"concat\" "
            + "or null."
        )
      }
      return mode
    }
  }
}

extension Argument<Layer?> {
  fileprivate static func optionalLayer(_ name: String) -> Argument {
    Argument(name, "layer", .null, json: { _ in nil }) { (reader, name) throws(ElmanError) in try reader.layer(name) }
  }
}

extension RecurrentLayer {
  /// A fresh layer of the same arguments under another name.
  fileprivate func copy(named name: String, reversed: Bool) throws(ElmanError) -> RecurrentLayer {
    guard case .object(let members) = config() else {
      throw ElmanError(.internal, "The config of \(self.name) is no object.")
    }
    let changed = members.compactMap { member -> JSON.Member? in
      switch member.key {
      case "name": JSON.Member("name", .string(name))
      case "go_backwards": JSON.Member("go_backwards", .bool(reversed))
      case "batch_input_shape": nil
      default: member
      }
    }
    return try copy(changing: .object(changed))
  }
}

extension String {
  /// Keras 3 stores the directions under their own names, so that these come back with the prefix on.
  fileprivate func withoutPrefix(_ prefix: String) -> String {
    hasPrefix(prefix) ? String(dropFirst(prefix.count)) : self
  }
}
