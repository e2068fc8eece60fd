/// Keras's `Sequential`: layers one after the other.
///
/// A model whose first layer has an input shape is built as its layers are added; otherwise its first call, or `build`,
/// makes the weights.
public final class Sequential: Model, @unchecked Sendable {
  private var stack: [Layer] = []
  /// The layers of the stack and those inside them.
  private var ownTree = LayerTree([])
  private var inputLayer: InputLayer?
  private var currentInputShape: Shape?
  /// Whether the input shape is that of the first call, rather than one that a layer or `build` fixed.
  private var isShapeInferred = false
  /// Whether the model is a layer of another one, which knows these layers only.
  private var isNested = false
  /// Its tensors, once somebody has asked for them.
  private var ownSymbolic: SymbolicModel?

  public override init(name: String? = nil) { super.init(name: name) }

  public override class var className: String { "Sequential" }

  // MARK: Layers

  /// The layer that only told the input shape, as the config keeps it.
  var inputLayerForConfig: InputLayer? { read { inputLayer } }

  /// The layers without an InputLayer, as Keras's `model.layers`.
  public override var layers: [Layer] { read { stack } }
  override var tree: LayerTree { read { ownTree } }
  public override var inputShapes: [Shape]? { read { currentInputShape }.map { [$0] } }

  /// Appends a layer, and builds it where the shape of its input is known.
  public func add(_ layer: Layer) throws(ElmanError) {
    if layer.runsCallersCode { lock.watch() }
    try lock.exclusive { () throws(ElmanError) in
      try requireOwn()
      if let input = layer as? InputLayer { return try start(with: input) }
      if stack.contains(where: { $0.name == layer.name }) || inputLayer?.name == layer.name {
        throw ElmanError(
          .invalidArgument,
          "All layers added to a Sequential model should have unique names. Name \"\(layer.name)\" is already the "
            + "name of a layer "
            + "in this model. Update the `name` argument to pass a unique name.")
      }
      let inputShape = currentInputShape ?? (stack.isEmpty ? layer.givenInputShape : nil)
      if let inputShape { try layer.build(for: try outputShape(of: stack, for: inputShape)) }
      let newStack = stack + [layer]
      let newTree = LayerTree(newStack)
      _ = Fork.changing {
        currentInputShape = inputShape
        stack = newStack
        ownTree = newTree
        return (takePrograms(), takeSymbolic())
      }
    }
  }

  private func takeSymbolic() -> SymbolicModel? {
    defer { ownSymbolic = nil }
    return ownSymbolic
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
      try requireOwn()
      guard let last = stack.last else { throw ElmanError(.invalidArgument, "There are no layers in the model.") }
      let newTree = LayerTree(stack.dropLast())
      _ = Fork.changing {
        stack.removeLast()
        ownTree = newTree
        if stack.isEmpty, inputLayer == nil { currentInputShape = nil }
        return (takePrograms(), takeSymbolic())
      }
      return last
    }
  }

  private func requireOwn() throws(ElmanError) {
    guard !isNested else {
      throw ElmanError(
        .invalidArgument,
        "Model \"\(name)\" is a layer of another model: layers can be added or removed only before that.")
    }
  }

  // MARK: Tensors

  public override func symbolic() throws(ElmanError) -> SymbolicModel {
    let (known, layers) = read { (ownSymbolic, stack) }
    if let known { return known }
    let input: InputLayer
    if let given = inputLayerForConfig { input = given } else { input = try newInputLayer(for: requireBuiltShape()) }
    var outputs = [SymbolicTensor(input)]
    var nodes: [Node] = []
    for layer in layers {
      outputs = try layer.call(CallArguments([outputs[0]]))
      nodes.append(outputs[0].node)
    }
    let symbolic = SymbolicModel(inputs: [SymbolicTensor(input)], outputs: outputs, nodes: nodes)
    return try lock.exclusive { () throws(ElmanError) in
      // Another thread may have been first, or changed the layers.
      if let ownSymbolic { return ownSymbolic }
      if stack.elementsEqual(layers, by: ===) { Fork.changing { ownSymbolic = symbolic } }
      return symbolic
    }
  }

  private func newInputLayer(for shape: Shape) throws(ElmanError) -> InputLayer {
    let name = layers.first.map { "\($0.name)_input" } ?? "\(name)_input"
    var reader = try ConfigReader(["name": .string(name), "batch_input_shape": shape.json], of: InputLayer.className)
    return try InputLayer(&reader)
  }

  /// From now on the layers are those that another model has seen.
  override func becomeNested() throws(ElmanError) {
    try lock.exclusive { () throws(ElmanError) in Fork.changing { isNested = true } }
  }

  public override func config() -> JSON { ownConfig() }
  public override func json() -> JSON { wholeConfig() }

  // MARK: Shapes

  override func graph(for inputs: [Shape]) throws(ElmanError) -> Graph {
    try buildUnlocked(for: inputs[0])
    var counts: [Int] = []
    var shape = inputs[0]
    for layer in stack {
      let outputs = try layer.outputShapes(for: shape)
      counts.append(outputs.count)
      shape = outputs[0]
    }
    return Graph(chain: stack, outputCounts: counts)
  }

  override func requireInputs(_ inputs: [Shape]) throws(ElmanError) {
    try requireInputCount(inputs)
    guard let known = currentInputShape, !isShapeInferred else { return }
    if !accepts(inputs[0], for: known) { throw incompatible(0, known, inputs[0]) }
  }

  override func outputShapes(ofInputs inputs: [Shape]) throws(ElmanError) -> [Shape] {
    var shapes = inputs
    for layer in stack { shapes = try layer.outputShapes(for: shapes[0]) }
    return shapes
  }

  public override func build(forInputs inputs: [Shape]) throws(ElmanError) {
    try super.build(forInputs: inputs)
    try lock.exclusive { () throws(ElmanError) in isShapeInferred = false }
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
    guard isShapeInferred else { throw incompatible(0, known, input) }
    // The layer that does not take the input says best what it expects.
    try requireTaken(input)
    let relaxed = Shape(zip(known.dimensions, input.dimensions).map { $0 == $1 ? $0 : nil })
    guard known.rank == input.rank, (try? requireTaken(relaxed)) != nil else {
      throw incompatible(0, known.withBatch(nil), input)
    }
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
        "All layers in a Sequential model should have a single output tensor. Layer '\(layer.name)' has "
          + "\(outputs.count)."
      )
    }
    return outputs[0]
  }
}

extension Model {
  /// The model as one whose layers can be added and removed.
  public final func sequential() throws(ElmanError) -> Sequential {
    guard let sequential = self as? Sequential else {
      throw ElmanError(
        .invalidArgument, "Layers can be added to a Sequential model or removed from it. Model \"\(name)\" is a graph.")
    }
    return sequential
  }
}
