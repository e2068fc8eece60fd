import Testing
import Kernels
@Test func a() {}
