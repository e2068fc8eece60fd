/// The table of Keras 3: a box, whose cells are wrapped.
struct BoxTable {
  private enum Alignment { case left, right, center }

  /// What stands between two blanks in each column.
  private let widths: [Int]
  private let columns: SummaryColumns

  init(_ options: SummaryOptions, _ columns: SummaryColumns) throws(ElmanError) {
    self.columns = columns
    // Keras's own lengths, less where the terminal has 80 columns.
    let length = try options.lineLength(usual: 76)
    var positions = try columns.positions(options, chain: [0.45, 0.80, 1], graph: [0.3, 0.56, 0.74, 1])
    if columns.showsTrainable { positions = positions.map { $0 * 0.9 } + [1] }
    let areFractions = (positions.last ?? 0) <= 1
    var widths: [Int] = []
    var used = 0
    for position in positions {
      let width = Int(areFractions ? position * Double(length) : position) - used
      guard width >= 4 else {
        throw ElmanError(
          .invalidArgument, "Insufficient console width to print summary. Received: line_length=\(length)")
      }
      widths.append(width)
      used += width
    }
    self.widths = BoxTable.shrink(widths, toFit: length)
  }

  /// Takes the columns' padding and the box's lines out of their widths, evenly.
  private static func shrink(_ columns: [Int], toFit length: Int) -> [Int] {
    let available = length - columns.count - 1
    var excess = max(0, columns.reduce(0, +) + 2 * columns.count - available)
    return columns.enumerated().map { index, width in
      let remaining = columns.count - index
      let share = Int((Double(excess) / Double(remaining)).rounded(.toNearestOrEven))
      excess -= share
      return max(1, width - share)
    }
  }

  func lines(title: String, rows: [SummaryRow], totals: SummaryTotals) -> [String] {
    var lines = ["Model: \"\(title)\"", rule("┏", "━", "┳", "┓")]
    lines += cells(columns.header, edge: "┃")
    lines.append(rule("┡", "━", "╇", "┩"))
    for (index, fields) in rows.flatMap({ fields($0) }).enumerated() {
      if index > 0 { lines.append(rule("├", "─", "┼", "┤")) }
      lines += cells(fields, edge: "│")
    }
    lines.append(rule("└", "─", "┴", "┘"))
    lines.append(" Total params: \(size(totals.total))")
    lines.append(" Trainable params: \(size(totals.trainable))")
    lines.append(" Non-trainable params: \(size(totals.fixed))")
    return lines
  }

  /// The fields of a layer and of those inside it.
  private func fields(_ row: SummaryRow, level: Int = 0) -> [[String]] {
    let indent = level > 0 ? String(repeating: " ", count: 3 * level) + "└ " : ""
    var fields = [indent + row.title, row.outputShape, row.parameters.grouped]
    if columns.hasConnections {
      fields.append(row.connections.isEmpty ? "-" : row.connections.joined(separator: ", "))
    }
    if columns.showsTrainable { fields.append(row.parameters == 0 ? "-" : row.isTrainable ? "Y" : "N") }
    return [fields] + row.inner.flatMap { self.fields($0, level: level + 1) }
  }

  private func rule(_ left: String, _ line: Character, _ between: String, _ right: String) -> String {
    left + widths.map { String(repeating: line, count: $0 + 2) }.joined(separator: between) + right
  }

  private func cells(_ fields: [String], edge: String) -> [String] {
    let wrapped = zip(fields, widths).map { BoxTable.wrap($0, to: $1) }
    let height = wrapped.map(\.count).max() ?? 0
    return (0..<height).map { line in
      let parts = wrapped.enumerated().map { column, lines in
        aligned(line < lines.count ? lines[line] : "", column)
      }
      return edge + parts.map { " \($0) " }.joined(separator: edge) + edge
    }
  }

  private func aligned(_ text: String, _ column: Int) -> String {
    let blanks = widths[column] - text.count
    let before =
      switch alignment(column) {
      case .left: 0
      case .right: blanks
      case .center: blanks / 2
      }
    return String(repeating: " ", count: before) + text + String(repeating: " ", count: blanks - before)
  }

  private func alignment(_ column: Int) -> Alignment {
    if column == 2 { return .right }
    return columns.showsTrainable && column == widths.count - 1 ? .center : .left
  }

  /// Lines of at most `width` letters, broken between words; a longer word is cut, with an ellipsis for its end. Blanks
  /// in front of the first word stay.
  private static func wrap(_ text: String, to width: Int) -> [String] {
    var lines = [String(text.prefix { $0 == " " })]
    for (index, word) in text.split(separator: " ").enumerated() {
      let line = lines[lines.count - 1]
      if index == 0 {
        lines[0] += word
      } else if line.count + 1 + word.count <= width {
        lines[lines.count - 1] = "\(line) \(word)"
      } else {
        lines.append(String(word))
      }
    }
    return lines.map { $0.count > width ? $0.prefix(width - 1) + "…" : $0 }
  }

  /// A count of parameters and their memory: `42 (168.00 B)`.
  private func size(_ parameters: Int) -> String {
    var value = Double(parameters) * 4
    var unit = 0
    let units = ["B", "KB", "MB", "GB", "TB"]
    while value >= 1024, unit < units.count - 1 {
      value /= 1024
      unit += 1
    }
    let hundredths = Int((value * 100).rounded())
    let fraction = hundredths % 100
    return "\(parameters.grouped) (\(hundredths / 100).\(fraction < 10 ? "0" : "")\(fraction) \(units[unit]))"
  }
}
