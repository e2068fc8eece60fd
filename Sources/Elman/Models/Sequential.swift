import Synchronization

/// Keras's `Sequential`: layers one after the other.
///
/// A model whose first layer has an input shape is built as its layers are added; otherwise its first call, or
/// `build`, makes the weights. Any number of threads may run one model at once.
public final class Sequential: @unchecked Sendable {
  public let name: String

  private let lock = ReadWriteLock()
  private var stack: [Layer] = []
  /// The layers of the stack and those inside them.
  private var tree = LayerTree([])
  private var inputLayer: InputLayer?
  private var currentInputShape: Shape?
  /// Whether the input shape is that of the first call, rather than one that a layer or `build` fixed.
  private var isShapeInferred = false
  private let plans = PlanCache()

  public init(name: String? = nil) {
    self.name = name ?? NameCounter.name(forClass: "Sequential")
  }

  // MARK: Layers

  /// The layer that only told the input shape, as the config keeps it.
  var inputLayerForConfig: InputLayer? { read { inputLayer } }

  /// The layers without an InputLayer, as Keras's `model.layers`.
  public var layers: [Layer] { read { stack } }

  public var isBuilt: Bool { inputShape != nil }

  /// The shape of its inputs, batch first; nil before the model is built.
  public var inputShape: Shape? { read { currentInputShape } }

  /// Appends a layer, and builds it where the shape of its input is known.
  public func add(_ layer: Layer) throws(ElmanError) {
    if layer.runsCallersCode { lock.watch() }
    try lock.exclusive { () throws(ElmanError) in
      if let input = layer as? InputLayer { return try start(with: input) }
      if stack.contains(where: { $0.name == layer.name }) || inputLayer?.name == layer.name {
        throw ElmanError(
          .invalidArgument,
          "All layers added to a Sequential model should have unique names. Name \"\(layer.name)\" is already the name of a layer "
            + "in this model. Update the `name` argument to pass a unique name.")
      }
      let inputShape = currentInputShape ?? (stack.isEmpty ? layer.givenInputShape : nil)
      if let inputShape { try layer.build(for: try outputShape(of: stack, for: inputShape)) }
      let newStack = stack + [layer]
      let newTree = LayerTree(newStack)
      _ = Fork.changing {
        currentInputShape = inputShape
        stack = newStack
        tree = newTree
        return plans.takeAll()
      }
    }
  }

  private func start(with input: InputLayer) throws(ElmanError) {
    guard stack.isEmpty, inputLayer == nil else {
      throw ElmanError(.invalidArgument, "An InputLayer can only be the first layer of a Sequential model.")
    }
    Fork.changing {
      inputLayer = input
      currentInputShape = input.givenInputShape
    }
  }

  /// Takes the last layer off, and gives it back.
  @discardableResult
  public func pop() throws(ElmanError) -> Layer {
    try lock.exclusive { () throws(ElmanError) in
      guard let last = stack.last else { throw ElmanError(.invalidArgument, "There are no layers in the model.") }
      let newTree = LayerTree(stack.dropLast())
      _ = Fork.changing {
        stack.removeLast()
        tree = newTree
        if stack.isEmpty, inputLayer == nil { currentInputShape = nil }
        return plans.takeAll()
      }
      return last
    }
  }

  public func layer(named name: String) throws(ElmanError) -> Layer {
    let layers = layers
    if let layer = layers.first(where: { $0.name == name }) { return layer }
    throw ElmanError(
      .notFound, "No such layer: \(name). Existing layers are: [\(layers.map { "'\($0.name)'" }.joined(separator: ", "))].")
  }

  public func layer(at index: Int) throws(ElmanError) -> Layer {
    let layers = layers
    guard layers.indices.contains(index) else {
      throw ElmanError(
        .notFound, "Was asked to retrieve layer at index \(index) but model only has \(layers.count) layers.")
    }
    return layers[index]
  }

  // MARK: Building and shapes

  /// Makes the weights of all layers for an input shape, batch first.
  public func build(for input: Shape) throws(ElmanError) {
    try input.requireSensible()
    try lock.exclusive { () throws(ElmanError) in
      try buildUnlocked(for: input)
      isShapeInferred = false
    }
  }

