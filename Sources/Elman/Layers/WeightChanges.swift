import Synchronization

/// Counts the changes of weights in the process, each when it is whole. What keeps weights of its own compares it before it
/// uses them, which costs less than a look at each layer.
enum WeightChanges {
  private static let changes = Atomic<Int>(0)

  @inline(__always)
  static var count: Int { changes.load(ordering: .acquiring) }

  static func add() { changes.add(1, ordering: .releasing) }
}
