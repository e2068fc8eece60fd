import Base

/// A member of an archive, as the directory describes it.
public struct Member: Sendable {
  /// With slashes between its parts, whatever Windows wrote.
  public let name: String
  /// Bytes of its content.
  public let size: Int
  let storedName: Bytes
  let packedSize: Int
  let offset: Int
  let checksum: UInt32
  let method: Int
  let isEncrypted: Bool

  /// Bytes of a header before a member, without its name.
  static let headerSize = 30

  init(
    storedName: Bytes, size: Int, packedSize: Int, offset: Int, checksum: UInt32, method: Int, isEncrypted: Bool
  ) throws(ElmanError) {
    name = try Member.safe(storedName.text)
    self.storedName = storedName
    self.size = size
    self.packedSize = packedSize
    self.offset = offset
    self.checksum = checksum
    self.method = method
    self.isEncrypted = isEncrypted
  }

  /// The name with slashes; an error where it leads out of the archive.
  private static func safe(_ stored: String) throws(ElmanError) -> String {
    let name = String(stored.map { $0 == "\\" ? "/" : $0 })
    let isDrive = name.dropFirst().first == ":"
    let isInside = !name.hasPrefix("/") && !isDrive && !name.split(separator: "/").contains("..") && !name.isEmpty
    guard isInside, !name.unicodeScalars.contains("\0") else {
      throw damaged("the name \(stored) leads out of it")
    }
    return name
  }
}
