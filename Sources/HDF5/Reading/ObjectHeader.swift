import Base

/// What an object's header says about it, in pieces.
struct Message {
  enum Kind: UInt16 {
    case dataspace = 1
    case linkInfo = 2
    case datatype = 3
    case oldFillValue = 4
    case fillValue = 5
    case link = 6
    case externalFiles = 7
    case layout = 8
    case filters = 0x0B
    case attribute = 0x0C
    case continuation = 0x10
    case symbolTable = 0x11
    case attributeInfo = 0x15
  }

  let kind: Kind
  let body: Bytes
  /// Whether the body only says where the message is.
  let isShared: Bool
}

struct ObjectHeader {
  let address: Int
  private(set) var messages: [Message] = []

  init(_ source: Source, at address: Int) throws(ElmanError) {
    self.address = address
    var parser = try ObjectHeaderParser(source, at: address)
    messages = try parser.parse()
  }

  func first(_ kind: Message.Kind) -> Message? { messages.first { $0.kind == kind } }

  /// The body of the first message of a kind, wherever it is kept.
  func body(_ kind: Message.Kind, _ source: Source) throws(ElmanError) -> Bytes? {
    guard let message = first(kind) else { return nil }
    return message.isShared ? try SharedMessage.body(message.body, kind, source) : message.body
  }
}

/// A message that is kept once for several objects: a type that was stored under a name.
enum SharedMessage {
  static func body(_ pointer: Bytes, _ kind: Message.Kind, _ source: Source) throws(ElmanError) -> Bytes {
    var reader = BoundedReader(pointer, "HDF5 shared message")
    let (version, place) = (try reader.byte(), try reader.byte())
    guard (1...3).contains(version) else { throw unsupported("a shared message of version \(version)") }
    if version == 3, place == 1 { throw unsupported("a table of shared messages") }
    if version == 1 { try reader.skip(6) }
    let header = try source.header(at: try reader.definedAddress(source))
    guard let message = header.first(kind), !message.isShared else {
      throw damaged("a shared message is not where it is said to be")
    }
    return message.body
  }
}
