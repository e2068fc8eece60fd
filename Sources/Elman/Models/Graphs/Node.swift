import Synchronization

/// One call of a layer in a graph.
final class Node: @unchecked Sendable {
  let layer: Layer
  /// Calls are numbered as they are made; all nodes of an InputLayer have one number.
  let serial: Int
  private static let nextSerial = Atomic<Int>(0)
  static func newSerial() -> Int { nextSerial.add(1, ordering: .relaxed).newValue }
  let outputShapes: [Shape]
  /// Written by `deinit` alone.
  private(set) var arguments: CallArguments

  /// Of an InputLayer, which reads nothing.
  init(_ layer: InputLayer) {
    self.layer = layer
    serial = layer.serial
    arguments = CallArguments([])
    outputShapes = [layer.shape]
  }

  /// Of a layer that is called. A recurrent layer takes the inputs after the first as its initial states, as in Keras.
  init(_ layer: Layer, _ given: CallArguments) throws(ElmanError) {
    var arguments = given
    guard !(layer is InputLayer) else {
      throw ElmanError(
        .invalidArgument, "An InputLayer is not called: it gives the input \"\(layer.name)\" of a model.")
    }
    guard !arguments.inputs.isEmpty else {
      throw ElmanError(.invalidArgument, "Layer \"\(layer.name)\" expects at least one input, but it received none.")
    }
    if !layer.stateShapes.isEmpty, arguments.inputs.count > 1 {
      arguments.states = Array(arguments.inputs.dropFirst()) + arguments.states
      arguments.inputs = [arguments.inputs[0]]
    }
    try layer.requireStates(arguments.states)
    guard arguments.masks.isEmpty || arguments.masks.count == arguments.inputs.count else {
      throw ElmanError(
        .invalidArgument,
        "Layer \"\(layer.name)\" takes one mask for each of its \(arguments.inputs.count) inputs. Received: "
          + "\(arguments.masks.count)"
      )
    }
    let shapes = arguments.inputs.map(\.shape)
    try layer.build(forInputs: shapes, arguments.options)
    outputShapes = try layer.outputShapes(forInputs: shapes, arguments.options)
    self.arguments = arguments
    self.layer = layer
    serial = Node.newSerial()
  }

  /// The same for all nodes of one InputLayer: it has one output, wherever it is asked for.
  var identity: ObjectIdentifier { layer is InputLayer ? ObjectIdentifier(layer) : ObjectIdentifier(self) }

  /// Frees the nodes before it one after the other: a long chain of them would overflow the stack.
  deinit {
    var pending = arguments.tensors.map(\.node)
    arguments = CallArguments([])
    while var node = pending.popLast() {
      if isKnownUniquelyReferenced(&node) {
        pending += node.arguments.tensors.map(\.node)
        node.arguments = CallArguments([])
      }
    }
  }
}

extension Layer {
  /// An error unless tensors may be the initial states of a recurrent layer.
  fileprivate final func requireStates(_ states: [SymbolicTensor]) throws(ElmanError) {
    if states.isEmpty { return }
    guard states.count == stateShapes.count else {
      throw ElmanError(
        .shapeMismatch, "Layer \"\(name)\" has \(stateShapes.count) states. Received: \(states.count) initial states")
    }
    for (state, shape) in zip(states, stateShapes) where !Shape([nil] + shape).accepts(state.shape) {
      throw ElmanError(
        .shapeMismatch,
        "The initial state of layer \"\(name)\" has shapes \(stateShapes.map { Shape([nil] + $0) }.list). "
          + "Received: \(states.map(\.shape).list)")
    }
  }
}
