#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif
import CPUFeatures
import KernelInterface
import Kernels
#if CPU_VARIANTS
  import KernelsAVX2
  import KernelsAVX512
#endif

/// The build of the kernels in use: "baseline", "avx2" or "avx512".
public var selectedKernelsName: String { KernelSet.selected.name }

extension KernelSet {
  /// The sets that this CPU runs, the fastest last.
  public static let available: [KernelSet] = {
    var sets = [Kernels.makeKernelSet()]
    #if CPU_VARIANTS
      if elman_cpu_has_avx2() != 0 { sets.append(KernelsAVX2.makeKernelSet()) }
      if elman_cpu_has_avx512() != 0 { sets.append(KernelsAVX512.makeKernelSet()) }
    #endif
    return sets
  }()

  /// The set in use: the one that ELMAN_KERNELS names if this CPU runs it, otherwise the fastest.
  public static let selected: KernelSet = {
    let fastest = available[available.count - 1]
    guard let wanted = getenv("ELMAN_KERNELS") else { return fastest }
    return available.first { $0.name == String(cString: wanted) } ?? fastest
  }()

  /// The set for a layer of so many units: half of wide vectors would be empty where few units need narrower ones.
  public static func fitting(units: Int) -> KernelSet { units <= narrower.vectorWidth ? narrower : selected }

  private static let narrower = available.first { $0.vectorWidth == 8 && selected.vectorWidth == 16 } ?? selected
}
