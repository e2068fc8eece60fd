import KernelInterface
import Synchronization

/// A layer of a model: its arguments, its weights, its shapes and its arithmetic.
///
/// A subclass overrides `makeWeights`, `outputShapes`, `ownConfig`, `scratchCount`, `prepare` and `forward`.
/// Any number of threads may use one layer: what changes it takes its lock alone, what runs it shares the lock.
public class Layer: @unchecked Sendable {
  public let name: String
  /// The input shape its arguments fixed, batch first.
  public let givenInputShape: Shape?
  let dtype: String
  /// What was read of the class's list of arguments.
  private let arguments: [JSON.Member]
  /// Layers whose weights stand behind this layer's own, by the names of Keras's attributes: the `forward_layer` and
  /// the
  /// `backward_layer` of a Bidirectional.
  final var namedChildren: [(role: String, layer: Layer)] { custom.map { $0.children } ?? givenChildren }
  final var children: [Layer] { namedChildren.map(\.layer) }
  private let givenChildren: [(role: String, layer: Layer)]
  private let givenTree: LayerTree
  /// The layers inside this one.
  private var tree: LayerTree { custom.map { LayerTree($0.children.map(\.layer)) } ?? givenTree }

  let lock = ReadWriteLock()
  private var trainable: Bool
  /// The shapes of the inputs the layer was built for.
  private var builtShapes: [Shape]?
  private(set) var ownWeights: [Weight] = []
  /// What `build` sets the weights to: Keras's argument `weights`.
  private var initialWeights: [(shape: Dimensions, values: FloatBuffer)]?
  private var isPrepared = false
  private var isPreparedForBackward = false
  /// What `supports_masking` was set to: 1 for true, 0 for false, -1 where the class decides.
  private let maskSupport: Atomic<Int>
  /// How the weights of products are stored.
  private(set) var weightFormat: WeightFormat
  /// Counts the changes of the weights.
  let weightsVersion = Atomic<Int>(0)

  init(_ settings: LayerSettings, children: [(role: String, layer: Layer)] = []) {
    name = settings.name
    givenInputShape = settings.inputShape
    dtype = settings.dtype
    arguments = settings.arguments
    trainable = settings.trainable
    maskSupport = Atomic(settings.supportsMasking.map { $0 ? 1 : 0 } ?? -1)
    weightFormat = settings.weightFormat
    givenChildren = children
    givenTree = LayerTree(children.map(\.layer))
  }

  // MARK: To be overridden

  /// Keras's class name.
  public class var className: String { "Layer" }

  /// The same for one layer: a model as a layer has the class of the model.
  public var kerasClassName: String { custom?.shortName ?? Self.className }

  /// The arguments beside those of every layer, in Keras's order: those of the class's list, as they were read.
  func ownConfig() -> [JSON.Member] { arguments }

  /// The shapes of the outputs, or an error where the input does not fit.
  func outputShapes(for input: Shape) throws(ElmanError) -> [Shape] { [input] }

  /// The same for any number of inputs; layers of one input need only the other.
  func outputShapes(forInputs inputs: [Shape], _ options: CallOptions) throws(ElmanError) -> [Shape] {
    guard inputs.count == 1 else { throw ElmanError.inputCount(of: name, expected: 1, received: inputs) }
    return try outputShapes(for: inputs[0])
  }

  /// The layer's own weights for an input shape that `outputShapes` took. Children are built here too.
  func makeWeights(for input: Shape) throws(ElmanError) -> [Weight] { [] }

  /// The same for any number of inputs.
  func makeWeights(forInputs inputs: [Shape]) throws(ElmanError) -> [Weight] { try makeWeights(for: inputs[0]) }

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

  /// What the caller wrote of the layer; nil for classes of elman's own.
  var custom: CustomPart? { nil }

  /// Whether running the layer, or one in it, calls functions of the caller's.
  var runsCallersCode: Bool { children.contains(where: \.runsCallersCode) }

  /// What becomes of a mask of the input, unless `supports_masking` says otherwise: see `maskEffect`.
  var maskFlow: MaskFlow { .drops }

  /// How many of an input's dimensions the mask has that the layer makes, or at most reduces one to; 0 where it does
  /// neither.
  func maskRank(ofInput rank: Int) -> Int { 0 }

