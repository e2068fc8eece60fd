import Synchronization

/// Objects that calls take and give back. The one given back last needs no lock: one thread's calls take no other.
final class IdleObjects<Object: AnyObject>: @unchecked Sendable {
  /// The address of an object with a reference of its own; 0 if there is none.
  private let latest = Atomic<UInt>(0)
  private let lock = Lock()
  private var others: [Object] = []

  deinit { _ = takeLatest() }

  private func takeLatest() -> Object? {
    let address = UnsafeRawPointer(bitPattern: latest.exchange(0, ordering: .acquiring))
    return address.map { Unmanaged<Object>.fromOpaque($0).takeRetainedValue() }
  }

  func take() -> Object? { takeLatest() ?? lock.withLock { others.popLast() } }

  func giveBack(_ object: Object) {
    let reference = Unmanaged.passRetained(object)
    let address = UInt(bitPattern: reference.toOpaque())
    if latest.compareExchange(expected: 0, desired: address, ordering: .releasing).exchanged { return }
    lock.withLock { others.append(object) }
    reference.release()
  }

  /// All of them, for the caller to drop.
  func takeAll() -> [Object] {
    let others = lock.withLock {
      defer { self.others = [] }
      return self.others
    }
    return others + (takeLatest().map { [$0] } ?? [])
  }

  var count: Int { lock.withLock { others.count } + (latest.load(ordering: .relaxed) == 0 ? 0 : 1) }
}
