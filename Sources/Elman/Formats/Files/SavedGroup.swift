import HDF5

/// A group of a `.weights.h5` file. Names that Windows wrote with backslashes are paths like all others.
final class SavedGroup {
  private(set) var groups: [String: SavedGroup] = [:]
  private var datasets: [String: Dataset] = [:]
  private let path: String

  /// The whole tree of a file.
  convenience init(_ root: Group, _ limits: Limits) throws(ElmanError) {
    self.init(path: "")
    var budget = Budget(limits.entries, "groups and arrays")
    var seen: Set<Int> = []
    try read(root, depth: limits.depth, &budget, &seen)
  }

  private init(path: String) { self.path = path }

  /// Each group of the file once, wherever links lead.
  private func read(
    _ group: Group, depth: Int, _ budget: inout Budget, _ seen: inout Set<Int>
  ) throws(ElmanError) {
    guard depth > 0 else { throw ElmanError(.invalidArgument, "The groups of the file are nested too deep.") }
    guard seen.insert(group.id).inserted else { return }
    for name in try group.names {
      try budget.spend()
      switch try group.object(name) {
      case .group(let inner): try self.inner(name).read(inner, depth: depth - 1, &budget, &seen)
      case .dataset(let dataset): datasets[name] = dataset
      case .datatype: break
      }
    }
  }

  /// The group under a name, made where it is missing.
  private func inner(_ name: String) -> SavedGroup {
    var group = self
    for part in name.split(whereSeparator: { $0 == "\\" || $0 == "/" }).map(String.init) {
      let known = group.groups[part] ?? SavedGroup(path: "\(group.path)\(part)/")
      group.groups[part] = known
      group = known
    }
    return group
  }

  /// tf_keras up to 2.13 called a model's layers otherwise.
  static let layers = ["layers", "_layer_checkpoint_dependencies"]

  var hasLayers: Bool { Self.layers.contains { groups[$0] != nil } }

  /// The first group of some names that has anything in it.
  func first(_ names: [String]) -> SavedGroup? { names.compactMap { groups[$0] }.first(where: \.hasWeights) }

  /// Whether there are arrays in it other than the states of random numbers.
  var hasWeights: Bool {
    !datasets.isEmpty
      || groups.contains { !["seed_generator", "_random_generator"].contains($0.key) && $0.value.hasWeights }
  }

  /// The arrays of `vars`, which are numbered from 0.
  func variables() -> [StoredArray] {
    guard let vars = groups["vars"] else { return [] }
    var arrays: [StoredArray] = []
    while let dataset = vars.datasets[String(arrays.count)] {
      arrays.append(StoredArray(name: "\(vars.path)\(arrays.count)", dataset: dataset))
    }
    return arrays
  }
}
