/// A layer of a model and what the model's calls of it read and give.
struct CalledLayer {
  let layer: Layer
  /// The shapes of the outputs of each call.
  var outputs: [[Shape]] = []
  /// The tensors that the calls read, in order: `name[call][output]`.
  var connections: [String] = []
}

extension Model {
  /// The layers, each with the model's calls of it.
  func calledLayers() throws(ElmanError) -> [CalledLayer] {
    if let functional = self as? Functional { return functional.layersOfCalls }
    var shape = try requireBuiltShape()
    var called: [CalledLayer] = []
    for layer in layers {
      let outputs = try layer.outputShapes(for: shape)
      called.append(CalledLayer(layer: layer, outputs: [outputs]))
      shape = outputs[0]
    }
    return called
  }

  /// Whether each layer is called once, on the output of the layer before.
  var isChain: Bool { (self as? Functional)?.callsFormChain ?? true }
}

extension Functional {
  fileprivate var layersOfCalls: [CalledLayer] {
    var called = layers.map { layer in
      CalledLayer(layer: layer, outputs: (layer as? InputLayer).map { [[$0.shape]] } ?? [])
    }
    var indices: [ObjectIdentifier: Int] = [:]
    for (index, layer) in layers.enumerated() { indices[ObjectIdentifier(layer)] = index }
    /// The place of each call among those of its layer.
    var places: [ObjectIdentifier: Int] = [:]
    for node in nodes {
      guard let index = indices[ObjectIdentifier(node.layer)] else { continue }
      places[node.identity] = called[index].outputs.count
      called[index].outputs.append(node.outputShapes)
      called[index].connections += node.arguments.tensors.map {
        "\($0.layer.name)[\(places[$0.node.identity] ?? 0)][\($0.outputIndex)]"
      }
    }
    return called
  }

  fileprivate var callsFormChain: Bool {
    guard inputs.count == 1, nodes.count == Set(nodes.map { ObjectIdentifier($0.layer) }).count else { return false }
    var before = inputs[0].node.identity
    for node in nodes {
      let read = node.arguments.tensors
      guard read.count == 1, read[0].node.identity == before else { return false }
      before = node.identity
    }
    return true
  }
}
