// Many random numbers at once. They come of sums, products, quotients and roots alone, which every machine rounds
// alike; the logarithms and cosines of C libraries differ. Loops are short and without branches, so that the compiler
// makes vectors of them.

/// Fills an array with `offset + scale * x`, x being the numbers of a random stream in their order.
struct RandomNumbers: SharedWork {
  enum Distribution {
    /// On [0, 1): two words each.
    case uniform
    /// Standard normal: Box and Muller's transform of two uniform numbers each.
    case normal
    /// Standard normal, without what is beyond two deviations.
    case truncatedNormal
  }

  private let random: Philox
  private let distribution: Distribution
  private let offset: Double
  private let scale: Double
  private let target: UnsafeMutableBufferPointer<Float>
  private let parts: Int

  /// Numbers made at a time.
  private static let pieceSize = 256

  static func fill(
    _ buffer: FloatBuffer, _ random: Philox, _ distribution: Distribution, offset: Double = 0, scale: Double
  ) {
    // Which numbers are beyond is known only when those before them are made.
    let isShared = distribution != .truncatedNormal
    let parts =
      isShared ? Threads.parts(rows: pieceCount(buffer.count), operationsPerRow: 50_000, threads: Threads.count) : 1
    let target = UnsafeMutableBufferPointer(start: buffer.base, count: buffer.count)
    Threads.run(
      parts: parts,
      RandomNumbers(
        random: random, distribution: distribution, offset: offset, scale: scale, target: target, parts: parts))
  }

  private static func pieceCount(_ count: Int) -> Int { (count + pieceSize - 1) / pieceSize }

  func callAsFunction(stage: Int, part: Int) {
    withUnsafeTemporaryAllocation(of: Double.self, capacity: 2 * Self.pieceSize) { memory in
      guard let first = memory.baseAddress else { return }
      let second = first + Self.pieceSize
      if distribution == .truncatedNormal { return fillTruncated(first, second) }
      for piece in Threads.share(part, of: Self.pieceCount(target.count), parts: parts) {
        let place = piece * Self.pieceSize
        if distribution == .uniform { uniforms(from: place, first) } else { normals(from: place, first, second) }
        store(first, place..<min(place + Self.pieceSize, target.count))
      }
    }
  }

  private func fillTruncated(_ first: UnsafeMutablePointer<Double>, _ second: UnsafeMutablePointer<Double>) {
    var (made, filled) = (0, 0)
    while filled < target.count {
      normals(from: made, first, second)
      made += Self.pieceSize
      var kept = 0
      for index in 0..<Self.pieceSize where first[index].magnitude <= 2 {
        first[kept] = first[index]
        kept += 1
      }
      let end = min(filled + kept, target.count)
      store(first, filled..<end)
      filled = end
    }
  }

  private func store(_ numbers: UnsafePointer<Double>, _ range: Range<Int>) {
    guard let target = target.baseAddress.map({ $0 + range.lowerBound }) else { return }
    for index in 0..<range.count { target[index] = Float(offset + scale * numbers[index]) }
  }

  private func uniforms(from first: Int, _ numbers: UnsafeMutablePointer<Double>) {
    let block = UInt64(first / 2)
    for index in 0..<Self.pieceSize / 2 {
      let words = random.words(ofBlock: block &+ UInt64(truncatingIfNeeded: index))
      numbers[2 * index] = Philox.uniform(words.0, words.1)
      numbers[2 * index + 1] = Philox.uniform(words.2, words.3)
    }
  }

  private func normals(from first: Int, _ numbers: UnsafeMutablePointer<Double>, _ second: UnsafeMutablePointer<Double>)
  {
    for index in 0..<Self.pieceSize {
      let words = random.words(ofBlock: UInt64(truncatingIfNeeded: first &+ index))
      numbers[index] = 1 - Philox.uniform(words.0, words.1)
      second[index] = Philox.uniform(words.2, words.3)
    }
    for index in 0..<Self.pieceSize { numbers[index] = -2 * numbers[index].logarithm }
    for index in 0..<Self.pieceSize { second[index] = second[index].cosineOfTurns }
    for index in 0..<Self.pieceSize { numbers[index] = numbers[index].squareRoot() * second[index] }
  }
}

extension Philox {
  /// Blocks of random numbers made at a time for directions, and the normal numbers that they give.
  private static let blocksOfPiece = 64
  private static let directionsOfPiece = 4 * blocksOfPiece

  /// Writes `count` standard normal numbers of 24 bits, four of each block: quick ones, for directions. `row` names
  /// the blocks: those of a row of `length` numbers are of no other row.
  func directions(ofRow row: Int, length: Int, count: Int, _ target: UnsafeMutablePointer<Float>) {
    let size = Self.directionsOfPiece
    withUnsafeTemporaryAllocation(of: Float.self, capacity: 2 * size) { memory in
      guard let numbers = memory.baseAddress else { return }
      for first in stride(from: 0, to: count, by: size) {
        let piece = row * ((length + size - 1) / size) + first / size
        directions(ofPiece: piece, numbers, radii: numbers + size, turns: numbers + size + size / 2)
        (target + first).update(from: numbers, count: min(size, count - first))
      }
    }
  }

