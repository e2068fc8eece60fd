import CElman
import Elman

@implementation @_cdecl("elman_input_create")
public func elman_input_create(
  _ options: UnsafePointer<elman_input_options>?, _ layer: UnsafeMutablePointer<elman_layer>?
) -> elman_status {
  create(options, layer)
}

@implementation @_cdecl("elman_simple_rnn_create")
public func elman_simple_rnn_create(
  _ options: UnsafePointer<elman_simple_rnn_options>?, _ layer: UnsafeMutablePointer<elman_layer>?
) -> elman_status {
  create(options, layer)
}

@implementation @_cdecl("elman_lstm_create")
public func elman_lstm_create(
  _ options: UnsafePointer<elman_lstm_options>?, _ layer: UnsafeMutablePointer<elman_layer>?
) -> elman_status {
  create(options, layer)
}

@implementation @_cdecl("elman_gru_create")
public func elman_gru_create(
  _ options: UnsafePointer<elman_gru_options>?, _ layer: UnsafeMutablePointer<elman_layer>?
) -> elman_status {
  create(options, layer)
}

@implementation @_cdecl("elman_rnn_create")
public func elman_rnn_create(
  _ options: UnsafePointer<elman_rnn_options>?, _ layer: UnsafeMutablePointer<elman_layer>?
) -> elman_status {
  create(options, layer)
}

@implementation @_cdecl("elman_bidirectional_create")
public func elman_bidirectional_create(
  _ options: UnsafePointer<elman_bidirectional_options>?, _ layer: UnsafeMutablePointer<elman_layer>?
) -> elman_status {
  create(options, layer)
}

@implementation @_cdecl("elman_time_distributed_create")
public func elman_time_distributed_create(
  _ options: UnsafePointer<elman_time_distributed_options>?, _ layer: UnsafeMutablePointer<elman_layer>?
) -> elman_status {
  create(options, layer)
}

@implementation @_cdecl("elman_embedding_create")
public func elman_embedding_create(
  _ options: UnsafePointer<elman_embedding_options>?, _ layer: UnsafeMutablePointer<elman_layer>?
) -> elman_status {
  create(options, layer)
}

@implementation @_cdecl("elman_masking_create")
public func elman_masking_create(
  _ options: UnsafePointer<elman_masking_options>?, _ layer: UnsafeMutablePointer<elman_layer>?
) -> elman_status {
  create(options, layer)
}

@implementation @_cdecl("elman_dense_create")
public func elman_dense_create(
  _ options: UnsafePointer<elman_dense_options>?, _ layer: UnsafeMutablePointer<elman_layer>?
) -> elman_status {
  create(options, layer)
}

@implementation @_cdecl("elman_conv_1d_create")
public func elman_conv_1d_create(
  _ options: UnsafePointer<elman_conv_1d_options>?, _ layer: UnsafeMutablePointer<elman_layer>?
) -> elman_status {
  create(options, layer)
}

@implementation @_cdecl("elman_activation_create")
public func elman_activation_create(
  _ options: UnsafePointer<elman_activation_options>?, _ layer: UnsafeMutablePointer<elman_layer>?
) -> elman_status {
  create(options, layer)
}

@implementation @_cdecl("elman_dropout_create")
public func elman_dropout_create(
  _ options: UnsafePointer<elman_dropout_options>?, _ layer: UnsafeMutablePointer<elman_layer>?
) -> elman_status {
  create(options, layer)
}

private func create<Options: LayerOptions>(
  _ options: UnsafePointer<Options>?, _ layer: UnsafeMutablePointer<elman_layer>?
) -> elman_status {
  creating(layer, "layer") { () throws(ElmanError) in try ElmanC.options(options).makeLayer() }
}

// MARK: - What each struct says

extension elman_input_options: LayerOptions {
  static var className: String { InputLayer.className }
}

/// The fields of layers that run a sequence.
private protocol SequenceOptions: LayerOptions {
  var return_sequences: Int32 { get }
  var return_state: Int32 { get }
  var go_backwards: Int32 { get }
  var stateful: Int32 { get }
  var unroll: Int32 { get }
}

extension SequenceOptions {
  func addSequence(to config: inout LayerConfig) {
    config.add("return_sequences", flag: return_sequences)
    config.add("return_state", flag: return_state)
    config.add("go_backwards", flag: go_backwards)
    config.add("stateful", flag: stateful)
    config.add("unroll", flag: unroll)
  }
}

/// The fields of SimpleRNN, LSTM and GRU about their weights.
private protocol GatedOptions: SequenceOptions {
  var kernel_initializer: UnsafePointer<CChar>! { get }
  var recurrent_initializer: UnsafePointer<CChar>! { get }
  var bias_initializer: UnsafePointer<CChar>! { get }
  var dropout: Double { get }
  var recurrent_dropout: Double { get }
}

