import KernelInterface
import Synchronization

/// A layer of a model: its arguments, its weights, its shapes and its arithmetic.
///
/// A subclass overrides `makeWeights`, `outputShapes`, `ownConfig`, `scratchCount`, `prepare` and `forward`.
/// Any number of threads may use one layer: what changes it takes its lock alone, what runs it shares the lock.
public class Layer: @unchecked Sendable {
  enum MaskFlow { case passes, stops, makes }

  public let name: String
  /// The input shape its arguments fixed, batch first.
  public let givenInputShape: Shape?

  let lock = ReadWriteLock()
  private var trainable: Bool
  private var builtShape: Shape?
  private(set) var ownWeights: [Weight] = []
  private var isPrepared = false
  /// How the weights of products are stored.
  private(set) var weightFormat: WeightFormat
  /// Counts the changes of the weights.
  let weightsVersion = Atomic<Int>(0)

  init(_ settings: LayerSettings) {
    name = settings.name
    givenInputShape = settings.inputShape
    trainable = settings.trainable
    weightFormat = settings.weightFormat
  }

  // MARK: To be overridden

  /// Keras's class name.
  public class var className: String { "Layer" }

  /// Layers whose weights stand behind this layer's own, by the names of Keras's attributes: the `forward_layer` and the
  /// `backward_layer` of a Bidirectional.
  var namedChildren: [(role: String, layer: Layer)] { [] }

  /// The arguments beside those of every layer, in Keras's order.
  func ownConfig() -> [JSON.Member] { [] }

  /// The shapes of the outputs, or an error where the input does not fit.
  func outputShapes(for input: Shape) throws(ElmanError) -> [Shape] { [input] }

  /// The layer's own weights for an input shape that `outputShapes` took. Children are built here too.
  func makeWeights(for input: Shape) throws(ElmanError) -> [Weight] { [] }

  /// The weights, by index, that `prepare` packs in `weightFormat`; none where the layer has no such products.
  var quantizableWeights: Range<Int> { 0..<0 }

  /// Brings the weights into the form that `forward` reads; called before the first run and after each change, with
  /// the lock held alone: nothing in it may ask the layer for what takes the lock.
  func prepare(builtFor input: Shape) throws(ElmanError) {}

  /// Bytes of what `prepare` made; called with the lock held.
  var packedBytes: Int { 0 }

  /// Whether the output is the input itself, so that nothing needs to run.
  var isIdentity: Bool { false }

  /// Whether the config says if the layer is trainable: some layers of Keras refuse the key.
  var hasTrainableInConfig: Bool { true }

  /// Whether running changes the layer, as a stateful one does: it then runs for one thread at a time.
  var isStateful: Bool { false }

  /// Whether running the layer, or one in it, calls functions of the caller's.
  var runsCallersCode: Bool {
    (self as? RecurrentCell)?.isCallersOwn == true || children.contains(where: \.runsCallersCode)
  }

  /// What becomes of a mask of the input; Keras drops it unless the layer knows of masks.
  var maskFlow: MaskFlow { .stops }

  /// Writes the mask (batch, timesteps) of an input; of layers whose maskFlow is `.makes`.
  func makeMask(of input: UnsafePointer<Float>, shape: [Int], into mask: UnsafeMutablePointer<UInt8>) {}

  /// Shapes (without batch) of the states that `initialStates` may give.
  var stateShapes: [[Int]] { [] }

  /// Floats of scratch memory that one `forward` needs.
  func scratchCount(for input: [Int], threads: Int) throws(ElmanError) -> Int { 0 }

  /// Computes the outputs. Shapes were checked; the lock is held.
  func forward(_ call: LayerCall) throws(ElmanError) {}

  /// Calls on inputs of a shape, without a mask or initial states, that are made beforehand; nil where that would not be
  /// worth it. They work in `scratch`, as `forward` does.
  func boundCall(
    inputShape: [Int], threads: Int, scratch: UnsafeMutablePointer<Float>
  ) throws(ElmanError) -> FusedSequenceCall? { nil }