  private func buildUnlocked(for input: Shape) throws(ElmanError) {
    if let known = currentInputShape { return try relax(known, for: input) }
    guard !stack.isEmpty else {
      throw ElmanError(.notBuilt, "Sequential model '\(name)' cannot be built because it has no layers.")
    }
    // All layers are asked before one is built.
    try requireTaken(input)
    var shape = input
    for layer in stack {
      try layer.build(for: shape)
      shape = try singleOutput(layer, for: shape, isLast: layer === stack.last)
    }
    Fork.changing {
      currentInputShape = input
      isShapeInferred = true
    }
  }

  /// A shape that was only seen on an input gives way to another one: what differs is not fixed any more.
  private func relax(_ known: Shape, for input: Shape) throws(ElmanError) {
    if isShapeInferred ? known.accepts(input) : accepts(input, for: known) { return }
    guard isShapeInferred else { throw incompatible(known, input) }
    // The layer that does not take the input says best what it expects.
    try requireTaken(input)
    let relaxed = Shape(zip(known.dimensions, input.dimensions).map { $0 == $1 ? $0 : nil })
    guard known.rank == input.rank, (try? requireTaken(relaxed)) != nil else { throw incompatible(known.withBatch(nil), input) }
    currentInputShape = relaxed
  }

  /// Whether an input may come where a shape is fixed: of any batch, as in Keras, unless a layer is stateful.
  private func accepts(_ input: Shape, for known: Shape) -> Bool {
    let isFixed = stack.contains(where: \.isStateful)
    return (isFixed ? known : known.withBatch(nil)).accepts(input)
  }

  /// An error unless all layers, one after the other, take an input of a shape.
  private func requireTaken(_ input: Shape) throws(ElmanError) {
    var shape = input
    for layer in stack { shape = try singleOutput(layer, for: shape, isLast: layer === stack.last) }
  }

  /// The shape that a layer after these would get.
  private func outputShape(of layers: [Layer], for input: Shape) throws(ElmanError) -> Shape {
    var shape = input
    for layer in layers { shape = try singleOutput(layer, for: shape, isLast: false) }
    return shape
  }

  private func singleOutput(_ layer: Layer, for input: Shape, isLast: Bool) throws(ElmanError) -> Shape {
    let outputs = try layer.outputShapes(for: input)
    if outputs.count > 1, !isLast {
      throw ElmanError(
        .invalidArgument,
        "All layers in a Sequential model should have a single output tensor. Layer '\(layer.name)' has \(outputs.count).")
    }
    return outputs[0]
  }

  /// The shapes of the outputs for an input shape, or for the one the model was built for.
  public func outputShapes(for input: Shape? = nil) throws(ElmanError) -> [Shape] {
    try input?.requireSensible()
    return try lock.shared { () throws(ElmanError) in
      guard let input = input ?? currentInputShape else { throw notBuilt() }
      if let known = currentInputShape, !accepts(input, for: known), !isShapeInferred { throw incompatible(known, input) }
      var shapes = [input]
      for layer in stack { shapes = try layer.outputShapes(for: shapes[0]) }
      return shapes
    }
  }

  /// The shape of the model's inputs, or an error where it is not built.
  public func requireBuiltShape() throws(ElmanError) -> Shape {
    guard let shape = inputShape else { throw notBuilt() }
    return shape
  }

  func notBuilt() -> ElmanError {
    ElmanError(
      .notBuilt,
      "This model has not yet been built. Build the model first by calling `build()` or by calling the model on a batch of data.")
  }

  private func incompatible(_ expected: Shape, _ found: Shape) -> ElmanError {
    ElmanError(
      .shapeMismatch,
      "Input 0 of layer \"\(name)\" is incompatible with the layer: expected shape=\(expected), found shape=\(found)")
  }

  // MARK: Running

  /// 0: as many threads as the process.
  let ownThreads = Atomic<Int>(0)

  /// The threads that a call may use.
  public var threads: Int {
    let own = ownThreads.load(ordering: .relaxed)
    return own > 0 ? own : Threads.count
  }

  /// Sets the number of threads for this model alone; 0 is that of the process.
  public func setThreads(_ count: Int) throws(ElmanError) {
    try Threads.require(count)
    ownThreads.store(count, ordering: .relaxed)
  }

