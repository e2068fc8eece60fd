import KernelInterface

/// Rows of several samples and heads: where each lies.
struct HeadRows<Pointer> {
  let base: Pointer
  let sampleStride: Int
  let headStride: Int
  let rowStride: Int

  /// Of samples whose rows have those of all heads side by side.
  init(_ base: Pointer, rows: Int, heads: Int, depth: Int) {
    self.base = base
    headStride = depth
    rowStride = heads * depth
    sampleStride = rows * rowStride
  }
}

/// `softmax(masked scores) values`, for the queries of some samples and heads.
///
/// Letters: T queries, S keys and values, H depth of queries and keys, V depth of values.
struct AttentionRun {
  /// How a query and a key make a score.
  enum Scoring {
    /// `factor q.k`
    case product(factor: Float)
    /// `factor sum(weights_d tanh(inner (q_d + k_d)))`; without weights all are 1.
    case additive(weights: UnsafePointer<Float>?, inner: Float, factor: Float)

    var isAdditive: Bool {
      if case .additive = self { return true }
      return false
    }
  }

  struct Sizes {
    let samples: Int
    let heads: Int
    /// Neighbouring heads of queries that share a head of keys and values.
    var queryHeadsPerKeyHead = 1
    let queries: Int
    let keys: Int
    let depth: Int
    let valueDepth: Int
  }

  let kernels: KernelSet
  let sizes: Sizes
  let queries: HeadRows<UnsafePointer<Float>>
  let keys: HeadRows<UnsafePointer<Float>>
  let values: HeadRows<UnsafePointer<Float>>
  let output: HeadRows<UnsafeMutablePointer<Float>>
  /// Where the weights of all values are wanted: (samples, heads, T, S).
  let weights: UnsafeMutablePointer<Float>?
  let scoring: Scoring
  let mask: AttentionMask

  /// Rows of queries that are worked on at once.
  private static let blockRows = 64

  func run(threads: Int, scratch: UnsafeMutablePointer<Float>) {
    guard sizes.keys > 0 else {
      let count = sizes.samples * sizes.queries * sizes.heads * sizes.valueDepth
      return output.base.update(repeating: 0, count: count)
    }
    let parts = sizes.parts(threads: threads, isAdditive: scoring.isAdditive)
    Threads.run(parts: parts, Parts(run: self, scratch: scratch, count: parts))
  }

  /// Floats of scratch memory for a run.
  static func scratchCount(_ sizes: Sizes, isAdditive: Bool, threads: Int) throws(ElmanError) -> Int {
    var space = ScratchSpace()
    _ = Scratch(&space, sizes, isAdditive: isAdditive, .selected)
    let one = try space.measured()
    var all = ScratchSpace()
    _ = all.take(one, sizes.parts(threads: threads, isAdditive: isAdditive))
    return try all.measured()
  }

  /// What one thread works in.
  private struct Scratch {
    let keys: UnsafeMutablePointer<Float>
    let values: UnsafeMutablePointer<Float>
    let scores: UnsafeMutablePointer<Float>
    let sums: UnsafeMutablePointer<Float>
    let counts: UnsafeMutablePointer<Float>

    init(_ space: inout ScratchSpace, _ sizes: Sizes, isAdditive: Bool, _ kernels: KernelSet) {
      let rows = min(sizes.queries, AttentionRun.blockRows)
      keys =
        isAdditive ? space.take(sizes.depth, sizes.keys) : space.take(kernels.packedCount(sizes.depth, sizes.keys, 1))
      values = space.take(kernels.packedCount(sizes.keys, sizes.valueDepth, 1))
      scores = space.take(rows, sizes.keys)
      sums = space.take(isAdditive ? sizes.depth : 0, sizes.keys)
      counts = space.take(rows, sizes.keys / 4 + 1)
    }
  }

  /// The queries of all samples and heads, shared out; each thread packs the keys and values of the heads it works on.
  private struct Parts: SharedWork {
    let run: AttentionRun
    let scratch: UnsafeMutablePointer<Float>
    let count: Int

    func callAsFunction(stage: Int, part: Int) {
      let sizes = run.sizes
      var measured = ScratchSpace()
      _ = Scratch(&measured, sizes, isAdditive: run.scoring.isAdditive, run.kernels)
      var space = ScratchSpace(scratch + part * measured.count)
      let scratch = Scratch(&space, sizes, isAdditive: run.scoring.isAdditive, run.kernels)
      let rows = Threads.share(part, of: sizes.samples * sizes.heads * sizes.queries, parts: count)
      forEachGroup(of: rows, rowsPerGroup: sizes.queries) { group, queries in
        let place = Place(sample: group / sizes.heads, head: group % sizes.heads)
        run.pack(place, scratch)
        for first in stride(from: queries.lowerBound, to: queries.upperBound, by: AttentionRun.blockRows) {
          run.attend(place, first..<min(first + AttentionRun.blockRows, queries.upperBound), scratch)
        }
      }
    }
  }

  private struct Place {
    let sample: Int
    let head: Int
  }