  /// Pairs with a radius and a direction. Loops write one array each, or the compiler does not make vectors of them.
  private func directions(
    ofPiece piece: Int, _ numbers: UnsafeMutablePointer<Float>, radii: UnsafeMutablePointer<Float>,
    turns: UnsafeMutablePointer<Float>
  ) {
    let (first, count) = (UInt64(truncatingIfNeeded: piece &* Self.blocksOfPiece), 2 * Self.blocksOfPiece)
    for index in 0..<Self.blocksOfPiece {
      let words = words(ofBlock: first &+ UInt64(truncatingIfNeeded: index))
      radii[index] = Float(bits24: words.0) + 0x1p-25
      radii[Self.blocksOfPiece + index] = Float(bits24: words.1) + 0x1p-25
      turns[index] = Float(bits24: words.2)
      turns[Self.blocksOfPiece + index] = Float(bits24: words.3)
    }
    for index in 0..<count { radii[index] = -2 * radii[index].logarithm }
    for index in 0..<count { radii[index] = radii[index].squareRoot() }
    for index in 0..<count { numbers[index] = radii[index] * turns[index].cosineOfTurns }
    // The sine is the cosine a quarter earlier, from -1/4 to 3/4.
    for index in 0..<count { numbers[count + index] = radii[index] * (turns[index] - 0.25).magnitude.cosineOfTurns }
  }
}

extension Double {
  /// The natural logarithm of a positive normal number.
  @inline(__always)
  fileprivate var logarithm: Double {
    // x = 2^e m with m in [sqrt(1/2), sqrt(2)), and log m = 2 (s + s^3 / 3 + s^5 / 5 + ...) with s = (m - 1) / (m + 1).
    let bits = bitPattern &+ (1023 << 52 &- 0x3FE6_A09E_667F_3BCD)
    let exponent = Double(lowBits: bits &>> 52) - 1023
    let m = Double(bitPattern: (bits & (1 << 52 &- 1)) &+ 0x3FE6_A09E_667F_3BCD)
    let s = (m - 1) / (m + 1)
    let square = s * s
    var sum = square * (2.0 / 21) + 2.0 / 19
    sum = sum * square + 2.0 / 17
    sum = sum * square + 2.0 / 15
    sum = sum * square + 2.0 / 13
    sum = sum * square + 2.0 / 11
    sum = sum * square + 2.0 / 9
    sum = sum * square + 2.0 / 7
    sum = sum * square + 2.0 / 5
    sum = sum * square + 2.0 / 3
    // log 2 in two parts: the product of the first and a small whole number is exact.
    return exponent * 0x1.62E42FEFA3800p-1 + (2 * s + (s * square * sum + exponent * 0x1.EF35793C76730p-45))
  }

  /// cos(2 pi x) of x in [0, 1).
  @inline(__always)
  fileprivate var cosineOfTurns: Double {
    // -sin(2 pi z) with z = 1/4 - |x - 1/2| in [-1/4, 1/4]: the sine's series.
    let x = (0.25 - (self - 0.5).magnitude) * (2 * .pi)
    let square = x * x
    var sum = 1 - square * (1.0 / (20 * 21))
    sum = 1 - sum * square * (1.0 / (18 * 19))
    sum = 1 - sum * square * (1.0 / (16 * 17))
    sum = 1 - sum * square * (1.0 / (14 * 15))
    sum = 1 - sum * square * (1.0 / (12 * 13))
    sum = 1 - sum * square * (1.0 / (10 * 11))
    sum = 1 - sum * square * (1.0 / (8 * 9))
    sum = 1 - sum * square * (1.0 / (6 * 7))
    sum = 1 - sum * square * (1.0 / (4 * 5))
    sum = 1 - sum * square * (1.0 / (2 * 3))
    return -(x * sum)
  }
}

extension Float {
  /// The upper 24 bits of a word, as a fraction.
  @inline(__always)
  fileprivate init(bits24 word: UInt64) { self = Float(Int32(truncatingIfNeeded: word &>> 8)) * 0x1p-24 }

  /// As of a Double.
  @inline(__always)
  fileprivate var logarithm: Float {
    let bits = bitPattern &+ (127 << 23 &- 0x3F35_04F3)
    let exponent = Float(Int32(truncatingIfNeeded: bits &>> 23)) - 127
    let m = Float(bitPattern: (bits & (1 << 23 &- 1)) &+ 0x3F35_04F3)
    let s = (m - 1) / (m + 1)
    let square = s * s
    var sum = square * (2.0 / 9) + 2.0 / 7
    sum = sum * square + 2.0 / 5
    sum = sum * square + 2.0 / 3
    return exponent * 0x1.62E430p-1 + (2 * s + s * square * sum)
  }

  /// As of a Double.
  @inline(__always)
  fileprivate var cosineOfTurns: Float {
    let x = (0.25 - (self - 0.5).magnitude) * (2 * .pi)
    let square = x * x
    var sum = 1 - square * (1.0 / (12 * 13))
    sum = 1 - sum * square * (1.0 / (10 * 11))
    sum = 1 - sum * square * (1.0 / (8 * 9))
    sum = 1 - sum * square * (1.0 / (6 * 7))
    sum = 1 - sum * square * (1.0 / (4 * 5))
    sum = 1 - sum * square * (1.0 / (2 * 3))
    return -(x * sum)
  }
}
