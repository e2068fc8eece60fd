import CElman
import Elman

/// What a handle stands for; the raw value is part of its number.
enum HandleKind: UInt8 {
  case layer = 1
  case model = 2
  case stream = 3
  case tensor = 4
}

/// A handle type of elman.h.
protocol Handle {
  associatedtype Object: AnyObject
  static var kind: HandleKind { get }
  /// The type's name in C.
  static var typeName: StaticString { get }
  var id: UInt64 { get }
  init(id: UInt64)
}

extension elman_layer: Handle {
  typealias Object = Layer
  static var kind: HandleKind { .layer }
  static var typeName: StaticString { "elman_layer" }
}

extension elman_model: Handle {
  typealias Object = Model
  static var kind: HandleKind { .model }
  static var typeName: StaticString { "elman_model" }
}

extension elman_stream: Handle {
  typealias Object = Stream
  static var kind: HandleKind { .stream }
  static var typeName: StaticString { "elman_stream" }
}

/// A tensor as an object, which handles stand for.
final class TensorObject: Sendable {
  let tensor: SymbolicTensor

  init(_ tensor: SymbolicTensor) { self.tensor = tensor }
}

extension elman_tensor: Handle {
  typealias Object = TensorObject
  static var kind: HandleKind { .tensor }
  static var typeName: StaticString { "elman_tensor" }
}

extension Handle {
  /// Calls `body` with the object, which lives at least that long even if another thread releases the handle.
  @inline(__always)
  func with(_ body: (Object) throws(ElmanError) -> Void) throws(ElmanError) {
    guard let pin = HandleTable.pin(id, kind: Self.kind) else { throw invalid() }
    defer { pin.end() }
    // The pin keeps it: no reference needs to be counted.
    try Unmanaged<Object>.fromOpaque(pin.object.toOpaque()).borrowing(body)
  }

  /// The object, for longer than one call.
  func object() throws(ElmanError) -> Object {
    var object: Object?
    try with { (found) throws(ElmanError) in object = found }
    guard let object else { throw invalid() }
    return object
  }

  /// Gives the handle back; the null handle is none.
  func release() throws(ElmanError) {
    if id != 0, !HandleTable.remove(id, kind: Self.kind) { throw invalid() }
  }

  @inline(never)
  private func invalid() -> ElmanError {
    if id == 0 { return ElmanError(.invalidHandle, "A live \(Self.typeName) is needed. Received: the null handle") }
    let number = "0x" + String(id, radix: 16)
    if let kind = HandleTable.kind(of: id), kind != Self.kind {
      return ElmanError(
        .invalidHandle, "A live \(Self.typeName) is needed. Received: \(number), the handle of a \(kind)")
    }
    return ElmanError(
      .invalidHandle, "A live \(Self.typeName) is needed. Received: \(number), which was released or never made")
  }
}