  /// Writes the mask that the layer makes of an input.
  func makeMask(of input: UnsafePointer<Float>, shape: Dimensions, into mask: UnsafeMutablePointer<UInt8>) {}

  /// Shapes (without batch) of the states that `initialStates` may give.
  var stateShapes: [[Int]] { [] }

  /// Floats of scratch memory that one `forward` needs.
  func scratchCount(for input: [Int], threads: Int) throws(ElmanError) -> Int { 0 }

  /// The same for any number of inputs.
  func scratchCount(forInputs inputs: [[Int]], threads: Int) throws(ElmanError) -> Int {
    try scratchCount(for: inputs[0], threads: threads)
  }

  /// Computes the outputs. Shapes were checked; the lock is held.
  func forward(_ call: LayerCall) throws(ElmanError) {}

  /// Calls on inputs of a shape, without a mask or initial states, that are made beforehand; nil where that would not
  /// be worth it. They work in `scratch`, as `forward` does.
  func boundCall(
    inputShape: Dimensions, threads: Int, scratch: UnsafeMutablePointer<Float>
  ) throws(ElmanError) -> FusedSequenceCall? { nil }

  /// The shapes of what the layer keeps from timestep to timestep in a stream, or an error that says why it cannot be
  /// streamed. `input` is the shape of one step: (batch, 1, features) or, past the last sequence, (batch, features);
  /// `isMasked` says whether steps may be masked.
  func streamStates(for input: [Int], isMasked: Bool) throws(ElmanError) -> [[Int]] { [] }

  /// The same for any number of inputs.
  func streamStates(forInputs inputs: [[Int]], isMasked: Bool) throws(ElmanError) -> [[Int]] {
    try streamStates(for: inputs[0], isMasked: isMasked)
  }

  /// Writes the states of `streamStates` with which a stream begins, over zeros.
  func beginStream(_ states: ArraySlice<UnsafeMutablePointer<Float>>, batch: Int) throws(ElmanError) {}

  /// The layer's part of a stream, where `call` says what it reads and writes at each step and `mask` where its mask
  /// goes.
  func streamStep(_ call: LayerCall, mask: UnsafeMutablePointer<UInt8>?) throws(ElmanError) -> StreamStep {
    StreamStep(self, call, mask: mask)
  }

  final func cannotStream(_ reason: String) -> ElmanError {
    ElmanError(.unsupported, "Layer '\(name)' (\(kerasClassName)) cannot be streamed: \(reason).")
  }

  final func notStateful() -> ElmanError {
    ElmanError(.invalidArgument, "Layer must be stateful: '\(name)' carries no states from call to call.")
  }

  /// Floats that `forward` keeps for `backward` where it runs for training, beside its input, its outputs and its mask.
  func keptCount(for input: [Int]) throws(ElmanError) -> Int { 0 }

  /// Packs weights as `backward` reads them; called as `prepare` is, before the first `backward` and after each change.
  func prepareBackward() throws(ElmanError) {}

  /// Floats of scratch memory that one `backward` needs.
  func backwardScratchCount(forInputs inputs: [[Int]], threads: Int) throws(ElmanError) -> Int { 0 }

