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
  public var showsTrainable = false
  /// The first and the last layer shown, by name.
  public var firstLayer: String?
  public var lastLayer: String?

  public init() {}
}

extension Model {
  /// The table of layers, output shapes and parameter counts, each line ended by a newline.
  public func summary(_ options: SummaryOptions = SummaryOptions()) throws(ElmanError) -> String {
    guard let inputShape else { throw notBuilt() }
    let rows = try summaryRows(inputShape, options)
    let totals = SummaryTotals(weights)
    let lines =
      switch options.style {
      case .tf2: try RuledTable(options).lines(title: name, rows: rows, totals: totals)
      case .keras3: try BoxTable(options).lines(title: name, rows: rows, totals: totals)
      }
    return lines.map { $0 + "\n" }.joined()
  }

  private func summaryRows(_ inputShape: Shape, _ options: SummaryOptions) throws(ElmanError) -> [SummaryRow] {
    let layers = layers
    var shape = inputShape
    var rows: [SummaryRow] = []
    for layer in layers {
      let outputs = try layer.outputShapes(for: shape)
      rows.append(SummaryRow(layer, outputs))
      shape = outputs[0]
    }
    let first = try index(of: options.firstLayer, in: layers) ?? 0
    let last = try index(of: options.lastLayer, in: layers) ?? layers.count - 1
    return first <= last ? Array(rows[first...last]) : []
  }

  private func index(of name: String?, in layers: [Layer]) throws(ElmanError) -> Int? {
    guard let name else { return nil }
    if let index = layers.firstIndex(where: { $0.name == name }) { return index }
    throw ElmanError(
      .notFound,
      "Passed layer names do not match the layer names in the model. Received: '\(name)'; "
        + "the layers are \(layers.map { "'\($0.name)'" }.joined(separator: ", ")).")
  }
}

/// What a table says of one layer.
struct SummaryRow {
  let title: String
  let outputShape: String
  let parameters: Int
  let isTrainable: Bool

  init(_ layer: Layer, _ outputs: [Shape]) {
    title = "\(layer.name) (\(layer.kerasClassName))"
    let shapes = outputs.map(\.description).joined(separator: ", ")
    outputShape = outputs.count == 1 ? shapes : "[\(shapes)]"
    parameters = layer.weights.parameterCount
    isTrainable = layer.isTrainable
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

/// The table of TensorFlow 2.0 to 2.3: rules of `_` and `=`, and fields that are cut where the next one begins.
struct RuledTable {
  private let lineLength: Int
  private let positions: [Int]
  private let showsTrainable: Bool

  init(_ options: SummaryOptions) throws(ElmanError) {
    var length = options.lineLength ?? 65
    guard (1...10_000).contains(length) else {
      throw ElmanError(.invalidArgument, "line_length must be 1 to 10000. Received: \(length)")
    }
    let given = options.positions.isEmpty ? [0.45, 0.85, 1] : options.positions
    guard given.count == 3, given.allSatisfy({ $0 > 0 && $0 <= 10_000 }) else {
      throw ElmanError(.invalidArgument, "positions must be three numbers above 0, at most 10000. Received: \(given)")
    }
    let areFractions = (given.last ?? 0) <= 1
    var columns = given.map { Int(areFractions ? Double(length) * $0 : $0) }
    showsTrainable = options.showsTrainable
    if showsTrainable {
      length += 11
      columns.append(length)
    }
    lineLength = length
    positions = columns
  }

  func lines(title: String, rows: [SummaryRow], totals: SummaryTotals) -> [String] {
    var lines = ["Model: \"\(title)\"", rule("_")]
    lines.append(line(["Layer (type)", "Output Shape", "Param #"] + (showsTrainable ? ["Trainable"] : [])))
    lines.append(rule("="))
    for (index, row) in rows.enumerated() {
      let trainable = showsTrainable ? [row.isTrainable ? "Y" : "N"] : []
      lines.append(line([row.title, row.outputShape, String(row.parameters)] + trainable))
      lines.append(rule(index == rows.count - 1 ? "=" : "_"))
    }
    lines.append("Total params: \(totals.total.grouped)")
    lines.append("Trainable params: \(totals.trainable.grouped)")
    lines.append("Non-trainable params: \(totals.fixed.grouped)")
    lines.append(rule("_"))
    return lines
  }

  private func rule(_ character: Character) -> String { String(repeating: character, count: lineLength) }

  /// A field that reaches its column is cut there, and its last character gives way to a space before the next one.
  private func line(_ fields: [String]) -> String {
    var line: [Character] = []
    for (index, field) in fields.enumerated() {
      if index > 0, !line.isEmpty { line[line.count - 1] = " " }
      line = Array((line + field).prefix(positions[index]))
      line += [Character](repeating: " ", count: positions[index] - line.count)
    }
    return String(line)
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
