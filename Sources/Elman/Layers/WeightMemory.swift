/// Bytes that weights take now.
public struct WeightMemory {
  /// Of the values as they are read and set; weights that were neither read nor set nor run take none.
  public internal(set) var values = 0
  /// Of the same as the kernels read them, which the first run makes.
  public internal(set) var packed = 0

  static func + (left: WeightMemory, right: WeightMemory) -> WeightMemory {
    WeightMemory(values: left.values + right.values, packed: left.packed + right.packed)
  }
}
