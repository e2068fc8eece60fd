#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

// Losses that are a mean over what each output is away from its target: y the output, t the target.

struct MeanSquaredError: LossFunction {
  static let className = "MeanSquaredError"
  static let names = ["mean_squared_error", "mse", "MSE"]

  init(_ reader: inout ConfigReader) {}

  func callAsFunction(_ row: LossRow) -> Double? { row.mean { t, y in ((y - t) * (y - t), 2 * (y - t)) } }
}

struct MeanAbsoluteError: LossFunction {
  static let className = "MeanAbsoluteError"
  static let names = ["mean_absolute_error", "mae", "MAE"]

  init(_ reader: inout ConfigReader) {}

  func callAsFunction(_ row: LossRow) -> Double? { row.mean { t, y in (abs(y - t), sign(y - t)) } }
}

/// `100 |t - y| / |t|`.
struct MeanAbsolutePercentageError: LossFunction {
  static let className = "MeanAbsolutePercentageError"
  static let names = ["mean_absolute_percentage_error", "mape", "MAPE"]

  init(_ reader: inout ConfigReader) {}

  func callAsFunction(_ row: LossRow) -> Double? {
    row.mean { t, y in
      let scale = 100 / max(abs(t), LossRow.epsilon)
      return (scale * abs(y - t), scale * sign(y - t))
    }
  }
}

/// `(log(1 + y) - log(1 + t))^2`, where nothing is below epsilon.
struct MeanSquaredLogarithmicError: LossFunction {
  static let className = "MeanSquaredLogarithmicError"
  static let names = ["mean_squared_logarithmic_error", "msle", "MSLE"]

  init(_ reader: inout ConfigReader) {}

  func callAsFunction(_ row: LossRow) -> Double? {
    row.mean { t, y in
      let difference = log1p(max(y, LossRow.epsilon)) - log1p(max(t, LossRow.epsilon))
      return (difference * difference, y > LossRow.epsilon ? 2 * difference / (1 + y) : 0)
    }
  }
}

/// Half the square of an error up to delta, from there on its straight continuation.
struct Huber: LossFunction {
  static let className = "Huber"
  static let names = ["huber", "huber_loss"]

  private let delta: Double

  init(_ reader: inout ConfigReader) throws(ElmanError) { delta = try reader.number("delta", default: 1) }

  func callAsFunction(_ row: LossRow) -> Double? {
    row.mean { t, y in
      let error = y - t
      if abs(error) <= delta { return (error * error / 2, error) }
      return (delta * abs(error) - delta * delta / 2, delta * sign(error))
    }
  }
}

/// `log(cosh(y - t))`.
struct LogCosh: LossFunction {
  static let className = "LogCosh"
  static let names = ["log_cosh", "logcosh"]

  init(_ reader: inout ConfigReader) {}

  func callAsFunction(_ row: LossRow) -> Double? {
    row.mean { t, y in
      let size = abs(y - t)
      return (size + log1p(exp(-2 * size)) - log(2), tanh(y - t))
    }
  }
}

/// `y - t log y`.
struct Poisson: LossFunction {
  static let className = "Poisson"
  static let names = ["poisson"]

  init(_ reader: inout ConfigReader) {}

  func callAsFunction(_ row: LossRow) -> Double? {
    row.mean { t, y in (y - t * log(y + LossRow.epsilon), 1 - t / (y + LossRow.epsilon)) }
  }
}

/// -1, 0 or 1; NaN stays.
private func sign(_ x: Double) -> Double { x > 0 ? 1 : x < 0 ? -1 : x }
