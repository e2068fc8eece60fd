// swift-tools-version: 6.2
import PackageDescription

// What the environment says:
//   ELMAN_STATIC_STDLIB=1  link Swift's runtime into libelman.so (`make lib` does)
//   ELMAN_SANITIZE=1       leave symbols undefined that a sanitizer's runtime brings (`make test-c`)
//   ELMAN_PORTABLE=1       no unsafe flags and no CPU variants, as when elman is a dependency
let environment = Context.environment
let portable = environment["ELMAN_PORTABLE"] != nil
let staticRuntime = environment["ELMAN_STATIC_STDLIB"] != nil
let sanitized = environment["ELMAN_SANITIZE"] != nil

#if arch(x86_64)
  let variants = portable ? [] : ["AVX2", "AVX512"]
#else
  let variants: [String] = []
#endif

/// The flags of one build of the kernels: no checks in the loops, and the C side's target features. Debug builds
/// compile them file by file, which is quick and leaves generic functions unspecialized.
func kernelFlags(_ cFlags: [String]) -> [SwiftSetting] {
  portable
    ? []
    : [
      .unsafeFlags(["-Ounchecked"] + cFlags.flatMap { ["-Xcc", $0] }),
      .unsafeFlags(["-wmo"], .when(configuration: .release)),
    ]
}

let kernelTargets: [Target] =
  [
    .target(name: "KernelInterface"),
    .target(name: "Kernels", dependencies: ["KernelInterface", "CPUFeatures"], swiftSettings: kernelFlags([])),
  ]
  + variants.map { variant in
    .target(
      name: "Kernels\(variant)", dependencies: ["KernelInterface", "CPUFeatures"],
      swiftSettings: kernelFlags(variant == "AVX2" ? ["-mavx2", "-mfma", "-mf16c"] : ["-march=x86-64-v4"])
        + [.define("KERNELS_\(variant)")])
  }

let kernelDependencies = (["KernelInterface", "Kernels"] + variants.map { "Kernels\($0)" }).map {
  Target.Dependency(stringLiteral: $0)
}
let variantDefines: [SwiftSetting] = variants.isEmpty ? [] : [.define("CPU_VARIANTS")]
let hasStaticRuntime = staticRuntime && !portable

/// Swift's runtime calls it to compute something once; Sources/StaticRuntime stands before it.
let swiftOnce = "_ZN5swift14threading_impl9once_slowERNS0_6once_tEPFvPvES3_"

let runtimeFlags = hasStaticRuntime ? ["-static-stdlib", "-Xlinker", "--wrap=\(swiftOnce)"] : []

let libraryLinking: [LinkerSetting] =
  portable
  ? []
  : [
    .unsafeFlags(
      [
        "-Xlinker", "--version-script=\(Context.packageDirectory)/Sources/ElmanC/exports.map",
        "-Xlinker", "-soname=libelman.so.1", "-Xlinker", "-z", "-Xlinker", "nodelete",
      ] + (sanitized ? [] : ["-Xlinker", "-z", "-Xlinker", "defs"]) + runtimeFlags)
  ]

let package = Package(
  name: "elman",
  products: [
    .library(name: "Elman", targets: ["Elman"]),
    .library(name: "elman", type: .dynamic, targets: ["ElmanC"]),
  ],
  targets: kernelTargets + [
    .target(name: "Base"),
    .target(name: "HDF5", dependencies: ["Base"]),
    .target(name: "Zip", dependencies: ["Base"]),
    .systemLibrary(name: "CElman", path: "include"),
    .systemLibrary(name: "CPUFeatures"),
    .target(name: "CxxSupport", dependencies: ["CElman"]),
    .target(
      name: "StaticRuntime", dependencies: ["CxxSupport"],
      cxxSettings: hasStaticRuntime ? [.define("ELMAN_STATIC_RUNTIME")] : []),
    .target(
      name: "Elman", dependencies: kernelDependencies + ["Base", "HDF5", "Zip", "CPUFeatures", "CxxSupport"],
      swiftSettings: variantDefines),
    .target(
      name: "ElmanC", dependencies: ["Elman", "CElman", "CxxSupport", "StaticRuntime"], exclude: ["exports.map"],
      linkerSettings: libraryLinking),
    .executableTarget(name: "rnn-notes", dependencies: ["Elman"], path: "examples/swift"),
    .executableTarget(name: "kernel-rates", dependencies: ["Elman", "KernelInterface"], path: "benchmarks/kernels"),
    .executableTarget(name: "training-rates", dependencies: ["Elman"], path: "benchmarks/training"),
    .testTarget(
      name: "KernelsTests", dependencies: ["Elman", "KernelInterface"]),
    .testTarget(name: "HDF5Tests", dependencies: ["Base", "HDF5", "Zip"]),
    .testTarget(name: "ElmanTests", dependencies: ["Elman"]),
  ],
  swiftLanguageModes: [.v6]
)
