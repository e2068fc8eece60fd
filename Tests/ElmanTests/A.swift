import Testing
import Elman
@Test func a() {}