  /// Calls `body` with the plan for an input shape, building the model where its first input tells how. No layer is
  /// added and no weights are set meanwhile.
  private func withPlan(
    for inputShape: UnsafeBufferPointer<Int64>, _ body: (Plan) throws(ElmanError) -> Void
  ) throws(ElmanError) {
    let threads = threads
    func attempt() throws(ElmanError) -> Bool {
      guard let plan = plans.plan(for: inputShape, threads: threads) else { return false }
      try body(plan)
      return true
    }
    while !(try lock.shared(attempt)) {
      try lock.exclusive { () throws(ElmanError) in
        if plans.plan(for: inputShape, threads: threads) == nil { try addPlan(for: inputShape, threads: threads) }
      }
    }
  }

  private func withPlan(for inputShape: [Int], _ body: (Plan) throws(ElmanError) -> Void) throws(ElmanError) {
    try inputShape.map { Int64($0) }.withUnsafeBufferPointer { (shape) throws(ElmanError) in try withPlan(for: shape, body) }
  }

  private func addPlan(for shape: UnsafeBufferPointer<Int64>, threads: Int) throws(ElmanError) {
    let inputShape = shape.map { Int($0) }
    try requireData(inputShape)
    try buildUnlocked(for: Shape(inputShape))
    plans.add(try Plan(layers: stack, inputShape: inputShape, threads: threads, cache: plans), for: shape)
  }

  private func requireData(_ inputShape: [Int]) throws(ElmanError) {
    guard !inputShape.isEmpty else {
      throw ElmanError(.shapeMismatch, "The input of a model needs a batch dimension. Received: shape=()")
    }
    _ = try elementCount(inputShape)
  }

  /// Computes the model's one output; `output` has at least as many floats as it.
  public func forward(
    _ input: UnsafePointer<Float>, shape: UnsafeBufferPointer<Int64>, output: UnsafeMutableBufferPointer<Float>
  ) throws(ElmanError) {
    try withPlan(for: shape) { (plan) throws(ElmanError) in
      guard plan.outputCounts.count == 1 else { throw plan.wrongOutputCount(1) }
      try plan.requireOutput(0, output.count)
      guard let base = output.baseAddress else { return }
      try plan.run(ModelCall(input: input)) { $0.outputs[0] = base }
    }
  }

  public func forward(
    _ input: UnsafePointer<Float>, shape: [Int], output: UnsafeMutableBufferPointer<Float>
  ) throws(ElmanError) {
    try shape.map { Int64($0) }.withUnsafeBufferPointer { (shape) throws(ElmanError) in
      try forward(input, shape: shape, output: output)
    }
  }

  /// Bytes of memory that a call for inputs of a shape works in, beside its input, its outputs and the weights. The model
  /// keeps them for the next call; calls that run at once have each their own.
  public func workspaceBytes(for inputShape: UnsafeBufferPointer<Int64>) throws(ElmanError) -> Int {
    var bytes = 0
    try withPlan(for: inputShape) { (plan) throws(ElmanError) in bytes = plan.workspaceBytes }
    return bytes
  }

  /// The shapes that `run` would give for inputs of a shape.
  public func runShapes(for inputShape: UnsafeBufferPointer<Int64>) throws(ElmanError) -> [Dimensions] {
    var shapes: [Dimensions] = []
    try withPlan(for: inputShape) { (plan) throws(ElmanError) in shapes = plan.outputShapes }
    return shapes
  }

  public func runShapes(for inputShape: [Int]) throws(ElmanError) -> [Dimensions] {
    try inputShape.map { Int64($0) }.withUnsafeBufferPointer { (shape) throws(ElmanError) in try runShapes(for: shape) }
  }

