/// One layer of a stream, bound to the memory it works in. One thread at a time runs it.
class StreamStep {
  private let layer: Layer
  let call: LayerCall
  /// Where the layer puts a mask that it writes.
  private let mask: UnsafeMutablePointer<UInt8>?

  init(_ layer: Layer, _ call: LayerCall, mask: UnsafeMutablePointer<UInt8>? = nil) {
    self.layer = layer
    self.call = call
    self.mask = mask
  }

  func run() throws(ElmanError) {
    try layer.run(call)
    layer.writeMask(after: call, into: mask)
  }
}
