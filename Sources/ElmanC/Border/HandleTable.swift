#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif
import Elman
import Synchronization

/// The objects behind the handles.
///
/// A handle is `kind (8 bits) | slot (24) | generation (32)`. A slot is used again for other objects, each time in the
/// next generation, so that old handles stay invalid; a slot that has had its last generation is retired.
///
/// One atomic word tells all about a slot: `generation (32) | kind (8) | pins (24)`, kind 0 where it is closed. Looking
/// a handle up adds a pin if generation and kind are still those of the handle: no lock. Removing sets kind to 0;
/// whoever then sees the pins at 0, the remover or the last call that had the object pinned, drops the object and frees
/// the slot. Slots lie in chunks that are never given back, so that a forged handle reads valid memory at worst.
enum HandleTable {
  private static let slotsPerChunk = 4096
  private static let chunkLimit = 4096

  fileprivate struct Slot: ~Copyable {
    let word = Atomic<UInt64>(Word(generation: 1, kind: 0).bits)
    /// The object, retained; written only by whoever owns the slot: between taking it and opening it, or as the last
    /// one after closing it.
    var object: Unmanaged<AnyObject>?
  }

  private struct Word {
    var bits: UInt64

    init(_ bits: UInt64) { self.bits = bits }
    init(generation: UInt32, kind: UInt8) { bits = UInt64(generation) << 32 | UInt64(kind) << 24 }

    var generation: UInt32 { UInt32(truncatingIfNeeded: bits >> 32) }
    var kind: UInt8 { UInt8(truncatingIfNeeded: bits >> 24) }
    var pins: UInt64 { bits & 0xFF_FFFF }
    var closed: Word { Word(bits & ~0xFF00_0000) }
  }

  private struct Identifier {
    let bits: UInt64

    init(_ bits: UInt64) { self.bits = bits }
    init(kind: HandleKind, slot: Int, generation: UInt32) {
      bits = UInt64(kind.rawValue) << 56 | UInt64(slot) << 32 | UInt64(generation)
    }

    var kind: UInt8 { UInt8(truncatingIfNeeded: bits >> 56) }
    var slot: Int { Int(bits >> 32 & 0xFF_FFFF) }
    var generation: UInt32 { UInt32(truncatingIfNeeded: bits) }
  }

  /// What is changed under the lock: which slots there are, and which of them are free.
  private struct Stock: Sendable {
    var slotCount = 0
    var free: [Int] = []
  }

  private static let lock = Lock()
  private nonisolated(unsafe) static var stock = Stock()
  private nonisolated(unsafe) static let chunks: UnsafeMutablePointer<Atomic<UInt>> = {
    let chunks = UnsafeMutablePointer<Atomic<UInt>>.allocate(capacity: chunkLimit)
    for index in 0..<chunkLimit { (chunks + index).initialize(to: Atomic(0)) }
    return chunks
  }()

  private static func slot(_ index: Int) -> UnsafeMutablePointer<Slot>? {
    let address = chunks[index / slotsPerChunk].load(ordering: .acquiring)
    return UnsafeMutablePointer<Slot>(bitPattern: address).map { $0 + index % slotsPerChunk }
  }

  // MARK: Looking up

  /// A hold on an object: it lives until `end`.
  struct Pin {
    fileprivate let slot: UnsafeMutablePointer<Slot>
    fileprivate let index: Int
    /// Not retained: the slot does that.
    let object: Unmanaged<AnyObject>

    @inline(__always)
    func end() {
      let word = Word(slot.pointee.word.subtract(1, ordering: .acquiringAndReleasing).newValue)
      if word.kind == 0, word.pins == 0 { HandleTable.recycle(slot, index) }
    }
  }

