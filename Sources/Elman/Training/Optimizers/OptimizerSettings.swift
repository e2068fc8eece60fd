/// The arguments that every optimizer has, in Keras's order.
struct OptimizerSettings: Sendable {
  enum Clipping: Sendable {
    case none
    /// Each gradient's length, all gradients' length together, or each number.
    case norm(Double), globalNorm(Double), value(Double)
  }

  let weightDecay: Double?
  let clipping: Clipping
  let usesAverages: Bool
  let averageMomentum: Double
  let overwriteFrequency: Int?
  let lossScale: Double?
  let accumulationSteps: Int?
}

extension Argument<OptimizerSettings> {
  static var settings: Argument { settings(after: .optionalNumber("weight_decay")) }

  /// Those behind a weight decay that stands elsewhere.
  static func settings(after weightDecay: Argument<Double?>) -> Argument {
    Argument(
      weightDecay, .optionalNumber("clipnorm"), .optionalNumber("clipvalue"), .optionalNumber("global_clipnorm"),
      .flag("use_ema", false), .number("ema_momentum", 0.99), .optionalCount("ema_overwrite_frequency", atLeast: 1),
      .optionalNumber("loss_scale_factor"), .optionalCount("gradient_accumulation_steps", atLeast: 2)
    ) { (decay, norm, value, globalNorm, usesAverages, momentum, frequency, scale, steps) throws(ElmanError) in
      guard !usesAverages || (0...1).contains(momentum) else {
        throw ElmanError(
          .invalidArgument, "`ema_momentum` must be in the range [0, 1]. Received: ema_momentum=\(momentum)")
      }
      return OptimizerSettings(
        weightDecay: decay, clipping: try clipping(norm, value, globalNorm), usesAverages: usesAverages,
        averageMomentum: momentum,
        overwriteFrequency: frequency, lossScale: scale, accumulationSteps: steps)
    }
  }

  private static func clipping(
    _ norm: Double?, _ value: Double?, _ globalNorm: Double?
  ) throws(ElmanError) -> OptimizerSettings.Clipping {
    let given = [norm, value, globalNorm].compactMap { $0 }
    guard given.count < 2 else {
      func text(_ number: Double?) -> String { number.map { "\($0)" } ?? "None" }
      throw ElmanError(
        .invalidArgument,
        "Only one of `clipnorm`, `clipvalue` and `global_clipnorm` can be set. Received: clipnorm=\(text(norm)), "
          + "clipvalue=\(text(value)), global_clipnorm=\(text(globalNorm))")
    }
    // As Keras: what is not above zero clips nothing.
    guard let limit = given.first, limit > 0 else { return .none }
    return norm != nil ? .norm(limit) : value != nil ? .value(limit) : .globalNorm(limit)
  }
}

extension Argument<Int?> {
  fileprivate static func optionalCount(_ name: String, atLeast least: Int) -> Argument {
    Argument(name, "integer", .null, json: { $0.map(JSON.int) ?? .null }) { (reader, name) throws(ElmanError) in
      let count = try reader.integer(name)
      if let count, count < least {
        throw ElmanError(.invalidArgument, "`\(name)` must be an integer >= \(least). Received: \(name)=\(count)")
      }
      return count
    }
  }
}

extension Argument<Double> {
  /// A learning rate; schedules are not read here.
  static func learningRate(_ standard: Double = 0.001) -> Argument { factor("learning_rate", standard) }
}
