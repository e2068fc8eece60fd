/// One layer of a stream, bound to the memory it works in. One thread at a time runs it.
class StreamStep {
  private let layer: Layer
  let call: LayerCall
  /// Where the layer puts a mask that it writes.
  private let mask: UnsafeMutablePointer<UInt8>?
  /// The most threads for a step; 0: as many as the process.
  final var threads = 0

  init(_ layer: Layer, _ call: LayerCall, mask: UnsafeMutablePointer<UInt8>? = nil) {
    self.layer = layer
    self.call = call
    self.mask = mask
  }

  func run() throws(ElmanError) {
    try layer.run(call)
    try layer.writeMask(after: call, into: mask)
  }

  /// Whether the step has the weights that it needs, as they were at the latest `refresh`, rather than reads those of
  /// the layer.
  var isBound: Bool { layer.weightCount == 0 && !layer.runsCallersCode }

  /// Takes the weights that the layer has now.
  func refresh() throws(ElmanError) {}
}