  /// Computes all outputs: those of the last layer, then the states it returns. Initial states and outputs are given by
  /// index, so that the caller needs no array of them.
  public func run(
    _ input: UnsafePointer<Float>, shape: UnsafeBufferPointer<Int64>, options: RunOptions = RunOptions(),
    stateCount: Int, initialState: (Int) throws(ElmanError) -> WeightValue,
    outputCount: Int, output: (Int) throws(ElmanError) -> UnsafeMutableBufferPointer<Float>
  ) throws(ElmanError) {
    try withPlan(for: shape) { (plan) throws(ElmanError) in
      try plan.requireOutputs(outputCount, output)
      try plan.requireMask(options.mask?.shape)
      try plan.requireStates(stateCount, initialState)
      let call = ModelCall(
        input: input, hasInitialStates: stateCount > 0, mask: options.inputMask, training: options.training)
      try plan.run(call) { (workspace) throws(ElmanError) in
        // A buffer without an address has no elements.
        for index in 0..<outputCount {
          if let base = try output(index).baseAddress { workspace.outputs[index] = base }
        }
        for index in 0..<stateCount {
          if let base = try initialState(index).values.baseAddress { workspace.initialStates[index] = base }
        }
      }
    }
  }

  public func run(
    _ input: UnsafePointer<Float>, shape: [Int], options: RunOptions = RunOptions(), initialStates: [WeightValue] = [],
    outputs: [UnsafeMutableBufferPointer<Float>]
  ) throws(ElmanError) {
    try shape.map { Int64($0) }.withUnsafeBufferPointer { (shape) throws(ElmanError) in
      try run(
        input, shape: shape, options: options, stateCount: initialStates.count, initialState: { initialStates[$0] },
        outputCount: outputs.count, output: { outputs[$0] })
    }
  }

  /// Runs the model as training does, with everything kept that gradients need.
  public func record(
    _ input: UnsafeBufferPointer<Float>, shape: [Int], options: RunOptions = RunOptions(), initialStates: [WeightValue] = []
  ) throws(ElmanError) -> Tape {
    guard input.count == (try elementCount(shape)) else {
      throw ElmanError(.shapeMismatch, "An input of shape \(Shape(shape)) was announced. Received: \(input.count) floats")
    }
    try withPlan(for: shape) { (plan) throws(ElmanError) in
      try plan.requireMask(options.mask?.shape)
      try plan.requireStates(initialStates.count) { initialStates[$0] }
    }
    return try Tape(
      layers: layers, input: input, shape: shape, initialStates: initialStates.compactMap { $0.values.baseAddress },
      mask: options.inputMask)
  }

  public func resetStates() throws(ElmanError) {
    try whileIdle { (layers) throws(ElmanError) in
      for layer in layers { try layer.resetStates() }
    }
  }

  // MARK: Weights

  /// The weights of all layers in order, each once, named by path.
  public var weights: [LayerWeight] { read { tree }.weights() }

  /// How many weights there are.
  public var weightCount: Int { read { tree }.weightCount }

  /// Bytes that the weights take now.
  public var weightMemory: WeightMemory { read { tree }.weightMemory }

  /// `weights[index]` and whether it is trained, without an array of all weights; nil if there is no such index.
  public func weight(at index: Int) -> (weight: Weight, isTrainable: Bool)? { read { tree }.weight(at: index) }

  /// As Keras's messages name it.
  public var title: String { "model \"\(name)\"" }

  /// Sets one weight, while no call of this model runs.
  public func setWeight(at index: Int, _ value: WeightValue) throws(ElmanError) {
    try whileIdle { (layers) throws(ElmanError) in try layers.weights.at(index, of: title).set(value) }
  }

  /// Sets all weights, or none where one does not fit. No call of this model runs with some of them.
  public func setWeights(_ values: [WeightValue]) throws(ElmanError) {
    try whileIdle { (layers) throws(ElmanError) in
      try layers.weights.set(values, of: title)
    }
  }

  /// Calls `body` with the layers, the shape of the inputs and the lock that is held, while nothing of the model changes.
  func whileReading<Result>(
    _ body: ([Layer], Shape, ReadWriteLock) throws(ElmanError) -> Result
  ) throws(ElmanError) -> Result {
    try lock.shared { () throws(ElmanError) in
      guard let currentInputShape else { throw notBuilt() }
      return try body(stack, currentInputShape, lock)
    }
  }

  /// Calls `body` with the layers, while no call of this model runs.
  func whileIdle<Result>(_ body: ([Layer]) throws(ElmanError) -> Result) throws(ElmanError) -> Result {
    try lock.exclusive { () throws(ElmanError) in try body(stack) }
  }

  private func read<Value>(_ value: () -> Value) -> Value {
    var result: Value?
    try? lock.shared { () throws(ElmanError) in result = value() }
    return result ?? value()
  }
}
