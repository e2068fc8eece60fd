import Synchronization

/// The plans of a model, by the shape of the input and the number of threads.
///
/// Guarded by the model's lock: shared to find or run a plan, exclusive to add or remove one, and that within
/// `Fork.changing`. Plans have locks, so that none is dropped there.
final class PlanCache: @unchecked Sendable {
  /// The most plans kept; the one unused longest makes room.
  private static let limit = 64
  /// The most bytes of idle workspaces, together with one that is being allocated.
  private static let largestIdle = 64 << 20

  struct Entry {
    let key: UInt64
    let plan: Plan
  }

  private var entries: [Entry] = []
  /// The index of the entry used last.
  private let latest = Atomic<Int>(0)
  /// Counts the changes from one entry to another.
  private let turns = Atomic<Int>(0)

  func plan(for shape: UnsafeBufferPointer<Int64>, threads: Int) -> Plan? {
    let latest = latest.load(ordering: .relaxed)
    if latest < entries.count, entries[latest].plan.takes(shape, threads: threads) { return entries[latest].plan }
    let key = Self.key(shape, threads: threads)
    for index in entries.indices where entries[index].key == key && entries[index].plan.takes(shape, threads: threads) {
      use(index)
      return entries[index].plan
    }
    return nil
  }

  func add(_ plan: Plan, for shape: UnsafeBufferPointer<Int64>) {
    let unused = entries.count == Self.limit ? newestFirst().last : nil
    let entry = Entry(key: Self.key(shape, threads: plan.threads), plan: plan)
    _ = Fork.changing {
      defer { entries.append(entry) }
      return unused.map { entries.remove(at: $0) }
    }
    use(entries.count - 1)
  }

  /// Removes all plans, for the caller to drop when it does not hold a lock any more.
  func takeAll() -> [Entry] {
    defer { entries = [] }
    return entries
  }

  /// Frees idle workspaces, those of the plans unused longest first, before `plan` allocates another.
  func makeRoom(for plan: Plan) {
    var bytes = plan.workspaceBytes
    for index in newestFirst() {
      bytes += entries[index].plan.idleBytes
      if bytes > Self.largestIdle { entries[index].plan.freeIdleWorkspaces() }
    }
  }

  private func use(_ index: Int) {
    // Two threads may count the same turn; which of their plans is older then does not matter.
    let turn = turns.load(ordering: .relaxed) + 1
    turns.store(turn, ordering: .relaxed)
    entries[index].plan.lastTurn.store(turn, ordering: .relaxed)
    latest.store(index, ordering: .relaxed)
  }

  private func newestFirst() -> [Int] {
    entries.indices.map { (index: $0, turn: entries[$0].plan.lastTurn.load(ordering: .relaxed)) }
      .sorted { $0.turn > $1.turn }.map(\.index)
  }

  private static func key(_ shape: UnsafeBufferPointer<Int64>, threads: Int) -> UInt64 {
    shape.reduce(UInt64(threads)) { key, size in
      let product = (key ^ UInt64(bitPattern: size)) &* 0x9E37_79B9_7F4A_7C15
      return product ^ product >> 32
    }
  }
}
