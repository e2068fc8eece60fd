import KernelInterface

#if KERNELS_AVX512
  import CPUFeatures

  // int8 weights on processors that multiply bytes (AVX-512 VNNI): 64 products in one instruction, with nothing to
  // widen.
  //
  // The left matrix stays float32 and comes as whole numbers of 23 bits, relative to the largest of up to 512
  // neighbours. Each is three digits of 8 bits, so that a sum is three sums of whole numbers, which are exact in any
  // order.

  /// Values of k whose weights lie together.
  @inline(__always)
  private var groupDepth: Int { 4 * lanes }
  /// Values of k whose left numbers share their scale. Their digits, 24 vectors, go where a tile's memory has room for
  /// `most`.
  @inline(__always)
  private var chunkDepth: Int { 8 * groupDepth }

  /// Words of four weights each that stand for a depth, each with one number of every fourth part of a group.
  @inline(__always)
  func quads(_ depth: Int) -> Int { depth / groupDepth * lanes + (depth % groupDepth + 3) / 4 }

  /// Writes a packed panel of N vectors; a weight is q + 128.
  func encodeForDots(_ packed: UnsafePointer<Float>, _ depth: Int, vectors: Int, _ encoded: UnsafeMutableRawPointer) {
    for group in stride(from: 0, to: depth, by: groupDepth) {
      let count = min(groupDepth, depth - group)
      let quads = quads(count)
      for k in 0..<count {
        for column in 0..<vectors * lanes {
          let word = (group / 4 + k % quads) * vectors * lanes + column
          let code = UInt8(packed[(group + k) * vectors * lanes + column] + 128)
          encoded.storeBytes(of: code, toByteOffset: word * 4 + k / quads, as: UInt8.self)
        }
      }
    }
  }

  /// A tile of `count` rows and N vectors or, where `isRowOfPanels`, of one row and so many panels, as `multiply` and
  /// `multiplyRow`.
  @inline(never)
  func multiplyDots<let N: Int>(
    _ start: TileStart, _ first: Factor, _ second: Factor, _ memory: TileMemory, count: Int, isRowOfPanels: Bool,
    _ shape: Row<N>.Type
  ) {
    for r in 0..<count {
      let base = isRowOfPanels ? start.rows.base + r * start.panelStep : start.rows[r]
      for n in 0..<N { memory.sums[r * N + n] = (base + n * start.step).vector() }
    }
    add(first, memory, count, isRowOfPanels, shape)
    if N == 3, let exchange = start.exchange {
      for index in 0..<count * N {
        memory.asides[index] = memory.sums[index]
        memory.sums[index] = (exchange + (isRowOfPanels ? index : index % N) * lanes).vector()
      }
    }
    add(second, memory, count, isRowOfPanels, shape)
  }

  /// Adds a product to the sums of a tile.
  @inline(__always)
  private func add<let N: Int>(
    _ factor: Factor, _ memory: TileMemory, _ count: Int, _ isRowOfPanels: Bool, _ shape: Row<N>.Type
  ) {
    guard let scales = factor.scales else { return }
    let (depth, rowBytes) = (factor.depth, N * lanes * 4)
    let (rows, panels) = isRowOfPanels ? (1, count) : (count, 1)
    for first in stride(from: 0, to: depth, by: chunkDepth) {
      for row in 0..<rows {
        var left = WholeNumbers(factor.left[row] + first, min(chunkDepth, depth - first), memory)
        while left.take() {
          for panel in 0..<panels {
            let weights = factor.panel + (panel * quads(depth) + quads(first)) * rowBytes
            left.addProducts(weights, scales + panel * N * lanes, memory.sums + (row + panel) * N, shape)
          }
        }
      }
    }
  }

  /// Up to `chunkDepth` numbers of a row as whole numbers of three digits, times a power of two.
  ///
  /// Numbers that are much smaller than the largest come in another turn, with a power of two of their own: each keeps
  /// the seven bits or more that int8 weights have.
  private struct WholeNumbers {
    private let numbers: UnsafePointer<Float>
    private let count: Int
    /// For every group the three digits, each of them a vector of words with four numbers.
    private let digits: UnsafeMutablePointer<IntVector>
    /// The largest exponent of what was not taken yet; below zero where nothing is left.
    private var exponent: Int32
    /// Whether it has some that do not come in one turn.
    private let isMixed: Bool
    private var isFinite = true
    private var scale: Float = 1
    /// The sum of each digit times -128, since each weight is 128 too large.
    private var offsets = InlineArray<3, Int32>(repeating: 0)

    /// Of infinity and NaN.
    @inline(__always)
    private static var infinite: Int32 { 255 }
    /// How much smaller than the largest a number may be, as a power of two.
    @inline(__always)
    private static var span: Int32 { 14 }

    @inline(never)
    init(_ numbers: UnsafePointer<Float>, _ count: Int, _ memory: TileMemory) {
      self.numbers = numbers
      self.count = count
      digits = UnsafeMutableRawPointer(memory.halves).assumingMemoryBound(to: IntVector.self)
      // The smallest but for zeros, which are the largest of what is one less, without a sign.
      var (largest, smallest) = (IntVector(), IntVector(repeating: Int32.max))
      for k in stride(from: 0, to: count, by: lanes) {
        let bits = (numbers + k).vector(atMost: count - k).magnitude.bits
        largest = Self.larger(largest, bits)
        let less = (bits &- 1) & Int32.max
        smallest = smallest.replacing(with: less, where: less .< smallest)
      }
      exponent = Self.exponent(largest)
      var least = smallest[0]
      for lane in 1..<lanes { least = min(least, smallest[lane]) }
      isMixed = least &+ 1 < (exponent - Self.span) &<< 23
    }

    /// The next numbers, rounded so that the largest has 22 bits beside its sign; false where none are left.
    @inline(never)
    mutating func take() -> Bool {
      guard exponent >= 0 else { return false }
      isFinite = exponent < Self.infinite
      if !isFinite {
        exponent = -1
      } else if isMixed {
        takeFinite(all: false)
      } else {
        takeFinite(all: true)
      }
      return true
    }

    @inline(__always)
    private mutating func takeFinite(all: Bool) {
      let shift = min(148 - exponent, 126)
      scale = powerOfTwo(-shift)
      let interval = Interval(of: exponent, factor: powerOfTwo(shift))
      let ones = IntVector(repeating: 0x0101_0101)
      var (sums, rest) = (InlineArray<3, IntVector>(repeating: IntVector()), IntVector())
      for group in stride(from: 0, to: count, by: groupDepth) {
        let (place, words) = (
          digits + group / groupDepth * 3, words(numbers + group, count - group, interval, &rest, all: all)
        )
        for digit in 0..<3 {
          place[digit] = words[digit]
          sums[digit] = elman_cpu_add_dots(sums[digit], ones, words[digit])
        }
      }
      for digit in 0..<3 { offsets[digit] = sum(sums[digit]) &* -128 }
      exponent = all ? -1 : Self.exponent(rest)
    }

    /// Which numbers are taken, by their bits.
    private struct Interval {
      let lowest: IntVector
      let end: IntVector
      let factor: Vector

      @inline(__always)
      init(of exponent: Int32, factor: Float) {
        lowest = IntVector(repeating: max(exponent - span, 0) &<< 23)
        end = IntVector(repeating: (exponent + 1) &<< 23)
        self.factor = Vector(repeating: factor)
      }
    }

    @inline(__always)
    private static func larger(_ x: IntVector, _ y: IntVector) -> IntVector { x.replacing(with: y, where: y .> x) }

    /// The largest exponent of some bits; below zero where all are zero.
    @inline(__always)
    private static func exponent(_ bits: IntVector) -> Int32 {
      var largest = bits[0]
      for lane in 1..<lanes { largest = max(largest, bits[lane]) }
      return largest == 0 ? -1 : largest &>> 23
    }

    @inline(__always)
    private func powerOfTwo(_ exponent: Int32) -> Float { Float(bitPattern: UInt32(bitPattern: exponent + 127) << 23) }

    /// The digits of a group: in each lane four numbers, one of each fourth part.
    @inline(__always)
    private func words(
      _ numbers: UnsafePointer<Float>, _ left: Int, _ interval: Interval, _ rest: inout IntVector, all: Bool
    ) -> InlineArray<3, IntVector> {
      let part = min(left / 4 + (left % 4 + 3) / 4, lanes)
      let a = bytes(numbers.vector(atMost: part), interval, &rest, all)
      let b = bytes((numbers + part).vector(atMost: max(0, min(part, left - part))), interval, &rest, all)
      let c = bytes((numbers + 2 * part).vector(atMost: max(0, min(part, left - 2 * part))), interval, &rest, all)
      let d = bytes((numbers + 3 * part).vector(atMost: max(0, min(part, left - 3 * part))), interval, &rest, all)
      return [
        (a & 0xFF) | (b & 0xFF) &<< 8 | (c & 0xFF) &<< 16 | d &<< 24,
        (a &>> 8 & 0xFF) | (b & 0xFF00) | (c & 0xFF00) &<< 8 | (d & 0xFF00) &<< 16,
        (a &>> 16 & 0xFF) | (b &>> 8 & 0xFF00) | (c & 0xFF_0000) | (d & 0xFF_0000) &<< 8,
      ]
    }

    /// Three digits of -128 to 127 in the lower bytes; zeros for what is not in the interval.
    @inline(__always)
    private func bytes(_ numbers: Vector, _ interval: Interval, _ rest: inout IntVector, _ all: Bool) -> IntVector {
      var taken = numbers
      if !all {
        let magnitude = numbers.magnitude.bits
        let isLess = magnitude .< interval.lowest
        rest = Self.larger(rest, IntVector().replacing(with: magnitude, where: isLess))
        taken.replace(with: Vector(), where: isLess .| (magnitude .>= interval.end))
      }
      // The last bits of 1.5 times 2^23 are the rounded number.
      let rounded = taken.times(interval.factor, plus: Vector(repeating: 0x1.8p23)).bits
      return (rounded &+ IntVector(repeating: 0x80_8080 - 0x4B40_0000)) ^ IntVector(repeating: 0x80_8080)
    }

    @inline(__always)
    private func sum(_ vector: IntVector) -> Int32 {
      var result = vector[0]
      for lane in 1..<lanes { result &+= vector[lane] }
      return result
    }

    /// Adds the products with N vectors of weights, times the scales of their columns.
    @inline(__always)
    func addProducts<let N: Int>(
      _ weights: UnsafeRawPointer, _ scales: UnsafePointer<Float>, _ sums: UnsafeMutablePointer<Vector>,
      _ shape: Row<N>.Type
    ) {
      let products = isFinite ? products(weights, shape) : unroundedProducts(numbers, count, weights, shape)
      // The power of two first: a sum of whole numbers may be too large for float32 before its column's scale.
      let power = Vector(repeating: isFinite ? scale : 1)
      for n in 0..<N { sums[n] = ((scales + n * lanes).vector() * power).times(products[n], plus: sums[n]) }
    }

    /// The products with N vectors of weights.
    @inline(__always)
    private func products<let N: Int>(_ weights: UnsafeRawPointer, _ shape: Row<N>.Type) -> Row<N> {
      var low = InlineArray<N, IntVector>(repeating: IntVector(repeating: offsets[0]))
      var middle = InlineArray<N, IntVector>(repeating: IntVector(repeating: offsets[1]))
      var high = InlineArray<N, IntVector>(repeating: IntVector(repeating: offsets[2]))
      var place = weights
      for group in stride(from: 0, to: count, by: groupDepth) {
        let words = UnsafeRawPointer(digits + group / groupDepth * 3).assumingMemoryBound(to: Int32.self)
        for quad in 0..<quads(min(groupDepth, count - group)) {
          let word = words + quad
          let left = (
            IntVector(repeating: word[0]), IntVector(repeating: word[lanes]), IntVector(repeating: word[2 * lanes])
          )
          for n in 0..<N {
            let bytes = (place + n * lanes * 4).loadUnaligned(as: IntVector.self)
            low[n] = elman_cpu_add_dots(low[n], bytes, left.0)
            middle[n] = elman_cpu_add_dots(middle[n], bytes, left.1)
            high[n] = elman_cpu_add_dots(high[n], bytes, left.2)
          }
          place += N * lanes * 4
        }
      }
      let base = Vector(repeating: 256)
      var products = Row<N>(repeating: Vector())
      for n in 0..<N {
        products[n] = base.times(base.times(floats(high[n]), plus: floats(middle[n])), plus: floats(low[n]))
      }
      return products
    }

    /// Of whole numbers up to 2^24. Written out, since the compiler does not always inline the standard library's.
    @inline(__always)
    private func floats(_ whole: IntVector) -> Vector {
      var floats = Vector()
      for lane in 0..<lanes { floats[lane] = Float(whole[lane]) }
      return floats
    }
  }

  /// Numbers that are not all finite, in float32.
  @inline(never)
  private func unroundedProducts<let N: Int>(
    _ numbers: UnsafePointer<Float>, _ count: Int, _ weights: UnsafeRawPointer, _ shape: Row<N>.Type
  ) -> Row<N> {
    var sums = Row<N>(repeating: Vector())
    for k in 0..<count {
      let group = k / groupDepth * groupDepth
      let quads = quads(min(groupDepth, count - group))
      let row = weights + (group / 4 + (k - group) % quads) * N * lanes * 4 + (k - group) / quads
      for n in 0..<N {
        var weight = Vector()
        for lane in 0..<lanes {
          weight[lane] = Float(row.load(fromByteOffset: (n * lanes + lane) * 4, as: UInt8.self)) - 128
        }
        sums[n].accumulate(Vector(repeating: numbers[k]), weight)
      }
    }
    return sums
  }
#endif