  /// The gradients of one `forward` that kept what it needs: see `BackwardCall`.
  func backward(_ call: BackwardCall) throws(ElmanError) {
    throw ElmanError(.unsupported, "Layer '\(name)' (\(kerasClassName)) computes no gradients.")
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
  public final func resetStates() throws(ElmanError) {
    try resetOwnStates()
    try tree.forEach { (layer) throws(ElmanError) in try layer.resetOwnStates() }
  }

  /// The same without the layers inside this one.
  func resetOwnStates() throws(ElmanError) {}

  /// The layer inside this one that Keras keeps under an attribute, such as `forward_layer`.
  public final func child(_ role: String) throws(ElmanError) -> Layer {
    if let child = namedChildren.first(where: { $0.role == role }) { return child.layer }
    let roles = children.isEmpty ? "none" : namedChildren.map { "'\($0.role)'" }.joined(separator: ", ")
    throw ElmanError(.notFound, "No such layer in layer '\(name)': '\(role)'. The layers in it are: \(roles).")
  }

  // MARK: Building

  public final var isBuilt: Bool { builtInputShape != nil }

  /// The shape of the first input the layer was built for.
  public final var builtInputShape: Shape? { read { builtShapes?.first } }

  /// The shapes of all inputs the layer was built for.
  public final var builtInputShapes: [Shape]? { read { builtShapes } }

  func notBuilt() -> ElmanError {
    ElmanError(
      .notBuilt,
      "Layer '\(name)' has not yet been built. Build it by calling `build(input_shape)`, or by adding it to a model "
        + "whose "
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
  public final func build(for input: Shape) throws(ElmanError) { try build(forInputs: [input]) }

  /// The same for any number of inputs.
  final func build(forInputs inputs: [Shape], _ options: CallOptions = CallOptions()) throws(ElmanError) {
    for input in inputs { try input.requireSensible() }
    if runsCallersCode { watch() }
    try declareWeights(for: inputs)
    _ = try outputShapes(forInputs: inputs, options)
    try lock.exclusive { () throws(ElmanError) in
      guard builtShapes == nil else { return }
      var weights = try makeWeights(forInputs: inputs)
      if weightFormat != .float32 {
        for index in quantizableWeights { weights[index] = weights[index].startingRounded(to: weightFormat) }
      }
      try takeInitialWeights(&weights)
      replaceOwnWeights(by: weights) { builtShapes = inputs }
    }
  }

  /// Puts the initial weights, unless there are none, in the place of fresh ones: all of them, or none where one does
  /// not fit.
  private func takeInitialWeights(_ own: inout [Weight]) throws(ElmanError) {
    guard let initialWeights else { return }
    let all = placed(own, trainable: true)
    try all.requireCount(initialWeights.count, of: "layer \"\(name)\"")
    for (slot, value) in zip(all, initialWeights) { try slot.requireShape(value.shape, count: value.values.count) }
    let inner = initialWeights.dropFirst(own.count).map { WeightValue(shape: $0.shape, values: $0.values.values) }
    try Array(all.dropFirst(own.count)).set(inner, of: "layer \"\(name)\"")
    for index in own.indices {
      own[index] = own[index].replaced(by: try stored(initialWeights[index].values, as: own[index], at: index))
    }
    self.initialWeights = nil
  }

  /// Sets all weights, or keeps the values for them until the layer is built.
  public final func setInitialWeights(_ values: [WeightValue]) throws(ElmanError) {
    var copies: [(shape: Dimensions, values: FloatBuffer)] = []
    for value in values { copies.append((value.shape, try FloatBuffer(copying: value.values))) }
    var isBuilt = true
    try lock.exclusive { () throws(ElmanError) in
      isBuilt = builtShapes != nil
      if !isBuilt { initialWeights = copies }
    }
    if isBuilt { try weights.set(values, of: "layer \"\(name)\"") }
  }

  /// Gives a copy of this layer, and the layers in it, the initial weights, which no config has.
  final func giveInitialWeights(to copy: Layer) {
    let initial = read { initialWeights }
    try? copy.lock.exclusive { () throws(ElmanError) in copy.initialWeights = initial }
    for (child, twin) in zip(children, copy.children) where child !== twin { child.giveInitialWeights(to: twin) }
  }

  /// All locks that are held while functions of the caller's run: this layer's, and those of the layers in it.
  private func watch() {
    for layer in [self] + tree.layers { layer.lock.watch() }
  }

  /// Runs the layer once.
  final func run(_ call: LayerCall) throws(ElmanError) {
    // A stream has its own states: any number of them may run at once.
    try whilePrepared(exclusively: isStateful && call.streamStates.isEmpty) { () throws(ElmanError) in try forward(call)
    }
  }

  /// Calls `body` with the lock held and the weights in the form that the kernels read. In its caller, where what
  /// `body` captures need not be copied.
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
        var weights = ownWeights
        for index in weights.indices { weights[index] = weights[index].replaced(by: try weights[index].values) }
        replaceOwnWeights(by: weights)
        try prepare()
      }
    }
  }

  /// Runs the layer backwards once.
  final func runBackward(_ call: BackwardCall) throws(ElmanError) {
    try whilePreparedForBackward { () throws(ElmanError) in try backward(call) }
  }

