/// The tensors of a model: where it begins and ends, and what its layers are called on.
public struct SymbolicModel: Sendable {
  public let inputs: [SymbolicTensor]
  public let outputs: [SymbolicTensor]
  /// The calls, as they were made.
  let nodes: [Node]

  /// One call of a layer.
  public struct Call {
    public let inputs: [SymbolicTensor]
    public let outputs: [SymbolicTensor]
  }

  func calls(of layer: Layer) -> [Call] {
    if let input = layer as? InputLayer { return [Call(inputs: [], outputs: [SymbolicTensor(input)])] }
    return nodes.filter { $0.layer === layer }.map { node in
      Call(
        inputs: node.arguments.inputs + node.arguments.states,
        outputs: node.outputShapes.indices.map { SymbolicTensor(node, $0) })
    }
  }
}

extension Model {
  /// The calls of the layer of an index, as they were made.
  public final func calls(ofLayerAt index: Int) throws(ElmanError) -> [SymbolicModel.Call] {
    let layer = try layer(at: index)
    return try symbolic().calls(of: layer)
  }
}
