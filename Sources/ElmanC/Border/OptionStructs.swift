#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif
import CElman
import Elman

/// A struct of options, which begins with its own size as the caller knows it.
protocol OptionStruct {
  /// All zeros: Keras's defaults.
  init()
  var struct_size: Int { get }
  /// The size of the struct when it first appeared.
  static var firstSize: Int { get }
}

extension OptionStruct {
  static var firstSize: Int { MemoryLayout<Self>.size }
}

/// The options that a caller gave: fields unknown to the caller are zero, and fields unknown to this library must be.
func options<Options: OptionStruct>(_ pointer: UnsafePointer<Options>?, _ name: StaticString = "options")
  throws(ElmanError) -> Options
{
  try options(try required(pointer, name), or: Options())
}

/// The same where the options may be NULL.
func options<Options: OptionStruct>(
  _ pointer: UnsafePointer<Options>?, or standard: Options
) throws(ElmanError) -> Options {
  guard let pointer else { return standard }
  let given = UnsafeRawPointer(pointer).load(as: Int.self)
  let known = MemoryLayout<Options>.size
  guard (Options.firstSize...largestOptions).contains(given) else {
    throw ElmanError(
      .invalidArgument,
      "struct_size must be sizeof the options, \(known): begin with the INIT macro. "
        + "Received: \(UInt(bitPattern: given))")
  }
  let bytes = UnsafeRawBufferPointer(start: pointer, count: given)
  guard bytes.dropFirst(known).allSatisfy({ $0 == 0 }) else {
    throw ElmanError(
      .invalidArgument,
      "The options have a field that this version of elman does not know. "
        + "Received: struct_size=\(given), known are \(known)")
  }
  var options = Options()
  withUnsafeMutableBytes(of: &options) { $0.copyBytes(from: bytes.prefix(known)) }
  return options
}

private let largestOptions = 4096

/// An error unless a reserved field is 0.
func requireZero(_ reserved: Int32) throws(ElmanError) {
  if reserved != 0 {
    throw ElmanError(.invalidArgument, "Reserved fields of options must be 0. Received: reserved=\(reserved)")
  }
}
