import KernelInterface

#if KERNELS_AVX512
  // Widening float16 to a vector of 16 takes two cycles on processors whose vectors of 512 bits are two halves (AMD Zen
  // 4), to two vectors of 8 but one. So one row of float16 weights is summed up in vectors of 8: the same sums, lane by
  // lane.

  private typealias Half = SIMD8<Float>
  private typealias HalfSums<let P: Int, let N: Int> = InlineArray<P, InlineArray<N, Half>>

  /// `multiplyRow` for float16 weights, whose sums over k are made in one piece.
  @inline(never)
  func multiplyRowInHalves<let P: Int, let N: Int>(
    _ start: TileStart, _ first: Factor, _ second: Factor, _ memory: TileMemory, _ shape: TileSums<P, N>.Type
  ) {
    var lower = HalfSums<P, N>(repeating: InlineArray<N, Half>(repeating: Half()))
    var upper = lower
    for p in 0..<P {
      for n in 0..<N {
        let place = start.rows.base + p * start.panelStep + n * start.step
        (lower[p][n], upper[p][n]) = (half(place), half(place + 8))
      }
    }
    accumulate(&lower, &upper, first)
    if N == 3, let next = start.exchange {
      store(lower, upper, memory.asides)
      for p in 0..<P {
        for n in 0..<N {
          let place = next + (p * N + n) * lanes
          (lower[p][n], upper[p][n]) = (half(place), half(place + 8))
        }
      }
    }
    accumulate(&lower, &upper, second)
    store(lower, upper, memory.sums)
  }

  @inline(__always)
  private func accumulate<let P: Int, let N: Int>(
    _ lower: inout HalfSums<P, N>, _ upper: inout HalfSums<P, N>, _ factor: Factor
  ) {
    let (left, depth, rowBytes) = (factor.left.base, factor.depth, Float16Reader.bytes(N))
    for k in 0..<depth {
      let value = Half(repeating: left[k])
      for p in 0..<P {
        let weights = factor.panel + (p * depth + k) * rowBytes
        for n in 0..<N {
          lower[p][n].addProduct(value, widened(weights + n * 32))
          upper[p][n].addProduct(value, widened(weights + n * 32 + 16))
        }
      }
    }
  }

  @inline(__always)
  private func widened(_ address: UnsafeRawPointer) -> Half {
    let bits = address.loadUnaligned(as: SIMD8<UInt16>.self)
    var wide = Half()
    for lane in 0..<8 { wide[lane] = Float(Float16(bitPattern: bits[lane])) }
    return wide
  }

  @inline(__always)
  private func half(_ place: UnsafePointer<Float>) -> Half { UnsafeRawPointer(place).loadUnaligned(as: Half.self) }

  /// The sums where vectors of 16 are expected. To put the halves together here would keep one of them in memory all
  /// the while.
  @inline(__always)
  private func store<let P: Int, let N: Int>(
    _ lower: HalfSums<P, N>, _ upper: HalfSums<P, N>, _ place: UnsafeMutablePointer<Vector>
  ) {
    for p in 0..<P {
      for n in 0..<N {
        let place = UnsafeMutableRawPointer(place + p * N + n)
        place.storeBytes(of: lower[p][n], as: Half.self)
        place.storeBytes(of: upper[p][n], toByteOffset: 32, as: Half.self)
      }
    }
  }
#endif
