import Base

/// The format's older B-tree, of the members of a group or of the chunks of a dataset.
struct BTreeV1 {
  enum Kind: Equatable {
    case group
    /// Of a dataset of so many dimensions.
    case chunks(rank: Int)
  }

  struct Leaf {
    /// The key before the child.
    let key: Bytes
    let child: Int
  }

  private let source: Source
  private let kind: Kind
  private let keySize: Int

  init(_ source: Source, _ kind: Kind) {
    self.source = source
    self.kind = kind
    keySize =
      switch kind {
      case .group: source.lengthSize
      case .chunks(let rank): 8 + 8 * (rank + 1)
      }
  }

  /// What the nodes of level 0 point to, in the order of the keys.
  func leaves(of root: Int) throws(ElmanError) -> [Leaf] {
    var leaves: [Leaf] = []
    var seen: Set<Int> = []
    try visit(root, level: nil, &seen, &leaves)
    return leaves
  }

  /// Levels fall by one and no node comes twice, hence no tree leads in a circle.
  private func visit(
    _ address: Int, level expected: Int?, _ seen: inout Set<Int>, _ leaves: inout [Leaf]
  ) throws(ElmanError) {
    guard seen.insert(address).inserted else { throw damaged("a B-tree leads in a circle") }
    var reader = try source.reader(at: address, "B-tree node")
    try reader.expect("TREE")
    guard try reader.byte() == (kind == .group ? 0 : 1) else {
      throw reader.failure("is of another kind than its tree")
    }
    let level = Int(try reader.byte())
    guard level == expected ?? level, level <= source.limits.depth else {
      throw reader.failure("is at level \(level) in a B-tree")
    }
    let count = Int(try reader.uint16())
    try reader.skip(2 * source.offsetSize)
    try reader.require(count, of: keySize + source.offsetSize)
    for _ in 0..<count {
      try source.entries.spend()
      let key = try reader.take(keySize)
      let child = try reader.definedAddress(source)
      if level == 0 {
        leaves.append(Leaf(key: key, child: child))
      } else {
        try visit(child, level: level - 1, &seen, &leaves)
      }
    }
  }
}