  /// The shapes of what the layer keeps from timestep to timestep in a stream, or an error that says why it cannot be
  /// streamed. `input` is the shape of one step: (batch, 1, features) or, past the last sequence, (batch, features); `isMasked` says whether steps may be masked.
  func streamStates(for input: [Int], isMasked: Bool) throws(ElmanError) -> [[Int]] { [] }

  /// The layer's part of a stream, where `call` says what it reads and writes at each step and `mask` where its mask goes.
  func streamStep(_ call: LayerCall, mask: UnsafeMutablePointer<UInt8>?) throws(ElmanError) -> StreamStep {
    StreamStep(self, call, mask: mask)
  }

  final func cannotStream(_ reason: String) -> ElmanError {
    ElmanError(.unsupported, "Layer '\(name)' (\(type(of: self).className)) cannot be streamed: \(reason).")
  }

  final func notStateful() -> ElmanError {
    ElmanError(.invalidArgument, "Layer must be stateful: '\(name)' carries no states from call to call.")
  }

  /// Floats that `forward` keeps for `backward` where it runs for training, beside its input, its outputs and its mask.
  func keptCount(for input: [Int]) throws(ElmanError) -> Int { 0 }

  /// The gradients of one `forward` that kept what it needs: see `BackwardCall`.
  func backward(_ call: BackwardCall) throws(ElmanError) {
    throw ElmanError(.unsupported, "Layer '\(name)' (\(type(of: self).className)) computes no gradients.")
  }

  /// Puts given states in the place of those that a stateful layer carries, or none where one does not fit.
  public final func replaceStates(_ states: [WeightValue]) throws(ElmanError) {
    let carried = try self.states()
    guard states.count == carried.count else {
      throw ElmanError(
        .shapeMismatch, "Layer \(name) expects \(carried.count) states, but it received \(states.count) state values.")
    }
    for (index, state) in states.enumerated() where state.shape != carried[index].shape {
      throw ElmanError(
        .shapeMismatch,
        "State \(index) is incompatible with layer \(name): expected shape=\(Shape(carried[index].shape)), "
          + "found shape=\(Shape(state.shape))")
    }
    try setStates(states)
  }

  /// Puts given states, whose shapes were checked, in the place of those that a stateful layer carries.
  func setStates(_ states: [WeightValue]) throws(ElmanError) { throw notStateful() }

  /// Copies of the states that a stateful layer carries.
  public func states() throws(ElmanError) -> [(shape: [Int], values: [Float])] { throw notStateful() }

  /// Puts a stateful layer's states back to zero.
  public func resetStates() throws(ElmanError) {
    for child in children { try child.resetStates() }
  }

  final var children: [Layer] { namedChildren.map(\.layer) }

  /// The layer inside this one that Keras keeps under an attribute, such as `forward_layer`.
  public final func child(_ role: String) throws(ElmanError) -> Layer {
    let children = namedChildren
    if let child = children.first(where: { $0.role == role }) { return child.layer }
    let roles = children.isEmpty ? "none" : children.map { "'\($0.role)'" }.joined(separator: ", ")
    throw ElmanError(.notFound, "No such layer in layer '\(name)': '\(role)'. The layers in it are: \(roles).")
  }

  // MARK: Building

  public final var isBuilt: Bool { builtInputShape != nil }

  /// The input shape the layer was built for.
  public final var builtInputShape: Shape? { read { builtShape } }

  func notBuilt() -> ElmanError {
    ElmanError(
      .notBuilt,
      "Layer '\(name)' has not yet been built. Build it by calling `build(input_shape)`, or by adding it to a model whose "
        + "input shape is known.")
  }

  /// The input shape the layer was built for, or an error where it is not built.
  public final func requireBuiltShape() throws(ElmanError) -> Shape {
    guard let shape = builtInputShape else { throw notBuilt() }
    return shape
  }

