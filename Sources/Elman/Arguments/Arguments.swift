/// The list of a class's arguments, in the order of Keras's signature. Reading a config, its defaults and errors,
/// `get_config` and the list that programs see follow from it.
struct Arguments<each Value>: ArgumentList {
  private let listing: ArgumentListing
  private let read: @Sendable (inout ConfigReader) throws(ElmanError) -> (repeat each Value)

  var entries: [ArgumentEntry] { listing.entries }

  /// `ignoring`: keys of Keras's configs without a use here. `configOrder`: the keys that a config has first, where
  /// Keras writes it in another order than the signature's; `configEnd`: those that it has last.
  init(
    _ argument: repeat Argument<each Value>, ignoring ignored: [String] = [], configOrder: [String] = [],
    configEnd: [String] = []
  ) {
    var entries: [ArgumentEntry] = []
    for argument in repeat each argument { entries += argument.entries }
    listing = ArgumentListing(entries, ignoring: ignored, configOrder: configOrder, configEnd: configEnd)
    read = { (reader) throws(ElmanError) in (repeat try (each argument).read(&reader)) }
  }

  /// The values of a config, one for each argument of the list.
  func values(_ reader: inout ConfigReader) throws(ElmanError) -> (repeat each Value) {
    let values = try read(&reader)
    listing.finish(&reader)
    return values
  }
}

/// What does not depend on the types of the arguments, compiled once.
private struct ArgumentListing: Sendable {
  let entries: [ArgumentEntry]
  private let ignored: [String]
  /// The order in which a config has them.
  private let order: [String]

  init(_ entries: [ArgumentEntry], ignoring ignored: [String], configOrder: [String], configEnd: [String]) {
    self.entries = entries.withWeightsByKind + ignored.map { ArgumentEntry.ignored($0) }
    self.ignored = ignored
    order = configOrder + self.entries.map(\.name).filter { !(configOrder + configEnd).contains($0) } + configEnd
  }

  func finish(_ reader: inout ConfigReader) {
    reader.ignore(ignored)
    reader.arrangeWritten(as: order)
  }
}

/// A list of arguments of any types.
protocol ArgumentList: Sendable {
  var entries: [ArgumentEntry] { get }
}

extension [ArgumentEntry] {
  /// In this order, except that the arguments of neighbouring weights are sorted by kind, as in Keras: flags,
  /// initializers, regularizers, constraints.
  fileprivate var withWeightsByKind: [ArgumentEntry] {
    var result: [ArgumentEntry] = []
    for group in split(whereSeparator: { $0.rank == nil }) {
      // What stands between two groups has its own place.
      result += self[(result.count)..<group.startIndex]
      let ranks = Set(group.compactMap(\.rank)).sorted()
      result += ranks.flatMap { rank in group.filter { $0.rank == rank } }
    }
    return result + self[result.count...]
  }
}

extension ArgumentEntry {
  fileprivate static func ignored(_ name: String) -> ArgumentEntry {
    var entry = ArgumentEntry(name, "ignored", .null)
    entry.isByName = true
    return entry
  }
}
