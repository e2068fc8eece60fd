import Base
import HDF5
import Testing

/// Files that were damaged, or made to do damage. Reading them must end, in bounded time and memory; a trap would
/// end the tests.
@Suite struct HostileTests {
  static let small = ["keras_old.h5", "keras_new.h5", "links_old.h5", "links_new.h5", "storage_new.h5", "types_v2.h5"]

  private static var limits: Limits {
    var limits = Limits()
    limits.bytes = 1 << 20
    limits.entries = 1 << 14
    return limits
  }

  @Test(arguments: small)
  func noTruncatedFileIsReadWhole(name: String) throws {
    let bytes = try data(name)
    let whole = Reading.everything(bytes, limits: Self.limits)
    #expect(whole > 0)
    for end in 0..<bytes.count {
      // Every byte of small files; in larger ones some of those between the beginning and the end.
      if bytes.count > 9000, end > 3000, end < bytes.count - 100, end % 37 != 0 { continue }
      #expect(Reading.everything(Array(bytes[..<end]), limits: Self.limits) <= whole)
    }
    #expect(Reading.everything([], limits: Self.limits) == 0)
  }

  @Test(arguments: small + ["storage_old.h5", "types_old.h5", "many_new.h5"])
  func changedBytesEndInErrorsOrOtherValues(name: String) throws {
    let bytes = try data(name)
    var generator = Generator(state: UInt64(bytes.count))
    for _ in 0..<(bytes.count > 100_000 ? 10 : 300) {
      var changed = bytes
      for _ in 0..<Int.random(in: 1...8, using: &generator) {
        let place = Int.random(in: 0..<bytes.count, using: &generator)
        changed[place] =
          [0, 0xFF, 0x7F, changed[place] ^ 1, UInt8.random(in: 0...255, using: &generator)]
          .randomElement(using: &generator) ?? 0
      }
      _ = Reading.everything(changed, limits: Self.limits)
    }
  }

  /// Checksums hide what is behind them from random changes: here structures are changed and their checksums mended.
  @Test(arguments: ["keras_new.h5", "storage_new.h5", "links_new.h5", "many_new.h5"])
  func changesBehindRightChecksums(name: String) throws {
    let bytes = try data(name)
    let structures = Checksummed.find(bytes)
    #expect(structures.count > 3)
    var generator = Generator(state: 5)
    for _ in 0..<(bytes.count > 50_000 ? 20 : 400) {
      guard let structure = structures.randomElement(using: &generator) else { continue }
      var changed = bytes
      for _ in 0..<Int.random(in: 1...3, using: &generator) {
        let place = Int.random(in: structure.start + 4..<structure.end, using: &generator)
        changed[place] = [0, 0xFF, 1, 8, changed[place] ^ 16].randomElement(using: &generator) ?? 0
      }
      structure.mend(&changed)
      _ = Reading.everything(changed, limits: Self.limits)
    }
  }

  @Test func mendedChecksumsAreRight() throws {
    // Else the test above would only read damaged checksums.
    let bytes = try data("keras_new.h5")
    var changed = bytes
    for structure in Checksummed.find(bytes) { structure.mend(&changed) }
    #expect(changed == bytes)
    changed = bytes
    // Byte 8 of the superblock's successors is behind no checksum; of a header, it is a size.
    #expect(Reading.everything(bytes) > 0)
    let root = try #require(Checksummed.find(bytes).first)
    changed[root.start + 6] ^= 1
    #expect(Reading.everything(changed) < Reading.everything(bytes))
  }
}
