/// Bytes that the weights of layers take now.
public struct WeightMemory {
  /// Of the values as they are read and set; weights that were neither read nor set nor run take none.
  public internal(set) var values = 0
  /// Of the same as the kernels read them, which the first run makes.
  public internal(set) var packed = 0
  /// Those that were counted: a layer may stand at two places.
  var layers: Set<ObjectIdentifier> = []
}

extension Sequential {
  public var weightMemory: WeightMemory {
    var memory = WeightMemory()
    for layer in layers { layer.addMemory(to: &memory) }
    return memory
  }
}
