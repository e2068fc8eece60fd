import KernelInterface

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// What LayerNormalization, RMSNormalization, GroupNormalization and UnitNormalization share: rows along some axes,
/// each normalized by itself.
struct RowNormalization {
  private let shape: Dimensions
  let columns: Int
  private let rows: Int
  private let count: Int
  /// nil: the last axis alone, whose rows lie in order.
  private let axes: [Int]?

  init(_ shape: Dimensions, axes: [Int]) {
    self.shape = shape
    if axes.count == 1, shape.axis(axes[0]) == shape.count - 1 {
      self.axes = nil
      columns = shape[shape.count - 1]
    } else {
      self.axes = axes
      columns = shape.elements(along: axes)
    }
    count = shape.reduce(1, *)
    rows = columns == 0 ? 0 : count / columns
  }

  /// Floats of scratch memory for `run`.
  var scratchCount: Int { axes == nil ? 0 : count }

  /// Calls `normalize` for each row (a plain array of `columns`) of the input, in place in the output.
  func run(_ call: LayerCall, _ normalize: (_ row: Int, UnsafeMutablePointer<Float>) -> Void) {
    let output = call.outputs[0]
    guard let axes else {
      output.update(from: call.input, count: count)
      for row in 0..<rows { normalize(row, output + row * columns) }
      return
    }
    let (view, input, scratch) = (StridedView(shape, last: axes), call.input, call.scratch)
    view.forEach { result, array in scratch[result] = input[array] }
    for row in 0..<rows { normalize(row, scratch + row * columns) }
    view.forEach { result, array in output[array] = scratch[result] }
  }
}

extension RowNormalization {
  /// Floats of scratch memory for `runBackward`.
  var backwardScratchCount: Int { 3 * ((count + 15) / 16 * 16) }

  /// Calls `body` for each row with the input, the gradient of the output and where the gradient of the input goes.
  func runBackward(
    _ call: BackwardCall,
    _ body: (_ x: UnsafePointer<Float>, _ dy: UnsafePointer<Float>, _ dx: UnsafeMutablePointer<Float>) -> Void
  ) {
    guard let gradient = call.outputGradient else { return }
    var space = ScratchSpace(call.scratch)
    let (x, dy, dx) = (space.take(count), space.take(count), space.take(count))
    guard let axes else {
      let inputGradient = call.inputGradient ?? dx
      for row in 0..<rows {
        let place = row * columns
        body(call.forward.input + place, gradient + place, inputGradient + place)
      }
      return
    }
    let view = StridedView(shape, last: axes)
    view.forEach { result, array in (x[result], dy[result]) = (call.forward.input[array], gradient[array]) }
    for row in 0..<rows { body(x + row * columns, dy + row * columns, dx + row * columns) }
    if let inputGradient = call.inputGradient { view.forEach { result, array in inputGradient[array] = dx[result] } }
  }
}

/// Sums over plain rows, in Double: the rows are short, and nothing is lost.
enum RowSums {
  static func mean(_ row: UnsafePointer<Float>, _ count: Int) -> Double {
    var sum = 0.0
    for index in 0..<count { sum += Double(row[index]) }
    return sum / Double(count)
  }

  /// The mean of squares of what is above `center`.
  static func meanSquare(_ row: UnsafePointer<Float>, _ count: Int, above center: Double = 0) -> Double {
    var sum = 0.0
    for index in 0..<count {
      let difference = Double(row[index]) - center
      sum += difference * difference
    }
    return sum / Double(count)
  }
}

/// gamma and beta of a normalization, either of which may be missing.
struct ScaleAndCenter {
  let beta: WeightArgument
  let gamma: WeightArgument

  /// gamma, then beta.
  func weights(_ shape: [Int]) throws(ElmanError) -> [Weight] { try gamma.make(shape) + beta.make(shape) }

  func gamma(_ weights: [Weight]) throws(ElmanError) -> UnsafePointer<Float>? {
    gamma.isUsed ? UnsafePointer(try weights[0].values.base) : nil
  }

  func beta(_ weights: [Weight]) throws(ElmanError) -> UnsafePointer<Float>? {
    beta.isUsed ? UnsafePointer(try weights[gamma.isUsed ? 1 : 0].values.base) : nil
  }
}

extension Argument<ScaleAndCenter> {
  static var scaleAndCenter: Argument {
    Argument(.weight("beta", "zeros", flag: "center"), .weight("gamma", "ones", flag: "scale")) { beta, gamma in
      ScaleAndCenter(beta: beta, gamma: gamma)
    }
  }
}

extension Layer {
  /// The sizes of axes, which must be known.
  func sizes(of axes: [Int], in input: Shape) throws(ElmanError) -> [Int] {
    var sizes: [Int] = []
    for axis in axes {
      guard let size = input[axis], size > 0 else {
        throw incompatible("axis \(axis) must be known, found shape=\(input)")
      }
      sizes.append(size)
    }
    return sizes
  }

  /// An error unless some axes have the sizes that the layer was built with.
  func requireBuiltSizes(of axes: [Int], in input: Shape) throws(ElmanError) {
    guard let built = builtInputShape else { return }
    guard built.rank == input.rank, axes.allSatisfy({ input[$0] == nil || input[$0] == built[$0] }) else {
      throw incompatible("expected shape=\(built), found shape=\(input)")
    }
  }
}