extension GatedOptions {
  func addWeights(to config: inout LayerConfig) throws(ElmanError) {
    try config.add("kernel_initializer", nameOrJSON: kernel_initializer)
    try config.add("recurrent_initializer", nameOrJSON: recurrent_initializer)
    try config.add("bias_initializer", nameOrJSON: bias_initializer)
    config.add("dropout", fraction: dropout)
    config.add("recurrent_dropout", fraction: recurrent_dropout)
  }
}

extension elman_simple_rnn_options: GatedOptions {
  static var className: String { SimpleRNN.className }

  func add(to config: inout LayerConfig) throws(ElmanError) {
    config.add("units", .int(Int(units)))
    try config.add("activation", nameOrJSON: activation)
    config.add("use_bias", .bool(no_bias == 0))
    try addWeights(to: &config)
    addSequence(to: &config)
  }
}

extension elman_lstm_options: GatedOptions {
  static var className: String { LSTM.className }

  func add(to config: inout LayerConfig) throws(ElmanError) {
    config.add("units", .int(Int(units)))
    try config.add("activation", nameOrJSON: activation)
    try config.add("recurrent_activation", nameOrJSON: recurrent_activation)
    try addWeights(to: &config)
    if no_bias != 0 { config.add("use_bias", false) }
    if no_unit_forget_bias != 0 { config.add("unit_forget_bias", false) }
    addSequence(to: &config)
  }
}

extension elman_gru_options: GatedOptions {
  static var className: String { GRU.className }

  func add(to config: inout LayerConfig) throws(ElmanError) {
    config.add("units", .int(Int(units)))
    try config.add("activation", nameOrJSON: activation)
    try config.add("recurrent_activation", nameOrJSON: recurrent_activation)
    try addWeights(to: &config)
    if no_bias != 0 { config.add("use_bias", false) }
    if reset_before != 0 { config.add("reset_after", false) }
    addSequence(to: &config)
  }
}

extension elman_rnn_options: SequenceOptions {
  static var className: String { RNN.className }

  func innerLayers() throws(ElmanError) -> [Layer] { [try cell.object()] }

  func add(to config: inout LayerConfig) {
    addSequence(to: &config)
    config.add("zero_output_for_mask", flag: zero_output_for_mask)
  }
}

extension elman_bidirectional_options: LayerOptions {
  static var className: String { Bidirectional.className }

  func innerLayers() throws(ElmanError) -> [Layer] {
    let forward = try layer.object()
    return backward_layer.id == 0 ? [forward] : [forward, try backward_layer.object()]
  }

  func add(to config: inout LayerConfig) throws(ElmanError) {
    guard let mode = try ElmanC.text(merge_mode, "merge_mode") else { return }
    config.add("merge_mode", mode == "none" ? .null : .string(mode))
  }
}

extension elman_time_distributed_options: LayerOptions {
  static var className: String { TimeDistributed.className }

  func innerLayers() throws(ElmanError) -> [Layer] { [try layer.object()] }
}

extension elman_embedding_options: LayerOptions {
  static var className: String { Embedding.className }

  func add(to config: inout LayerConfig) throws(ElmanError) {
    config.add("input_dim", .int(Int(input_dim)))
    config.add("output_dim", .int(Int(output_dim)))
    try config.add("embeddings_initializer", nameOrJSON: embeddings_initializer)
    config.add("mask_zero", flag: mask_zero)
  }
}

extension elman_masking_options: LayerOptions {
  static var className: String { Masking.className }

  func add(to config: inout LayerConfig) throws(ElmanError) {
    config.add("mask_value", .double(mask_value))
  }
}

extension elman_dense_options: LayerOptions {
  static var className: String { Dense.className }

  func add(to config: inout LayerConfig) throws(ElmanError) {
    config.add("units", .int(Int(units)))
    try config.add("activation", nameOrJSON: activation)
    config.add("use_bias", .bool(no_bias == 0))
    try config.add("kernel_initializer", nameOrJSON: kernel_initializer)
    try config.add("bias_initializer", nameOrJSON: bias_initializer)
  }
}

extension elman_conv_1d_options: LayerOptions {
  static var className: String { Conv1D.className }

  func add(to config: inout LayerConfig) throws(ElmanError) {
    config.add("filters", .int(Int(filters)))
    config.add("kernel_size", .int(Int(kernel_size)))
    config.add("groups", integer: groups)
    config.add("strides", integer: strides)
    try config.add("padding", text: padding)
    config.add("dilation_rate", integer: dilation_rate)
    try config.add("activation", nameOrJSON: activation)
    if no_bias != 0 { config.add("use_bias", false) }
    try config.add("bias_initializer", nameOrJSON: bias_initializer)
    try config.add("kernel_initializer", nameOrJSON: kernel_initializer)
  }
}

extension elman_activation_options: LayerOptions {
  static var className: String { ActivationLayer.className }

  func add(to config: inout LayerConfig) throws(ElmanError) {
    try config.add("activation", nameOrJSON: activation)
  }
}

extension elman_dropout_options: LayerOptions {
  static var className: String { Dropout.className }

  func add(to config: inout LayerConfig) throws(ElmanError) {
    config.add("rate", .double(rate))
  }
}
