/// The table of Keras 3: a box, whose cells are wrapped.
struct BoxTable {
  private enum Alignment { case left, right, center }

  /// What stands between two blanks in each column.
  private let widths: [Int]
  private let showsTrainable: Bool

  init(_ options: SummaryOptions) throws(ElmanError) {
    showsTrainable = options.showsTrainable
    // Keras's own lengths, less where the terminal has 80 columns.
    let length = options.lineLength ?? 76
    guard (1...10_000).contains(length) else {
      throw ElmanError(.invalidArgument, "line_length must be 1 to 10000. Received: \(length)")
    }
    var positions = options.positions.isEmpty ? [0.45, 0.80, 1] : options.positions
    guard positions.count == 3, positions.allSatisfy({ $0 > 0 && $0 <= 10_000 }) else {
      throw ElmanError(.invalidArgument, "positions must be three numbers above 0, at most 10000. Received: \(positions)")
    }
    if showsTrainable { positions = positions.map { $0 * 0.9 } + [1] }
    let areFractions = (positions.last ?? 0) <= 1
    var columns: [Int] = []
    var used = 0
    for position in positions {
      let width = Int(areFractions ? position * Double(length) : position) - used
      guard width >= 4 else {
        throw ElmanError(.invalidArgument, "Insufficient console width to print summary. Received: line_length=\(length)")
      }
      columns.append(width)
      used += width
    }
    widths = BoxTable.shrink(columns, toFit: length)
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
    let header = ["Layer (type)", "Output Shape", "Param #"] + (showsTrainable ? ["Trainable"] : [])
    lines += cells(header, edge: "┃")
    lines.append(rule("┡", "━", "╇", "┩"))
    for (index, row) in rows.enumerated() {
      if index > 0 { lines.append(rule("├", "─", "┼", "┤")) }
      lines += cells([row.title, row.outputShape, row.parameters.grouped] + (showsTrainable ? [mark(row)] : []), edge: "│")
    }
    lines.append(rule("└", "─", "┴", "┘"))
    lines.append(" Total params: \(size(totals.total))")
    lines.append(" Trainable params: \(size(totals.trainable))")
    lines.append(" Non-trainable params: \(size(totals.fixed))")
    return lines
  }

  private func mark(_ row: SummaryRow) -> String {
    row.parameters == 0 ? "-" : row.isTrainable ? "Y" : "N"
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
    switch column {
    case 2: .right
    case 3: .center
    default: .left
    }
  }

  /// Lines of at most `width` letters, broken between words; a longer word is cut, with an ellipsis for its end.
  private static func wrap(_ text: String, to width: Int) -> [String] {
    var lines: [String] = []
    for word in text.split(separator: " ") {
      let word = word.count > width ? word.prefix(width - 1) + "…" : word
      if let last = lines.last, last.count + 1 + word.count <= width {
        lines[lines.count - 1] = "\(last) \(word)"
      } else {
        lines.append(String(word))
      }
    }
    return lines
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
