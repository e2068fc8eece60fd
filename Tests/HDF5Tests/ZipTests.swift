import Base
import Testing
import Zip

@Suite struct ZipTests {
  private func archive(_ name: String, limits: Limits = Limits()) throws -> Archive {
    try Archive(Bytes(data(name)), limits: limits)
  }

  private var text: [UInt8] {
    (0..<300).flatMap { Array("line \($0 % 50) of a text that repeats itself\n".utf8) }
  }

  @Test(arguments: ["stored.zip", "deflated.zip"])
  func membersComeAsTheyWere(name: String) throws {
    let archive = try archive(name)
    #expect(archive.members.map { $0.name } == ["config.json", "assets/text.txt", "noise", "empty"])
    #expect(try archive.read("config.json").text == "{}")
    #expect(try archive.read("assets/text.txt").array == text)
    #expect(try archive.read("noise").count == 2000 && archive.read("empty").count == 0)
    #expect(code { _ = try archive.read("nothing") } == .notFound)
    #expect(code { _ = try Archive(Bytes([])) } == .invalidArgument)
  }

  @Test func zip64AndTheNamesOfWindows() throws {
    #expect(try archive("zip64.zip").read("assets/text.txt").array == text)
    #expect(try archive("windows.zip").read("layers/lstm/vars.txt").text == "0")
  }

  @Test(arguments: ["parent.zip", "absolute.zip", "drive.zip"])
  func namesStayInside(name: String) throws {
    let error = #expect(throws: ElmanError.self) { try archive(name) }
    #expect(error?.message.contains("leads out of it") == true)
  }

  @Test func membersBeyondTheLimitsAreRefused() throws {
    var limits = Limits()
    #expect(try archive("bomb.zip").read("zeros").count == 1 << 22)
    limits.bytes = 1 << 20
    #expect(code { _ = try archive("bomb.zip", limits: limits).read("zeros") } == .invalidArgument)
    limits.entries = 3
    #expect(code { _ = try archive("stored.zip", limits: limits) } == .invalidArgument)
  }

  /// A bomb that says of itself to be small.
  @Test func whatUnpacksToMoreThanItSaysIsRefused() throws {
    var bytes = try data("bomb.zip")
    let size: [UInt8] = [0, 0, 0x40, 0]
    for place in bytes.indices.dropLast(4) where Array(bytes[place..<place + 4]) == size { bytes[place + 2] = 1 }
    let archive = try Archive(Bytes(bytes))
    #expect(archive.members[0].size == 1 << 16)
    let error = #expect(throws: ElmanError.self) { try archive.read("zeros") }
    #expect(error?.message.contains("65536") == true)
  }

  @Test func membersTwiceOrOverlappingAreRefused() throws {
    var writer = ArchiveWriter()
    try writer.add("a", Bytes([1, 2, 3]))
    #expect(code { try writer.add("a", Bytes([])) } == .invalidArgument)
    try writer.add("b", Bytes([4]))
    let bytes = try writer.finish().array
    func changed(_ name: [UInt8], to other: [UInt8]) throws -> [UInt8] {
      var changed = bytes
      for place in bytes.indices.dropLast(name.count) where Array(bytes[place..<place + name.count]) == name {
        changed.replaceSubrange(place..<place + name.count, with: other)
      }
      return changed
    }
    #expect(try Archive(Bytes(changed([0x62], to: [0x62]))).members.count == 2)
    #expect(code { _ = try Archive(Bytes(changed([0x62], to: [0x61]))) } == .invalidArgument)
    // The second member's place in the directory: 34 bytes in, behind the first one.
    let overlapping = try changed([34, 0, 0, 0, 0x62], to: [0, 0, 0, 0, 0x62])
    #expect(overlapping != bytes)
    #expect(code { _ = try Archive(Bytes(overlapping)) } == .invalidArgument)
  }

  @Test func whatIsWrittenIsRead() throws {
    var writer = ArchiveWriter()
    try writer.add("d\u{FC}nn/text.txt", Bytes(text))
    try writer.add("empty", Bytes([]))
    let archive = try Archive(writer.finish())
    #expect(archive.members.map { $0.name } == ["d\u{FC}nn/text.txt", "empty"])
    #expect(try archive.read("d\u{FC}nn/text.txt").array == text && archive.read("empty").count == 0)
  }

  @Test(arguments: ["stored.zip", "deflated.zip", "zip64.zip"])
  func damagedArchivesAreErrorsOrWhole(name: String) throws {
    let bytes = try data(name)
    func readAll(_ bytes: [UInt8]) -> [[UInt8]?] {
      guard let archive = try? Archive(Bytes(bytes)) else { return [] }
      return archive.members.map { try? archive.read($0).array }
    }
    let whole = readAll(bytes)
    #expect(!whole.isEmpty && !whole.contains(nil))
    for end in stride(from: 0, to: bytes.count, by: name == "deflated.zip" ? 1 : 13) {
      #expect(readAll(Array(bytes[..<end])).isEmpty)
    }
    var generator = Generator(state: 3)
    for _ in 0..<500 {
      var changed = bytes
      changed[Int.random(in: 0..<bytes.count, using: &generator)] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
      // The checksum finds every single changed bit of a content.
      for content in readAll(changed) where content != nil { #expect(whole.contains(content)) }
    }
  }
}
