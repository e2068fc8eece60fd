import KernelInterface

/// One array that a layer reads.
struct Operand {
  var values: UnsafePointer<Float>
  var shape: Dimensions
  var mask: Mask?
}

/// Arguments of a layer's call that are no arrays, by Keras's names.
struct CallOptions: Equatable, Sendable {
  var usesCausalMask = false
  var returnsAttentionScores = false
  /// Masks are joined as Keras 1 and 2 did, where the model is theirs.
  var joinsMasksAsKeras2 = false
}

/// What a layer gets to run once. All arrays are dense and row-major. The first input stands apart from the others: a
/// call of one input needs no array of them.
struct LayerCall {
  var inputShape: Dimensions
  /// The shape of the first output.
  var outputShape: Dimensions
  var input: UnsafePointer<Float>
  /// The inputs after the first.
  var otherInputs: [Operand] = []
  /// One for each of `outputShapes`.
  var outputs: [UnsafeMutablePointer<Float>]
  /// Initial states of a recurrent layer, empty where it has its own.
  var initialStates: [UnsafePointer<Float>] = []
  var options = CallOptions()
  /// What a stream keeps from step to step, read and written; empty outside of streams.
  var streamStates: [UnsafeMutablePointer<Float>] = []
  /// Where a run for training keeps what `backward` needs, `keptCount` floats; nil outside of training.
  var kept: UnsafeMutablePointer<Float>?
  var mask: Mask?
  var training = false
  /// Threads to plan for; `scratch` was measured with the same number.
  let threads: Int
  /// `scratchCount` floats on a 64-byte boundary.
  let scratch: UnsafeMutablePointer<Float>

  var kernels: KernelSet { .selected }

  var inputCount: Int { 1 + otherInputs.count }

  /// Whether any input has a mask.
  var hasMask: Bool { mask != nil || otherInputs.contains { $0.mask != nil } }

  func operand(_ index: Int) -> Operand {
    index == 0 ? Operand(values: input, shape: inputShape, mask: mask) : otherInputs[index - 1]
  }
}

/// What a layer's `backward` gets: the `forward` call with all that it read and wrote, the gradients of its outputs,
/// and where the gradients go that it computes. Gradients have the shapes of what they are gradients of.
struct BackwardCall {
  /// All but `scratch` as `forward` had it.
  let forward: LayerCall
  /// One for each of the outputs; nil where nothing depends on it.
  let outputGradients: [UnsafePointer<Float>?]
  /// Written, one for each input; nil where nobody asks, as for the first layer of a model. None lies where an output's
  /// does.
  let inputGradients: [UnsafeMutablePointer<Float>?]
  /// Written, one for each of `initialStates`.
  var stateGradients: [UnsafeMutablePointer<Float>?] = []
  /// Added to, in the order of the layer's weights, its children's behind its own; nil for those that are not trained.
  let weightGradients: [UnsafeMutablePointer<Float>?]
  /// `backwardScratchCount` floats on a 64-byte boundary.
  let scratch: UnsafeMutablePointer<Float>

  var kernels: KernelSet { forward.kernels }

  /// Of the first output, where anything depends on it.
  var outputGradient: UnsafePointer<Float>? { outputGradients[0] }
  var inputGradient: UnsafeMutablePointer<Float>? { inputGradients[0] }

  func weightGradient(_ index: Int) -> UnsafeMutablePointer<Float>? {
    index < weightGradients.count ? weightGradients[index] : nil
  }
}

/// Cuts one block of floats into pieces on 64-byte boundaries; without a base it only measures.
struct ScratchSpace {
  private let base: UnsafeMutablePointer<Float>?
  private(set) var count = 0
  private(set) var overflows = false

  init(_ base: UnsafeMutablePointer<Float>? = nil) { self.base = base }

  /// The next piece, of a product of sizes; meaningless while measuring.
  @inline(__always)
  mutating func take(_ size: Int, _ second: Int = 1, _ third: Int = 1, _ fourth: Int = 1) -> UnsafeMutablePointer<Float>
  {
    guard let base else { return measure(size, second, third, fourth) }
    // What was measured before does not overflow.
    let start = count
    count &+= (size &* second &* third &* fourth &+ 15) & ~15
    return base + start
  }

  /// Where a piece begins that is taken.
  mutating func place(_ size: Int, _ second: Int = 1) -> Int {
    defer { _ = take(size, second) }
    return count
  }

  private mutating func measure(_ size: Int, _ second: Int, _ third: Int, _ fourth: Int) -> UnsafeMutablePointer<Float>
  {
    let size = multiply(multiply(size, second), multiply(third, fourth))
    count = add(count, multiply(add(size, 15) / 16, 16))
    return ScratchSpace.nowhere
  }

  /// The floats taken, or an error where they are beyond memory.
  func measured() throws(ElmanError) -> Int {
    if overflows { throw Self.beyondMemory }
    return count
  }

  static var beyondMemory: ElmanError {
    ElmanError(.outOfMemory, "The workspace of this call is beyond this machine's memory.")
  }

  private static nonisolated(unsafe) let nowhere = UnsafeMutablePointer<Float>.allocate(capacity: 1)

  private mutating func multiply(_ x: Int, _ y: Int) -> Int {
    let (product, overflow) = x.multipliedReportingOverflow(by: y)
    overflows = overflows || overflow || product > Int.max / 16
    return overflows ? 0 : product
  }

  private mutating func add(_ x: Int, _ y: Int) -> Int {
    let (sum, overflow) = x.addingReportingOverflow(y)
    overflows = overflows || overflow || sum > Int.max / 16
    return overflows ? 0 : sum
  }
}