  /// The shapes of the outputs for an input shape, or for the one the layer was built for.
  public final func outputShapes(forInput input: Shape?) throws(ElmanError) -> [Shape] {
    guard let input else { return try outputShapes(for: try requireBuiltShape()) }
    try input.requireSensible()
    return try outputShapes(for: input)
  }

  /// Makes the weights for an input shape, and their values when they are first read. A layer that is built already
  /// only checks that the shape fits.
  public final func build(for input: Shape) throws(ElmanError) {
    try input.requireSensible()
    if runsCallersCode { watch() }
    _ = try outputShapes(for: input)
    try lock.exclusive { () throws(ElmanError) in
      guard builtShape == nil else { return }
      var weights = try makeWeights(for: input)
      if weightFormat != .float32 {
        for index in quantizableWeights { weights[index] = weights[index].startingRounded(to: weightFormat) }
      }
      ownWeights = weights
      builtShape = input
    }
  }

  /// All locks that are held while functions of the caller's run: this layer's, and those of the layers in it.
  private func watch() {
    lock.watch()
    for child in children { child.watch() }
  }

  /// Runs the layer once.
  final func run(_ call: LayerCall) throws(ElmanError) {
    // A stream has its own states: any number of them may run at once.
    try whilePrepared(exclusively: isStateful && call.streamStates.isEmpty) { () throws(ElmanError) in try forward(call) }
  }

  /// Calls `body` with the lock held and the weights in the form that the kernels read. In its caller, where what `body`
  /// captures need not be copied.
  @inline(__always)
  final func whilePrepared(
    exclusively isExclusive: Bool? = nil, _ body: () throws(ElmanError) -> Void
  ) throws(ElmanError) {
    let isExclusive = isExclusive ?? isStateful
    func attempt() throws(ElmanError) -> Bool {
      if isPrepared { try body() }
      return isPrepared
    }
    while !(isExclusive ? try lock.exclusive(attempt) : try lock.shared(attempt)) {
      try lock.exclusive { () throws(ElmanError) in
        if isPrepared { return }
        guard let builtShape else { throw ElmanError(.notBuilt, "Layer \"\(name)\" was run before it was built.") }
        for (index, weight) in ownWeights.enumerated() { ownWeights[index] = weight.replaced(by: try weight.values) }
        try prepare(builtFor: builtShape)
        isPrepared = true
      }
    }
  }

  // MARK: Arguments

  public final var isTrainable: Bool { read { trainable } }

  public final func setTrainable(_ value: Bool) throws(ElmanError) {
    try lock.exclusive { () throws(ElmanError) in trainable = value }
    for child in children { try child.setTrainable(value) }
  }

  /// The layer's config as Keras's `get_config()` gives it.
  public final func config() -> JSON {
    var members = [JSON.Member("name", .string(name))]
    if hasTrainableInConfig { members.append(JSON.Member("trainable", .bool(isTrainable))) }
    members.append(JSON.Member("dtype", "float32"))
    let format = read { weightFormat }
    if format != .float32 { members.append(JSON.Member("quantization", .string(format.name))) }
    if let givenInputShape { members.append(JSON.Member("batch_input_shape", givenInputShape.json)) }
    return .object(members + ownConfig())
  }

  /// `{"class_name": ..., "config": ...}`, from which `LayerRegistry` makes the layer again.
  public final func serialized() -> JSON {
    SerializedObject.json(module: "keras.layers", className: type(of: self).className, config: config())
  }

  // MARK: Weights

  /// All weights in Keras's order, named by path: `simple_rnn/kernel`.
  public final var weights: [LayerWeight] {
    weights(under: "", trainable: true)
  }

  private func weights(under path: String, trainable: Bool) -> [LayerWeight] {
    let path = "\(path)\(name)/"
    let trainable = trainable && isTrainable
    let own = read { ownWeights }
    return own.enumerated().map { index, weight in
      LayerWeight(layer: self, index: index, path: path + weight.name, weight: weight, isTrainable: trainable && weight.isTrainable)
    } + children.flatMap { $0.weights(under: path, trainable: trainable) }
  }

