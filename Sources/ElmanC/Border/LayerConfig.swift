import CElman
import Elman

/// The fields that the options of every layer have.
protocol LayerOptions: OptionStruct {
  static var className: String { get }
  var name: UnsafePointer<CChar>! { get }
  var batch_input_shape: DimensionTuple { get }
  var batch_input_rank: Int { get }
  var frozen: Int32 { get }
  var reserved: Int32 { get }
  /// The class's own arguments.
  func add(to config: inout LayerConfig) throws(ElmanError)
  /// The layers that it is made around; none for most classes.
  func innerLayers() throws(ElmanError) -> [Layer]
}

extension LayerOptions {
  var frozen: Int32 { 0 }
  var reserved: Int32 { 0 }
  func add(to config: inout LayerConfig) throws(ElmanError) {}
  func innerLayers() throws(ElmanError) -> [Layer] { [] }

  /// The layer that Keras's config of the same content gives.
  func makeLayer() throws(ElmanError) -> Layer {
    let config = try config()
    let inner = try innerLayers()
    if inner.isEmpty { return try LayerRegistry.make(className: Self.className, config: config) }
    return try LayerRegistry.make(className: Self.className, config: config, around: inner)
  }

  /// The config that the fields stand for.
  func config() throws(ElmanError) -> JSON {
    try requireZero(reserved)
    var config = LayerConfig()
    try config.add("name", text: name)
    if batch_input_rank != 0 { config.add("batch_input_shape", try inputShape()) }
    if frozen != 0 { config.add("trainable", false) }
    try add(to: &config)
    return config.json
  }

  private func inputShape() throws(ElmanError) -> JSON {
    let dimensions = batch_input_shape
    let given = [
      dimensions.0, dimensions.1, dimensions.2, dimensions.3, dimensions.4, dimensions.5, dimensions.6, dimensions.7,
    ]
    let shape = try given.withUnsafeBufferPointer { (pointer) throws(ElmanError) in
      try ElmanC.shape(pointer.baseAddress, batch_input_rank, "batch_input_shape")
    }
    return .array(shape.dimensions.map { $0.map(JSON.int) ?? .null })
  }
}

/// The numbers of a shape field.
typealias DimensionTuple = (Int64, Int64, Int64, Int64, Int64, Int64, Int64, Int64)

/// A layer's config as it grows; what is NULL or zero stays away and has Keras's default.
struct LayerConfig {
  private var members: [JSON.Member] = []

  var json: JSON { .object(members) }

  mutating func add(_ key: String, _ value: JSON) {
    members.append(JSON.Member(key, value))
  }

  mutating func add(_ key: StaticString, text: UnsafePointer<CChar>?) throws(ElmanError) {
    if let text = try ElmanC.text(text, key) { add("\(key)", .string(text)) }
  }

  /// A name, or an object or a list as JSON.
  mutating func add(_ key: StaticString, nameOrJSON: UnsafePointer<CChar>?) throws(ElmanError) {
    guard let text = try ElmanC.text(nameOrJSON, key) else { return }
    let isJSON = text.utf8.first == UInt8(ascii: "{") || text.utf8.first == UInt8(ascii: "[")
    add("\(key)", isJSON ? try JSON.parse(text) : .string(text))
  }

  mutating func add(_ key: String, flag: Int32) {
    if flag != 0 { add(key, true) }
  }

  mutating func add(_ key: String, fraction: Double) {
    if fraction != 0 { add(key, .double(fraction)) }
  }

  mutating func add(_ key: String, integer: Int64) {
    if integer != 0 { add(key, .int(Int(integer))) }
  }
}
