import Synchronization

/// Counts the changes of weights in the process, each when it is whole. What keeps weights of its own compares it
/// before it uses them, which costs less than a look at each layer.
final class WeightChanges: Sendable {
  static let shared = WeightChanges()

  private let changes = Atomic<Int>(0)

  @inline(__always)
  var count: Int { changes.load(ordering: .acquiring) }

  func add() { changes.add(1, ordering: .releasing) }
}
