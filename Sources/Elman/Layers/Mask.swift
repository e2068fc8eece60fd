/// Which places of an input count: 1, or 0 where one is to be skipped.
struct Mask {
  let values: UnsafePointer<UInt8>
  /// The input's first dimensions: (batch, timesteps) for a sequence.
  let shape: Dimensions

  /// Writes a mask of the first `rank` dimensions: 1 where any place within counts.
  fileprivate func reduce(to rank: Int, into result: UnsafeMutablePointer<UInt8>) {
    let size = shape.dropFirst(rank).reduce(1, *)
    for place in 0..<shape.prefix(rank).reduce(1, *) {
      result[place] = UnsafeBufferPointer(start: values + place * size, count: size).contains { $0 != 0 } ? 1 : 0
    }
  }
}

/// What becomes of the mask of a layer's input.
enum MaskFlow: Equatable {
  case passes
  /// The layer knows nothing of masks; it passes them on where `supports_masking` was set.
  case drops
  case stops
  /// The layer makes one of its input.
  case makes
  /// It passes, reduced to the first dimensions.
  case reduces(to: Int)
  /// The layer joins those of its inputs: see `MaskJoining`.
  case joins
}

/// A layer of several inputs whose output has a mask made of theirs.
protocol MaskJoining: Layer {
  /// The shape of the output's mask, for a call whose inputs have their masks; nil where it has none.
  func joinedMaskShape(_ call: LayerCall) -> Dimensions?
  /// Writes that mask.
  func joinMasks(_ call: LayerCall, into mask: UnsafeMutablePointer<UInt8>) throws(ElmanError)
  /// Bytes of the largest mask that `joinMasks` may write.
  func joinedMaskCapacity(forInputs inputs: [Dimensions]) -> Int
}

extension Layer {
  /// What becomes of a mask, with what `supports_masking` was set to.
  final var maskEffect: MaskFlow {
    guard let isSupporting = givenMaskSupport else { return maskFlow }
    if !isSupporting { return .stops }
    return maskFlow == .drops ? .passes : maskFlow
  }

  /// Whether the output may have a mask where no input has one.
  final var makesMasks: Bool { maskEffect == .makes || (self as? CustomLayer)?.writesMasks == true }

  /// Keras's `supports_masking`.
  public final var supportsMasking: Bool { givenMaskSupport ?? (maskFlow != .drops) }

  /// The mask of the output of a call. It lies in `memory`, which `writeMask` fills, where it is not the input's own.
  final func mask(after call: LayerCall, in memory: UnsafeMutablePointer<UInt8>?) -> Mask? {
    switch maskEffect {
    case .passes: return call.mask
    case .drops, .stops: return nil
    case .makes:
      let rank = maskRank(ofInput: call.inputShape.count)
      return memory.map { Mask(values: $0, shape: call.inputShape.first(rank)) }
    case .reduces(let rank):
      guard let mask = call.mask, mask.shape.count > rank else { return call.mask }
      return memory.map { Mask(values: $0, shape: mask.shape.first(rank)) }
    case .joins:
      guard let memory, let shape = (self as? any MaskJoining)?.joinedMaskShape(call) else { return nil }
      return Mask(values: memory, shape: shape)
    }
  }

  /// Bytes of the largest mask that the layer may write for its inputs.
  final func maskCapacity(for inputs: [Dimensions]) -> Int {
    if let joining = self as? any MaskJoining { return joining.joinedMaskCapacity(forInputs: inputs) }
    return maskCapacity(for: inputs[0])
  }

  /// The same for a layer of one input.
  final func maskCapacity(for input: Dimensions) -> Int {
    let rank = maskRank(ofInput: input.count)
    return rank == 0 ? 0 : input.capacity(ofRank: rank)
  }

  /// Writes the mask of the output into `memory`, `maskCapacity` bytes, unless it is the input's own.
  final func writeMask(after call: LayerCall, into memory: UnsafeMutablePointer<UInt8>?) throws(ElmanError) {
    guard let memory else { return }
    switch maskEffect {
    case .makes: makeMask(of: call.input, shape: call.inputShape, into: memory)
    case .reduces(let rank): call.mask?.reduce(to: rank, into: memory)
    case .joins:
      if let joining = self as? any MaskJoining, joining.joinedMaskShape(call) != nil {
        try joining.joinMasks(call, into: memory)
      }
    case .passes, .drops, .stops: break
    }
  }
}

extension LayerCall {
  /// An error unless the mask has the input's first dimensions, as far as it goes and at most `rank` of them.
  func requireMask(of layer: Layer, rank: Int) throws(ElmanError) {
    guard let mask, !inputShape.starts(with: mask.shape.prefix(rank)) else { return }
    let expected = Shape(Array(inputShape.prefix(min(rank, mask.shape.count))))
    throw layer.incompatible("expected a mask of shape=\(expected), found shape=\(Shape(Array(mask.shape)))")
  }

  /// The mask of a layer that reads timesteps, (batch, timesteps).
  func timestepMask(of layer: Layer) throws(ElmanError) -> UnsafePointer<UInt8>? {
    guard let mask else { return nil }
    try requireMask(of: layer, rank: 2)
    guard mask.shape.count >= 2, mask.shape.dropFirst(2).allSatisfy({ $0 == 1 }) else {
      let expected = Shape(inputShape.first(2))
      throw layer.incompatible("expected a mask of shape=\(expected), found shape=\(Shape(mask.shape))")
    }
    return mask.values
  }
}

extension Dimensions {
  /// Elements of the first `rank` dimensions; where one is 0, there is still room for those before it.
  func capacity(ofRank rank: Int) -> Int { prefix(rank).reduce(1) { $0 * Swift.max($1, 1) } }
}

extension ScratchSpace {
  /// Where a mask of so many bytes lies.
  mutating func placeMask(_ bytes: Int) -> Int { place(bytes / 4 + 1) }
}

extension UnsafeMutablePointer<Float> {
  /// The memory as bytes of a mask.
  func asMask(_ capacity: Int) -> UnsafeMutablePointer<UInt8> {
    UnsafeMutableRawPointer(self).bindMemory(to: UInt8.self, capacity: capacity)
  }
}