  /// A hold on the object of a handle; nil where the handle is not live or of another kind.
  @inline(__always)
  static func pin(_ id: UInt64, kind: HandleKind) -> Pin? {
    let id = Identifier(id)
    guard id.kind == kind.rawValue, let slot = slot(id.slot) else { return nil }
    var word = Word(slot.pointee.word.load(ordering: .relaxed))
    while word.generation == id.generation, word.kind == id.kind {
      let (pinned, original) = slot.pointee.word.weakCompareExchange(
        expected: word.bits, desired: word.bits &+ 1, successOrdering: .acquiring, failureOrdering: .relaxed)
      if pinned {
        guard let object = slot.pointee.object else { return nil }
        return Pin(slot: slot, index: id.slot, object: object)
      }
      word = Word(original)
    }
    return nil
  }

  /// The kind of a live handle.
  static func kind(of id: UInt64) -> HandleKind? {
    let id = Identifier(id)
    guard let slot = slot(id.slot) else { return nil }
    let word = Word(slot.pointee.word.load(ordering: .relaxed))
    return word.generation == id.generation && word.kind == id.kind ? HandleKind(rawValue: word.kind) : nil
  }

  // MARK: Adding and removing

  /// A new handle of an object, which it keeps alive.
  static func add(_ object: AnyObject, kind: HandleKind) throws(ElmanError) -> UInt64 {
    let index = try takeFreeSlot()
    guard let slot = slot(index) else { throw ElmanError(.internal, "A handle's slot is missing.") }
    slot.pointee.object = Unmanaged.passRetained(object)
    let generation = Word(slot.pointee.word.load(ordering: .relaxed)).generation
    slot.pointee.word.store(Word(generation: generation, kind: kind.rawValue).bits, ordering: .releasing)
    return Identifier(kind: kind, slot: index, generation: generation).bits
  }

  /// Makes a handle invalid; false where it is so already. Calls that have the object pinned keep it until they end.
  static func remove(_ id: UInt64, kind: HandleKind) -> Bool {
    let id = Identifier(id)
    guard id.kind == kind.rawValue, let slot = slot(id.slot) else { return false }
    var word = Word(slot.pointee.word.load(ordering: .relaxed))
    while word.generation == id.generation, word.kind == id.kind {
      let (closed, original) = slot.pointee.word.weakCompareExchange(
        expected: word.bits, desired: word.closed.bits, successOrdering: .acquiringAndReleasing,
        failureOrdering: .relaxed)
      if closed {
        if word.pins == 0 { recycle(slot, id.slot) }
        return true
      }
      word = Word(original)
    }
    return false
  }

  /// Drops the object of a closed slot that nobody has pinned, and frees the slot for the next generation.
  @inline(never)
  private static func recycle(_ slot: UnsafeMutablePointer<Slot>, _ index: Int) {
    let object = slot.pointee.object
    slot.pointee.object = nil
    let generation = Word(slot.pointee.word.load(ordering: .relaxed)).generation
    if generation < UInt32.max {
      slot.pointee.word.store(Word(generation: generation + 1, kind: 0).bits, ordering: .releasing)
      lock.withLock { stock.free.append(index) }
    }
    object?.release()
  }

  private static func takeFreeSlot() throws(ElmanError) -> Int {
    let index: Int? = lock.withLock {
      if let free = stock.free.popLast() { return free }
      guard stock.slotCount < chunkLimit * slotsPerChunk else { return nil }
      if stock.slotCount % slotsPerChunk == 0, !addChunk(stock.slotCount / slotsPerChunk) { return nil }
      defer { stock.slotCount += 1 }
      return stock.slotCount
    }
    guard let index else { throw ElmanError(.outOfMemory, "There is no memory for another handle.") }
    return index
  }

  private static func addChunk(_ number: Int) -> Bool {
    guard let memory = malloc(slotsPerChunk * MemoryLayout<Slot>.stride) else { return false }
    let slots = memory.bindMemory(to: Slot.self, capacity: slotsPerChunk)
    for index in 0..<slotsPerChunk { (slots + index).initialize(to: Slot()) }
    chunks[number].store(UInt(bitPattern: slots), ordering: .releasing)
    return true
  }
}