  /// Calls `body` with the lock shared and the weights in the forms that both directions read.
  final func whilePreparedForBackward(_ body: () throws(ElmanError) -> Void) throws(ElmanError) {
    var isDone = false
    while !isDone {
      try whilePrepared(exclusively: false) { () throws(ElmanError) in
        guard isPreparedForBackward else { return }
        try body()
        isDone = true
      }
      if isDone { return }
      try whilePrepared(exclusively: true) { () throws(ElmanError) in
        if isPreparedForBackward { return }
        try prepareBackward()
        isPreparedForBackward = true
      }
    }
  }

  /// What `packed` gives of the weights in the form that the kernels read, and which change of the weights it belongs
  /// to.
  final func current<Packed>(_ packed: () -> Packed?) throws(ElmanError) -> (packed: Packed, version: Int) {
    var result: (Packed, Int)?
    try whilePrepared(exclusively: false) { () throws(ElmanError) in
      if let packed = packed() { result = (packed, weightsVersion.load(ordering: .relaxed)) }
    }
    guard let result else { throw notBuilt() }
    return result
  }

  private func prepare() throws(ElmanError) {
    guard let builtShapes else { throw ElmanError(.notBuilt, "Layer \"\(name)\" was run before it was built.") }
    try prepare(builtFor: builtShapes[0])
    isPrepared = true
  }

  // MARK: Arguments

  public final var isTrainable: Bool { read { trainable } }

  private func setOwnTrainable(_ value: Bool) throws(ElmanError) {
    try lock.exclusive { () throws(ElmanError) in trainable = value }
  }

  public final func setTrainable(_ value: Bool) throws(ElmanError) {
    for layer in [self] + tree.layers { try layer.setOwnTrainable(value) }
  }

  /// What `supports_masking` was set to; nil where the class decides.
  final var givenMaskSupport: Bool? {
    let given = maskSupport.load(ordering: .relaxed)
    return given < 0 ? nil : given > 0
  }

  public final func setSupportsMasking(_ value: Bool) { maskSupport.store(value ? 1 : 0, ordering: .relaxed) }

  /// The layer's config as Keras's `get_config()` gives it.
  public func config() -> JSON {
    var members = [JSON.Member("name", .string(name))]
    if hasTrainableInConfig { members.append(JSON.Member("trainable", .bool(isTrainable))) }
    members.append(JSON.Member("dtype", .string(dtype)))
    let format = read { weightFormat }
    if format != .float32 { members.append(JSON.Member("quantization", .string(format.name))) }
    if let givenMaskSupport { members.append(JSON.Member("supports_masking", .bool(givenMaskSupport))) }
    if let givenInputShape { members.append(JSON.Member("batch_input_shape", givenInputShape.json)) }
    return .object(members + ownConfig())
  }

  /// `{"class_name": ..., "config": ...}`, from which `LayerRegistry` makes the layer again.
  public func serialized() -> JSON {
    let module = custom == nil ? "keras.layers" : nil
    return SerializedObject.json(
      module: module, className: kerasClassName, config: config(), registeredName: custom?.className)
  }

  // MARK: Weights

  /// The weights that `CustomPart` has declared.
  final var declaredWeights: [Weight] { read { ownWeights } }

  /// Puts back the weights before a `build` that failed.
  final func takeBackDeclarations(_ before: [Weight]) {
    try? lock.exclusive { () throws(ElmanError) in replaceOwnWeights(by: before) }
  }

  /// Adds a weight before the layer is built. `make` is given what makes a name unique among the layer's weights.
  final func declare(_ make: (_ unique: (String) -> String) throws(ElmanError) -> Weight) throws(ElmanError) -> Int {
    try lock.exclusive { () throws(ElmanError) in
      var weights = ownWeights
      let names = Set(weights.map(\.name))
      let weight = try make { name in
        if !names.contains(name) { return name }
        var number = 1
        while names.contains("\(name)_\(number)") { number += 1 }
        return "\(name)_\(number)"
      }
      let place = weight.isTrainable ? weights.firstIndex { !$0.isTrainable } ?? weights.count : weights.count
      weights.insert(weight, at: place)
      replaceOwnWeights(by: weights)
      return place
    }
  }

  /// All weights in Keras's order, each once, named by path: `simple_rnn/kernel`.
  public final var weights: [LayerWeight] {
    placed(read { ownWeights }, trainable: isTrainable)
  }

  /// The layer's own weights and those of the layers inside it. Does not take this layer's lock.
  private func placed(_ own: [Weight], trainable: Bool) -> [LayerWeight] {
    placedOwn(own, under: "", trainable: trainable) + tree.weights(under: "\(name)/", trainable: trainable)
  }

