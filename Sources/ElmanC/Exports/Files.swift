import CElman
import Elman

@implementation @_cdecl("elman_model_load")
public func elman_model_load(
  _ path: UnsafePointer<CChar>?, _ options: UnsafePointer<elman_load_options>?,
  _ model: UnsafeMutablePointer<elman_model>?
) -> elman_status {
  creating(model, "model") { () throws(ElmanError) in
    try Model.load(requiredText(path, "path"), LoadOptions(options))
  }
}

@implementation @_cdecl("elman_model_load_memory")
public func elman_model_load_memory(
  _ bytes: UnsafeRawPointer?, _ size: Int, _ options: UnsafePointer<elman_load_options>?,
  _ model: UnsafeMutablePointer<elman_model>?
) -> elman_status {
  creating(model, "model") { () throws(ElmanError) in
    let options = try LoadOptions(options)
    return try withBytes(bytes, size, options) { (bytes) throws(ElmanError) in try Model.load(bytes, options) }
  }
}

@implementation @_cdecl("elman_model_load_weights")
public func elman_model_load_weights(
  _ model: elman_model, _ path: UnsafePointer<CChar>?, _ options: UnsafePointer<elman_load_weights_options>?
) -> elman_status {
  model.call { (model) throws(ElmanError) in
    try model.loadWeights(requiredText(path, "path"), LoadOptions(ofWeights: options))
  }
}

@implementation @_cdecl("elman_model_load_weights_memory")
public func elman_model_load_weights_memory(
  _ model: elman_model, _ bytes: UnsafeRawPointer?, _ size: Int, _ options: UnsafePointer<elman_load_weights_options>?
) -> elman_status {
  model.call { (model) throws(ElmanError) in
    let options = try LoadOptions(ofWeights: options)
    try withBytes(bytes, size, options) { (bytes) throws(ElmanError) in try model.loadWeights(bytes, options) }
  }
}

@implementation @_cdecl("elman_model_save")
public func elman_model_save(
  _ model: elman_model, _ path: UnsafePointer<CChar>?, _ options: UnsafePointer<elman_save_options>?
) -> elman_status {
  model.call { (model) throws(ElmanError) in
    let given = try ElmanC.options(options, or: elman_save_options())
    let format = try text(given.format, "format").map { (name) throws(ElmanError) in
      guard let format = SaveFormat(rawValue: name) else {
        throw ElmanError(.invalidArgument, "format must be \"keras\" or \"h5\". Received: format=\(name)")
      }
      return format
    }
    try model.save(requiredText(path, "path"), as: format)
  }
}

@implementation @_cdecl("elman_model_save_weights")
public func elman_model_save_weights(_ model: elman_model, _ path: UnsafePointer<CChar>?) -> elman_status {
  model.call { (model) throws(ElmanError) in try model.saveWeights(requiredText(path, "path")) }
}

extension elman_save_options: OptionStruct {}
extension elman_load_options: OptionStruct {}
extension elman_load_weights_options: OptionStruct {}

extension LoadOptions {
  fileprivate init(_ pointer: UnsafePointer<elman_load_options>?) throws(ElmanError) {
    let given = try options(pointer, or: elman_load_options())
    try self.init()
    try setMaxBytes(given.max_bytes)
    weightsPath = try text(given.weights_path, "weights_path")
  }

  fileprivate init(ofWeights pointer: UnsafePointer<elman_load_weights_options>?) throws(ElmanError) {
    let given = try options(pointer, or: elman_load_weights_options())
    try self.init()
    try setMaxBytes(given.max_bytes)
    (byName, skipsMismatch) = (given.by_name != 0, given.skip_mismatch != 0)
  }

  private mutating func setMaxBytes(_ bytes: Int64) throws(ElmanError) {
    guard bytes >= 0 else {
      throw ElmanError(
        .invalidArgument, "max_bytes must be positive, or 0 for the default. Received: max_bytes=\(bytes)")
    }
    if bytes > 0 { maxBytes = Int(bytes) }
  }
}

/// The memory of the caller as bytes, which live as long as `body` runs.
private func withBytes<Result>(
  _ pointer: UnsafeRawPointer?, _ size: Int, _ options: LoadOptions, _ body: (Bytes) throws(ElmanError) -> Result
) throws(ElmanError) -> Result {
  let size = try ElmanC.size(size, "size")
  guard size <= options.maxBytes else {
    throw ElmanError(.invalidArgument, "A file of \(size) bytes is too large: allowed are \(options.maxBytes).")
  }
  if size > 0 { _ = try requiredBytes(pointer) }
  return try body(Bytes(UnsafeRawBufferPointer(start: pointer, count: size), owner: CallersMemory.shared))
}

private func requiredBytes(_ pointer: UnsafeRawPointer?) throws(ElmanError) -> UnsafeRawPointer {
  guard let pointer else { throw ElmanError(.invalidArgument, "bytes must not be NULL.") }
  return pointer
}

/// Owns nothing: the caller's memory outlives the call.
private final class CallersMemory: Sendable {
  static let shared = CallersMemory()
}