  private func pack(_ place: Place, _ scratch: Scratch) {
    let keyPlace = Place(sample: place.sample, head: place.head / sizes.queryHeadsPerKeyHead)
    let keys = start(keys, keyPlace)
    if scoring.isAdditive {
      for key in 0..<sizes.keys {
        for d in 0..<sizes.depth { scratch.keys[d * sizes.keys + key] = keys[key * self.keys.rowStride + d] }
      }
    } else {
      kernels.pack(keys, 1, self.keys.rowStride, sizes.depth, sizes.keys, 1, scratch.keys)
    }
    kernels.pack(start(values, keyPlace), values.rowStride, 1, sizes.keys, sizes.valueDepth, 1, scratch.values)
  }

  private func start(_ rows: HeadRows<UnsafePointer<Float>>, _ place: Place) -> UnsafePointer<Float> {
    rows.base + place.sample * rows.sampleStride + place.head * rows.headStride
  }

  /// Some queries of a head.
  private func attend(_ place: Place, _ rows: Range<Int>, _ scratch: Scratch) {
    let first = (place.sample * sizes.heads + place.head) * sizes.queries + rows.lowerBound
    let scores = weights.map { $0 + first * sizes.keys } ?? scratch.scores
    score(start(queries, place) + rows.lowerBound * queries.rowStride, rows.count, scores, scratch)
    normalize(scores, place, rows, scratch.counts)
    let output =
      output.base + place.sample * output.sampleStride + place.head * output.headStride
      + rows.lowerBound * output.rowStride
    kernels.product(
      Product(
        rows: rows.count, input: InputRows(base: scores, rowStride: sizes.keys),
        weights: PackedMatrix(base: scratch.values, depth: sizes.keys, units: sizes.valueDepth, gates: 1), bias: nil,
        output: OutputRows(base: output, rowStride: self.output.rowStride), padded: false))
  }

  private func score(
    _ queries: UnsafePointer<Float>, _ rows: Int, _ scores: UnsafeMutablePointer<Float>, _ scratch: Scratch
  ) {
    if sizes.depth == 0 { return scores.update(repeating: 0, count: rows * sizes.keys) }
    switch scoring {
    case .product(let factor):
      kernels.product(
        Product(
          rows: rows, input: InputRows(base: queries, rowStride: self.queries.rowStride),
          weights: PackedMatrix(base: scratch.keys, depth: sizes.depth, units: sizes.keys, gates: 1), bias: nil,
          output: OutputRows(base: scores, rowStride: sizes.keys), padded: false))
      if factor != 1 { for index in 0..<rows * sizes.keys { scores[index] *= factor } }
    case .additive(let weights, let inner, let factor):
      for row in 0..<rows {
        let query = queries + row * self.queries.rowStride
        add(query, weights, inner, factor, scores + row * sizes.keys, scratch)
      }
    }
  }

  /// The scores of one query with all keys, which lie transposed. Each is summed over d in order.
  private func add(
    _ query: UnsafePointer<Float>, _ weights: UnsafePointer<Float>?, _ inner: Float, _ factor: Float,
    _ scores: UnsafeMutablePointer<Float>, _ scratch: Scratch
  ) {
    let (keyCount, sums) = (sizes.keys, scratch.sums)
    for d in 0..<sizes.depth {
      let (sums, keys, value) = (sums + d * keyCount, scratch.keys + d * keyCount, query[d])
      for key in 0..<keyCount { sums[key] = inner * (value + keys[key]) }
    }
    kernels.elementwise(.tanh, sums, sums, sizes.depth * keyCount)
    scores.update(repeating: 0, count: keyCount)
    for d in 0..<sizes.depth {
      let (sums, weight) = (sums + d * keyCount, weights?[d] ?? 1)
      for key in 0..<keyCount { scores[key] += weight * sums[key] }
    }
    if factor != 1 { for key in 0..<keyCount { scores[key] *= factor } }
  }

  /// Scores become weights.
  private func normalize(
    _ scores: UnsafeMutablePointer<Float>, _ place: Place, _ rows: Range<Int>, _ memory: UnsafeMutablePointer<Float>
  ) {
    let keyCount = sizes.keys
    guard !mask.isEmpty else { return kernels.softmax(scores, scores, rows.count, keyCount) }
    let counts = memory.asMask(rows.count * keyCount)
    for (index, query) in rows.enumerated() {
      let counts = counts + index * keyCount
      mask.write(
        counts, sample: place.sample, head: place.head, query: query, queryCount: sizes.queries, keyCount: keyCount)
      mask.exclude(scores + index * keyCount, counts, keyCount: keyCount)
    }
    kernels.softmax(scores, scores, rows.count, keyCount)
    if mask.exclusion == .zero {
      for index in 0..<rows.count * keyCount where counts[index] == 0 { scores[index] = 0 }
    }
  }
}

extension AttentionRun.Sizes {
  /// The parts into which the queries are cut. An additive score costs a tanh for each element.
  fileprivate func parts(threads: Int, isAdditive: Bool) -> Int {
    let operations = Double(keys) * (Double(depth) * (isAdditive ? 20 : 1) + Double(valueDepth))
    return Threads.parts(rows: samples * heads * queries, operationsPerRow: operations, threads: threads)
  }
}
