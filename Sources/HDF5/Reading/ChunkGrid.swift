import Base

/// How chunks cover a dataset: a grid in row-major order, where the last ones may reach beyond the dataset's edges.
struct ChunkGrid {
  let shape: [Int]
  let chunk: [Int]
  /// Chunks along each dimension, and in all.
  let counts: [Int]
  let count: Int
  let elementSize: Int
  /// Bytes of a chunk without filters.
  let chunkBytes: Int

  init(_ dataspace: Dataspace, _ layout: ChunkedLayout, elementSize: Int, _ limits: Limits) throws(ElmanError) {
    guard layout.chunk.count == dataspace.shape.count, layout.elementSize == elementSize else {
      throw damaged("the chunks of a dataset do not fit its shape or its type")
    }
    shape = dataspace.shape
    chunk = layout.chunk
    self.elementSize = elementSize
    counts = zip(shape, chunk).map { $0.dividedRoundingUp(by: $1) }
    count = try checkedProduct(counts)
    chunkBytes = try checkedProduct(chunk).times(elementSize)
    // All chunks together, whose edges may be much more than the dataset.
    guard try count.times(chunkBytes) <= limits.bytes, count <= limits.entries else {
      throw ElmanError(.invalidArgument, "A dataset of shape \(shape) in chunks of \(chunk) is beyond the limits.")
    }
  }

  /// The place of a chunk along each dimension.
  func place(_ number: Int) -> [Int] {
    var (rest, place) = (number, counts)
    for index in counts.indices.reversed() {
      place[index] = rest % counts[index]
      rest /= counts[index]
    }
    return place
  }

  /// The number of the chunk at a place; nil outside of the grid.
  func number(_ place: [Int]) -> Int? {
    var number = 0
    for (index, value) in place.enumerated() {
      guard (0..<counts[index]).contains(value) else { return nil }
      number = number * counts[index] + value
    }
    return number
  }

  func isAtEdge(_ place: [Int]) -> Bool {
    place.indices.contains { (place[$0] + 1) * chunk[$0] > shape[$0] }
  }

  /// Copies a chunk to where it belongs in the dataset, without what reaches beyond the edges.
  func copy(_ source: UnsafeRawBufferPointer, _ number: Int, to target: UnsafeMutableRawBufferPointer) {
    guard let from = source.baseAddress, let to = target.baseAddress, let last = shape.indices.last else { return }
    let origin = zip(place(number), chunk).map { $0 * $1 }
    let sizes = shape.indices.map { min(chunk[$0], shape[$0] - origin[$0]) }
    let run = sizes[last] * elementSize
    var position = [Int](repeating: 0, count: shape.count)
    while true {
      let (inChunk, inData) = offsets(position, origin)
      (to + inData * elementSize).copyMemory(from: from + inChunk * elementSize, byteCount: run)
      var axis = last - 1
      while axis >= 0, position[axis] + 1 == sizes[axis] {
        position[axis] = 0
        axis -= 1
      }
      if axis < 0 { return }
      position[axis] += 1
    }
  }

  private func offsets(_ position: [Int], _ origin: [Int]) -> (inChunk: Int, inData: Int) {
    var (inChunk, inData) = (0, 0)
    for index in position.indices {
      inChunk = inChunk * chunk[index] + position[index]
      inData = inData * shape[index] + origin[index] + position[index]
    }
    return (inChunk, inData)
  }
}
