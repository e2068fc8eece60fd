/// An array that is not there yet: one output of a layer's call in a graph. Keras's `KerasTensor`.
public struct SymbolicTensor: Hashable, Sendable {
  let node: Node
  /// Which of the call's outputs it is.
  let index: Int

  init(_ node: Node, _ index: Int = 0) {
    self.node = node
    self.index = index
  }

  /// What an InputLayer gives.
  public init(_ layer: InputLayer) { self.init(Node(layer)) }

  public var shape: Shape { node.outputShapes[index] }
  public var layer: Layer { node.layer }
  /// Which output of the layer's call it is.
  public var outputIndex: Int { index }
  /// The number of the layer's call, in the order of all calls.
  public var callNumber: Int { node.serial }

  /// "float32", or what an InputLayer says of its input.
  public var dtype: String { node.layer is InputLayer ? node.layer.dtype : "float32" }

  public var name: String { index == 0 ? node.layer.name : "\(node.layer.name)_\(index)" }

  public static func == (left: SymbolicTensor, right: SymbolicTensor) -> Bool {
    left.node.identity == right.node.identity && left.index == right.index
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(node.identity)
    hasher.combine(index)
  }
}

/// What a layer is called with in a graph.
public struct CallArguments: Sendable {
  public var inputs: [SymbolicTensor]
  /// Keras's `initial_state`.
  public var states: [SymbolicTensor] = []
  /// Keras's `mask`: one for each input, or none at all.
  public var masks: [SymbolicTensor?] = []
  public var usesCausalMask = false
  public var returnsAttentionScores = false

  public init(_ inputs: [SymbolicTensor]) { self.inputs = inputs }

  var options: CallOptions {
    CallOptions(usesCausalMask: usesCausalMask, returnsAttentionScores: returnsAttentionScores)
  }

  /// All arrays that are read.
  var tensors: [SymbolicTensor] { inputs + states + masks.compactMap { $0 } }
}

extension Layer {
  /// Calls the layer on arrays that are not there yet, and builds it if this is its first call.
  public final func call(_ arguments: CallArguments) throws(ElmanError) -> [SymbolicTensor] {
    let node = try Node(self, arguments)
    return node.outputShapes.indices.map { SymbolicTensor(node, $0) }
  }
}
