import KernelInterface

/// A call of a fused layer's kernel, made beforehand.
///
/// It takes no lock. Packed weights are never written; the call keeps those it was made with until the layer has newer ones.
final class BoundRecurrence {
  typealias Call = (recurrence: Recurrence, kernel: RecurrenceKernel)

  private struct Bound {
    let packed: PackedCell
    let version: Int
    let kernel: RecurrenceKernel
  }

  private let layer: FusedLayer
  private let make: (PackedCell) -> Call
  // Behind pointers, where Swift does not check at each call that nobody else writes them.
  private let bound: UnsafeMutablePointer<Bound>
  /// What the kernel is called with.
  let recurrence: UnsafeMutablePointer<Recurrence>

  /// `make` says how the kernel is called with packed weights.
  init(_ layer: FusedLayer, _ make: @escaping (PackedCell) -> Call) throws(ElmanError) {
    let now = try Self.bound(layer, make)
    self.layer = layer
    self.make = make
    bound = .allocate(capacity: 1)
    bound.initialize(to: now.bound)
    recurrence = .allocate(capacity: 1)
    recurrence.initialize(to: now.recurrence)
  }

  deinit {
    bound.deinitialize(count: 1)
    bound.deallocate()
    recurrence.deallocate()
  }

  /// The kernel to be called with `recurrence`.
  @inline(__always)
  var kernel: RecurrenceKernel { bound.pointee.kernel }

  /// Takes the weights that the layer has now.
  @inline(__always)
  func refresh() throws(ElmanError) {
    if bound.pointee.version != layer.weightsVersion.load(ordering: .acquiring) { try bind() }
  }

  @inline(never)
  private func bind() throws(ElmanError) {
    (bound.pointee, recurrence.pointee) = try Self.bound(layer, make)
  }

  /// The call with the weights that the layer has now.
  private static func bound(
    _ layer: FusedLayer, _ make: (PackedCell) -> Call
  ) throws(ElmanError) -> (bound: Bound, recurrence: Recurrence) {
    let weights = try layer.currentWeights()
    let call = make(weights.packed)
    return (Bound(packed: weights.packed, version: weights.version, kernel: call.kernel), call.recurrence)
  }
}
