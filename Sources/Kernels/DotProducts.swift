import KernelInterface

#if KERNELS_AVX512
  import CPUFeatures

  // int8 weights on processors that multiply bytes (AVX-512 VNNI): 64 products in one instruction, with nothing to widen.
  //
  // The left matrix stays float32 and comes as whole numbers of 23 bits, relative to the largest of up to 512 neighbours: as
  // fine as float32 keeps the sum of their products. Each is three digits of 8 bits, so that a sum is three sums of whole
  // numbers, which are exact in any order.

  /// Values of k whose weights lie together.
  @inline(__always)
  private var groupDepth: Int { 4 * lanes }
  /// Values of k whose left numbers share their scale: as many as a tile's memory has room for.
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
    _ start: TileStart, _ first: Factor, _ second: Factor, _ memory: TileMemory, count: Int, isRowOfPanels: Bool, _ shape: Row<N>.Type
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
  private func add<let N: Int>(_ factor: Factor, _ memory: TileMemory, _ count: Int, _ isRowOfPanels: Bool, _ shape: Row<N>.Type) {
    guard let scales = factor.scales else { return }
    let (depth, rowBytes) = (factor.depth, N * lanes * 4)
    var left = WholeNumbers(memory)
    for first in stride(from: 0, to: depth, by: chunkDepth) {
      let size = min(chunkDepth, depth - first)
      for r in 0..<count {
        let (row, panel) = isRowOfPanels ? (0, r) : (r, 0)
        let numbers = factor.left[row] + first
        if r == 0 || !isRowOfPanels { left.round(numbers, size) }
        let weights = factor.panel + (panel * quads(depth) + quads(first)) * rowBytes
        let products = left.isFinite ? left.products(weights, shape) : unroundedProducts(numbers, size, weights, shape)
        for n in 0..<N {
          let scale = (scales + (panel * N + n) * lanes).vector()
          memory.sums[r * N + n] = scale.times(products[n], plus: memory.sums[r * N + n])
        }
      }
    }
  }

  /// Up to `chunkDepth` numbers of a row as whole numbers of three digits, times a power of two.
  private struct WholeNumbers {
    /// For every group the three digits, each of them a vector of words with four numbers.
    private let digits: UnsafeMutablePointer<IntVector>
    private var count = 0
    private(set) var isFinite = true
    private var scale: Float = 1
    /// The sum of each digit times -128, since each weight is 128 too large.
    private var offsets = InlineArray<3, Int32>(repeating: 0)

    @inline(__always)
    init(_ memory: TileMemory) { digits = UnsafeMutableRawPointer(memory.halves).assumingMemoryBound(to: IntVector.self) }

    /// Takes `count` numbers, rounded so that the largest has 22 bits beside its sign.
    @inline(never)
    mutating func round(_ numbers: UnsafePointer<Float>, _ count: Int) {
      let exponent = largestExponent(numbers, count)
      isFinite = exponent < 255
      guard isFinite else { return }
      let shift = min(148 - exponent, 126)
      self.count = count
      scale = powerOfTwo(-shift)
      let factor = Vector(repeating: powerOfTwo(shift))
      let ones = IntVector(repeating: 0x0101_0101)
      var sums = InlineArray<3, IntVector>(repeating: IntVector())
      for group in stride(from: 0, to: count, by: groupDepth) {
        let (place, words) = (digits + group / groupDepth * 3, words(numbers + group, count - group, factor))
        for digit in 0..<3 {
          place[digit] = words[digit]
          sums[digit] = elman_cpu_add_dots(sums[digit], ones, words[digit])
        }
      }
      for digit in 0..<3 { offsets[digit] = sum(sums[digit]) &* -128 }
    }

    /// Of infinity and NaN 255.
    @inline(__always)
    private func largestExponent(_ numbers: UnsafePointer<Float>, _ count: Int) -> Int32 {
      var largest = IntVector()
      for k in stride(from: 0, to: count, by: lanes) {
        let bits = (numbers + k).vector(atMost: count - k).magnitude.bits
        largest.replace(with: bits, where: bits .> largest)
      }
      var result = largest[0]
      for lane in 1..<lanes { result = max(result, largest[lane]) }
      return result &>> 23
    }

    @inline(__always)
    private func powerOfTwo(_ exponent: Int32) -> Float { Float(bitPattern: UInt32(bitPattern: exponent + 127) << 23) }

    /// The digits of a group: in each lane four numbers, one of each fourth part.
    @inline(__always)
    private func words(_ numbers: UnsafePointer<Float>, _ left: Int, _ factor: Vector) -> InlineArray<3, IntVector> {
      let part = min(left / 4 + (left % 4 + 3) / 4, lanes)
      let a = bytes(numbers.vector(atMost: part), factor)
      let b = bytes((numbers + part).vector(atMost: max(0, min(part, left - part))), factor)
      let c = bytes((numbers + 2 * part).vector(atMost: max(0, min(part, left - 2 * part))), factor)
      let d = bytes((numbers + 3 * part).vector(atMost: max(0, min(part, left - 3 * part))), factor)
      return [
        (a & 0xFF) | (b & 0xFF) &<< 8 | (c & 0xFF) &<< 16 | d &<< 24,
        (a &>> 8 & 0xFF) | (b & 0xFF00) | (c & 0xFF00) &<< 8 | (d & 0xFF00) &<< 16,
        (a &>> 16 & 0xFF) | (b &>> 8 & 0xFF00) | (c & 0xFF_0000) | (d & 0xFF_0000) &<< 8,
      ]
    }

    /// Three digits of -128 to 127 in the lower bytes.
    @inline(__always)
    private func bytes(_ numbers: Vector, _ factor: Vector) -> IntVector {
      // The last bits of 1.5 times 2^23 are the rounded number.
      let rounded = numbers.times(factor, plus: Vector(repeating: 0x1.8p23)).bits
      return (rounded &+ IntVector(repeating: 0x80_8080 - 0x4B40_0000)) ^ IntVector(repeating: 0x80_8080)
    }

    @inline(__always)
    private func sum(_ vector: IntVector) -> Int32 {
      var result = vector[0]
      for lane in 1..<lanes { result &+= vector[lane] }
      return result
    }

    /// The products with N vectors of weights.
    @inline(__always)
    func products<let N: Int>(_ weights: UnsafeRawPointer, _ shape: Row<N>.Type) -> Row<N> {
      var low = InlineArray<N, IntVector>(repeating: IntVector(repeating: offsets[0]))
      var middle = InlineArray<N, IntVector>(repeating: IntVector(repeating: offsets[1]))
      var high = InlineArray<N, IntVector>(repeating: IntVector(repeating: offsets[2]))
      var place = weights
      for group in stride(from: 0, to: count, by: groupDepth) {
        let words = UnsafeRawPointer(digits + group / groupDepth * 3).assumingMemoryBound(to: Int32.self)
        for quad in 0..<quads(min(groupDepth, count - group)) {
          let word = words + quad
          let left = (IntVector(repeating: word[0]), IntVector(repeating: word[lanes]), IntVector(repeating: word[2 * lanes]))
          for n in 0..<N {
            let bytes = (place + n * lanes * 4).loadUnaligned(as: IntVector.self)
            low[n] = elman_cpu_add_dots(low[n], bytes, left.0)
            middle[n] = elman_cpu_add_dots(middle[n], bytes, left.1)
            high[n] = elman_cpu_add_dots(high[n], bytes, left.2)
          }
          place += N * lanes * 4
        }
      }
      let (base, scale) = (Vector(repeating: 256), Vector(repeating: scale))
      var products = Row<N>(repeating: Vector())
      for n in 0..<N {
        products[n] = base.times(base.times(floats(high[n]), plus: floats(middle[n])), plus: floats(low[n])) * scale
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
        for lane in 0..<lanes { weight[lane] = Float(row.load(fromByteOffset: (n * lanes + lane) * 4, as: UInt8.self)) - 128 }
        sums[n].accumulate(Vector(repeating: numbers[k]), weight)
      }
    }
    return sums
  }
#endif
