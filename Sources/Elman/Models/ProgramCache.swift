import Synchronization

/// The programs of a model, by the shapes of the inputs and the number of threads.
///
/// Guarded by the model's lock: shared to find or run a program, exclusive to add or remove one, and that within
/// `Fork.changing`. Programs have locks, so that none is dropped there.
final class ProgramCache: @unchecked Sendable {
  /// The most programs kept; the one unused longest makes room.
  private static let limit = 64
  /// The most bytes of idle workspaces, together with one that is being allocated.
  private static let largestIdle = 64 << 20

  struct Entry {
    let key: UInt64
    let program: Program
  }

  private var entries: [Entry] = []
  /// The index of the entry used last.
  private let latest = Atomic<Int>(0)
  /// Counts the changes from one entry to another.
  private let turns = Atomic<Int>(0)

  func program(for shape: UnsafeBufferPointer<Int64>, threads: Int) -> Program? {
    let latest = latest.load(ordering: .relaxed)
    if latest < entries.count, entries[latest].program.takes(shape, threads: threads) { return entries[latest].program }
    let key = Self.key(shape, threads: threads)
    for index in entries.indices
    where entries[index].key == key && entries[index].program.takes(shape, threads: threads) {
      use(index)
      return entries[index].program
    }
    return nil
  }

  func add(_ program: Program, for shape: UnsafeBufferPointer<Int64>) {
    let unused = entries.count == Self.limit ? newestFirst().last : nil
    let entry = Entry(key: Self.key(shape, threads: program.threads), program: program)
    _ = Fork.changing {
      defer { entries.append(entry) }
      return unused.map { entries.remove(at: $0) }
    }
    use(entries.count - 1)
  }

  /// Removes all programs, for the caller to drop when it does not hold a lock any more.
  func takeAll() -> [Entry] {
    defer { entries = [] }
    return entries
  }

  /// Frees idle workspaces, those of the programs unused longest first, before `program` allocates another.
  func makeRoom(for program: Program) {
    var bytes = program.workspaceBytes
    for index in newestFirst() {
      bytes += entries[index].program.idleBytes
      if bytes > Self.largestIdle { entries[index].program.freeIdleWorkspaces() }
    }
  }

  private func use(_ index: Int) {
    // Two threads may count the same turn; which of their programs is older then does not matter.
    let turn = turns.load(ordering: .relaxed) + 1
    turns.store(turn, ordering: .relaxed)
    entries[index].program.lastTurn.store(turn, ordering: .relaxed)
    latest.store(index, ordering: .relaxed)
  }

  private func newestFirst() -> [Int] {
    entries.indices.map { (index: $0, turn: entries[$0].program.lastTurn.load(ordering: .relaxed)) }
      .sorted { $0.turn > $1.turn }.map(\.index)
  }

  private static func key(_ shape: UnsafeBufferPointer<Int64>, threads: Int) -> UInt64 {
    shape.reduce(UInt64(threads)) { key, size in
      let product = (key ^ UInt64(bitPattern: size)) &* 0x9E37_79B9_7F4A_7C15
      return product ^ product >> 32
    }
  }
}
