/// The table of TensorFlow 2.0 to 2.3: rules of `_` and `=`, and fields that are cut where the next one begins. The
/// layers of models stand in frames of `|` and `¯`, as Keras 2.7, the first that shows them, draws them.
struct RuledTable {
  private let lineLength: Int
  private let positions: [Int]
  private let columns: SummaryColumns

  init(_ options: SummaryOptions, _ columns: SummaryColumns) throws(ElmanError) {
    self.columns = columns
    var length = try options.lineLength(usual: columns.hasConnections ? 98 : 65)
    let given = try columns.positions(options, chain: [0.45, 0.85, 1], graph: [0.33, 0.55, 0.67, 1])
    let areFractions = (given.last ?? 0) <= 1
    var ends = given.map { Int(areFractions ? Double(length) * $0 : $0) }
    if columns.showsTrainable {
      length += 11
      ends.append(length)
    }
    lineLength = length
    positions = ends
  }

  func lines(title: String, rows: [SummaryRow], totals: SummaryTotals) -> [String] {
    var lines = ["Model: \"\(title)\"", rule("_"), line(columns.header), rule("=")]
    lines += self.lines(rows)
    if !rows.isEmpty { lines.append(rule("=")) }
    lines.append("Total params: \(totals.total.grouped)")
    lines.append("Trainable params: \(totals.trainable.grouped)")
    lines.append("Non-trainable params: \(totals.fixed.grouped)")
    lines.append(rule("_"))
    return lines
  }

  /// The rows of the layers of one model, which stands in as many others as the level says.
  private func lines(_ rows: [SummaryRow], level: Int = 0) -> [String] {
    var lines: [String] = []
    for (index, row) in rows.enumerated() {
      lines += self.lines(row, level)
      if !row.inner.isEmpty {
        lines.append(rule("¯", level: level + 1))
        lines += self.lines(row.inner, level: level + 1)
        lines.append(rule("¯", level: level))
      } else if index < rows.count - 1 {
        lines.append(rule("_", level: level))
      }
    }
    return lines
  }

  /// One layer: a line for each of its connections.
  private func lines(_ row: SummaryRow, _ level: Int) -> [String] {
    var fields = [row.title, row.outputShape, String(row.parameters)]
    if columns.hasConnections { fields.append(row.connections.first ?? "") }
    if columns.showsTrainable { fields.append(row.isTrainable ? "Y" : "N") }
    let more = columns.hasConnections ? row.connections.dropFirst() : []
    return [line(fields, level: level)] + more.map { line(["", "", "", $0], level: level) }
  }

  private func rule(_ character: Character, level: Int = 0) -> String {
    let bars = String(repeating: "|", count: level)
    return bars + String(repeating: character, count: max(0, lineLength - 2 * level)) + bars
  }

  /// A field that reaches its column is cut there, and its last character gives way to a space before the next one.
  private func line(_ fields: [String], level: Int = 0) -> String {
    let bars = String(repeating: "|", count: level)
    var line = Array(level > 0 ? bars + " " : "")
    for (column, end) in positions.enumerated() {
      if column > 0, !line.isEmpty { line[line.count - 1] = " " }
      if column < fields.count { line += fields[column] }
      let end = column == positions.count - 1 ? max(0, end - level) : end
      line = Array(line.prefix(end))
      line += [Character](repeating: " ", count: end - line.count)
    }
    return String(line) + bars
  }
}