  /// New values of a weight as the layer stores them.
  struct StoredValues {
    let values: FloatBuffer
    fileprivate let format: WeightFormat
  }

  /// New values of a weight as the layer will store them: rounded where it does so in fewer bits. An error from inside the
  /// layer's own run.
  final func stored(_ values: FloatBuffer, at index: Int) throws(ElmanError) -> StoredValues {
    try lock.exclusive { () throws(ElmanError) in try storedUnlocked(values, at: index) }
  }

  private func storedUnlocked(_ values: FloatBuffer, at index: Int) throws(ElmanError) -> StoredValues {
    let isRounded = quantizableWeights.contains(index)
    let stored = isRounded ? try ownWeights[index].rounded(values, to: weightFormat) : values
    return StoredValues(values: stored, format: weightFormat)
  }

  /// Puts other values in the place of some weights', all at once or, where one does not fit, none.
  final func replaceWeights(_ new: [(index: Int, values: StoredValues)]) throws(ElmanError) {
    try lock.exclusive { () throws(ElmanError) in
      var weights = ownWeights
      for (index, new) in new {
        // The format may have changed meanwhile.
        let stored = new.format == weightFormat ? new : try storedUnlocked(new.values, at: index)
        weights[index] = weights[index].replaced(by: stored.values)
      }
      ownWeights = weights
      weightsHaveChanged()
    }
  }

  /// A weight's values before and after rounding.
  typealias RoundedWeight = (source: FloatBuffer, rounded: FloatBuffer)

  /// The weights of this layer's own products, rounded to a format. An error from inside the layer's own run.
  final func roundedWeights(to format: WeightFormat) throws(ElmanError) -> [RoundedWeight] {
    try lock.exclusive { () throws(ElmanError) in
      var rounded: [RoundedWeight] = []
      for index in quantizableWeights {
        let values = try ownWeights[index].values
        rounded.append((values, try ownWeights[index].rounded(values, to: format)))
      }
      return rounded
    }
  }

  /// Puts rounded weights in the place of those of the products, which are packed in the format from now on.
  final func quantizeOwnWeights(
    to format: WeightFormat, _ rounded: [RoundedWeight], _ error: inout QuantizationError
  ) throws(ElmanError) {
    if quantizableWeights.isEmpty { return }
    try lock.exclusive { () throws(ElmanError) in
      var new: [RoundedWeight] = []
      for (index, weight) in zip(quantizableWeights, rounded) {
        // The weight may have been set meanwhile.
        let source = try ownWeights[index].values
        let isNew = source !== weight.source
        new.append((source, isNew ? try ownWeights[index].rounded(source, to: format) : weight.rounded))
      }
      for (index, weight) in zip(quantizableWeights, new) {
        error.add(weight.source.values, rounded: weight.rounded.base)
        ownWeights[index] = ownWeights[index].replaced(by: weight.rounded)
      }
      weightFormat = format
      weightsHaveChanged()
    }
  }

  /// Adds the bytes of the weights of this layer, and of those in it, that were not counted before.
  final func addMemory(to memory: inout WeightMemory) {
    guard memory.layers.insert(ObjectIdentifier(self)).inserted else { return }
    let (values, packed) = read { (ownWeights.reduce(0) { $0 + $1.bytes }, packedBytes) }
    memory.values += values
    memory.packed += packed
    for child in children { child.addMemory(to: &memory) }
  }

  private func weightsHaveChanged() {
    isPrepared = false
    weightsVersion.add(1, ordering: .releasing)
  }

  private func read<Value>(_ value: () -> Value) -> Value {
    // The closure does not throw, so the lock does not.
    var result: Value?
    try? lock.shared { () throws(ElmanError) in result = value() }
    return result ?? value()
  }
}