  /// The layer's own weights, without those of the layers inside it.
  final func ownWeights(under path: String, trainable: Bool) -> [LayerWeight] {
    placedOwn(read { ownWeights }, under: path, trainable: trainable)
  }

  private func placedOwn(_ own: [Weight], under path: String, trainable: Bool) -> [LayerWeight] {
    own.enumerated().map { index, weight in
      LayerWeight(
        layer: self, index: index, path: "\(path)\(name)/\(weight.name)", weight: weight,
        isTrainable: trainable && weight.isTrainable)
    }
  }

  /// How many weights there are.
  public final var weightCount: Int { ownWeightCount + tree.weightCount }

  final var ownWeightCount: Int { read { ownWeights.count } }

  /// One of the layer's own weights; nil if there is no such index.
  final func ownWeight(at index: Int) -> Weight? {
    read { ownWeights.indices.contains(index) ? ownWeights[index] : nil }
  }

  /// `weights[index]` and whether it is trained, without an array of all weights; nil if there is no such index.
  public final func weight(at index: Int) -> (weight: Weight, isTrainable: Bool)? {
    if let own = ownWeight(at: index) { return (own, own.isTrainable && isTrainable) }
    guard index >= 0, let found = tree.weight(at: index - ownWeightCount) else { return nil }
    return (found.weight, found.isTrainable && isTrainable)
  }

  /// New values of a weight as the layer stores them.
  struct StoredValues {
    let values: FloatBuffer
    fileprivate let format: WeightFormat
  }

  /// New values of a weight as the layer will store them: rounded where it does so in fewer bits. An error from inside
  /// the layer's own run.
  final func stored(_ values: FloatBuffer, at index: Int) throws(ElmanError) -> StoredValues {
    try lock.exclusive { () throws(ElmanError) in
      StoredValues(values: try stored(values, as: ownWeights[index], at: index), format: weightFormat)
    }
  }

  private func stored(_ values: FloatBuffer, as weight: Weight, at index: Int) throws(ElmanError) -> FloatBuffer {
    quantizableWeights.contains(index) ? try weight.rounded(values, to: weightFormat) : values
  }

  /// Puts other values in the place of some weights', all at once or, where one does not fit, none.
  final func replaceWeights(_ new: [(index: Int, values: StoredValues)]) throws(ElmanError) {
    try lock.exclusive { () throws(ElmanError) in
      var weights = ownWeights
      for (index, new) in new {
        // The format may have changed meanwhile.
        let isStored = new.format == weightFormat
        let values = isStored ? new.values : try stored(new.values, as: weights[index], at: index)
        weights[index] = weights[index].replaced(by: values)
      }
      changeWeights(to: weights)
    }
  }

  /// Puts other values of the weights in place. A layer that ran is prepared here: a stream's next step shall not wait
  /// for it. If there is no memory for that, the next run says so.
  private func changeWeights(to weights: [Weight], _ also: () -> Void = {}) {
    let wasPrepared = isPrepared
    replaceOwnWeights(by: weights) {
      (isPrepared, isPreparedForBackward) = (false, false)
      also()
    }
    weightsVersion.add(1, ordering: .releasing)
    if wasPrepared { try? prepare() }
  }

  /// Puts weights in the place of the layer's own, together with what `also` changes. Those before are freed after it:
  /// initial values have a lock.
  private func replaceOwnWeights(by new: [Weight], _ also: () -> Void = {}) {
    var weights = new
    Fork.changing {
      swap(&ownWeights, &weights)
      also()
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
      var weights = ownWeights
      for (index, weight) in zip(quantizableWeights, new) {
        error.add(weight.source.values, rounded: weight.rounded.base)
        weights[index] = weights[index].replaced(by: weight.rounded)
      }
      changeWeights(to: weights) { weightFormat = format }
    }
  }

  /// Bytes of the layer's own weights.
  final var ownWeightMemory: WeightMemory {
    read { WeightMemory(values: ownWeights.reduce(0) { $0 + $1.bytes }, packed: packedBytes) }
  }

  private func read<Value>(_ value: () -> Value) -> Value {
    // The closure does not throw, so the lock does not.
    var result: Value?
    try? lock.shared { () throws(ElmanError) in result = value() }
    return result ?? value()
  }
}
