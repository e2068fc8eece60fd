/// Areas of memory that arrays share one after the other.
struct ReusedAreas {
  private(set) var sizes: [Int] = []
  private var lastReads: [Int] = []

  /// An area for an array that is written at a step and last read at another: the free one that fits best or, where all
  /// free ones are too small, the largest, which grows.
  mutating func take(_ size: Int, from step: Int, to lastRead: Int) -> Int {
    let free = sizes.indices.filter { lastReads[$0] < step }
    let fitting = free.filter { sizes[$0] >= size }.min { sizes[$0] < sizes[$1] }
    guard let area = fitting ?? free.max(by: { sizes[$0] < sizes[$1] }) else {
      sizes.append(size)
      lastReads.append(lastRead)
      return sizes.count - 1
    }
    sizes[area] = max(sizes[area], size)
    lastReads[area] = lastRead
    return area
  }

  /// The last call that reads each array, or another shape of it, which has the same root; -1 where none does. nil: a
  /// call that reads nothing, since its output is its input.
  static func lastReads(of calls: [Graph.Call?], roots: [Int]) -> [Int] {
    var reads = [Int](repeating: -1, count: roots.count)
    for (index, call) in calls.enumerated() {
      guard let call else { continue }
      for value in call.inputs + call.states + call.masks.compactMap({ $0 }) { reads[roots[value]] = index }
    }
    return reads
  }
}
