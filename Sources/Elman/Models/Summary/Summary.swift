/// How a model's summary looks.
public struct SummaryOptions: Sendable {
  public enum Style: Int32, Sendable {
    /// TensorFlow 2.0 to 2.3.
    case tf2 = 0
    /// Keras 3: a box.
    case keras3 = 1
  }

  public var style = Style.tf2
  /// Columns of the table; nil for the style's own.
  public var lineLength: Int?
  /// Where each column ends: fractions of the line (the last one is at most 1) or columns; empty for the style's own.
  public var positions: [Double] = []
  /// Whether the layers of models that are layers are shown.
  public var expandsNested = false
  public var showsTrainable = false
  /// The first and the last layer shown, by name.
  public var firstLayer: String?
  public var lastLayer: String?

  public init() {}
}

extension Model {
  /// The table of layers, output shapes and parameter counts, each line ended by a newline. Where the layers are no
  /// chain, it has one column more: what each layer is connected to.
  public func summary(_ options: SummaryOptions = SummaryOptions()) throws(ElmanError) -> String {
    guard isBuilt else { throw notBuilt() }
    let columns = SummaryColumns(hasConnections: !isChain, showsTrainable: options.showsTrainable)
    let rows = try SummaryRows(style: options.style, expandsNested: options.expandsNested).rows(of: self, options)
    let totals = SummaryTotals(weights)
    let lines =
      switch options.style {
      case .tf2: try RuledTable(options, columns).lines(title: name, rows: rows, totals: totals)
      case .keras3: try BoxTable(options, columns).lines(title: name, rows: rows, totals: totals)
      }
    return lines.map { $0 + "\n" }.joined()
  }
}

/// Which columns a table has.
struct SummaryColumns {
  let hasConnections: Bool
  let showsTrainable: Bool

  var header: [String] {
    ["Layer (type)", "Output Shape", "Param #"] + (hasConnections ? ["Connected to"] : [])
      + (showsTrainable ? ["Trainable"] : [])
  }

  /// The ends of the columns but "Trainable": those that were asked for, or a style's own.
  func positions(_ options: SummaryOptions, chain: [Double], graph: [Double]) throws(ElmanError) -> [Double] {
    let own = hasConnections ? graph : chain
    let given = options.positions.isEmpty ? own : options.positions
    guard given.count == own.count, given.allSatisfy({ $0 > 0 && $0 <= 10_000 }) else {
      throw ElmanError(
        .invalidArgument, "positions must be \(own.count) numbers above 0, at most 10000. Received: \(given)")
    }
    return given
  }
}

struct SummaryTotals {
  let total: Int
  let trainable: Int
  var fixed: Int { total - trainable }

  init(_ weights: [LayerWeight]) {
    total = weights.parameterCount
    trainable = weights.trainableParameterCount
  }
}

extension SummaryOptions {
  /// The columns of a table, of which a style has `usual`.
  func lineLength(usual: Int) throws(ElmanError) -> Int {
    let length = lineLength ?? usual
    guard (1...10_000).contains(length) else {
      throw ElmanError(.invalidArgument, "line_length must be 1 to 10000. Received: \(length)")
    }
    return length
  }
}

extension Int {
  /// With commas between thousands: 1,408.
  var grouped: String {
    let digits = Array(String(magnitude))
    var text = self < 0 ? "-" : ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index) % 3 == 0 { text.append(",") }
      text.append(digit)
    }
    return text
  }
}
