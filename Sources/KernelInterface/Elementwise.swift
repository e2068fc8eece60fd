/// A function applied to every element on its own: the activations of Keras that look at one number at a time.
///
/// Raw values are internal to one build of elman and may be renumbered.
public enum ElementwiseFunction: Int32, Sendable, CaseIterable {
  case linear, tanh, sigmoid
  /// `a` the slope up to the threshold, `b` the largest value above it, `c` the threshold.
  case relu
  /// `a` is alpha.
  case elu, celu
  case selu, exponential, softplus, softsign, silu, mish
  case geluTanh, geluErf
  /// Keras 2: clip(0.2 x + 0.5, 0, 1).
  case hardSigmoid2
  /// Keras 3: relu6(x + 3) / 6.
  case hardSigmoid3
  case hardSilu, hardTanh, logSigmoid, tanhShrink, sparsePlus, sparseSigmoid
  /// `a` is the threshold, and for `threshold` `b` the value below it.
  case hardShrink, softShrink, threshold
  /// `a` is b of (x + sqrt(x^2 + b)) / 2.
  case squareplus
}

/// An elementwise function with its parameters.
public struct Elementwise: Equatable, Sendable {
  public var function: ElementwiseFunction
  public var a: Float
  public var b: Float
  public var c: Float

  public init(_ function: ElementwiseFunction, a: Float = 0, b: Float = 0, c: Float = 0) {
    self.function = function
    self.a = a
    self.b = b
    self.c = c
  }

  public static let linear = Elementwise(.linear)
  public static let tanh = Elementwise(.tanh)
  public static let sigmoid = Elementwise(.sigmoid)
  public static let relu = Elementwise(.relu, b: .infinity)
}
