#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

func exponential(_ x: Double) -> Double { exp(x) }
func hyperbolicTangent(_ x: Double) -> Double { tanh(x) }
func logarithmOfOnePlus(_ x: Double) -> Double { log1p(x) }
func complementaryError(_ x: Double) -> Double { erfc(x) }
