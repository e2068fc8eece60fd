import CElman
import Elman

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

@implementation @_cdecl("elman_simple_rnn_cell_create")
public func elman_simple_rnn_cell_create(
  _ options: UnsafePointer<elman_simple_rnn_cell_options>?, _ layer: UnsafeMutablePointer<elman_layer>?
) -> elman_status {
  create(options, layer)
}

@implementation @_cdecl("elman_lstm_cell_create")
public func elman_lstm_cell_create(
  _ options: UnsafePointer<elman_lstm_cell_options>?, _ layer: UnsafeMutablePointer<elman_layer>?
) -> elman_status {
  create(options, layer)
}

@implementation @_cdecl("elman_gru_cell_create")
public func elman_gru_cell_create(
  _ options: UnsafePointer<elman_gru_cell_options>?, _ layer: UnsafeMutablePointer<elman_layer>?
) -> elman_status {
  create(options, layer)
}

@implementation @_cdecl("elman_conv_lstm_1d_create")
public func elman_conv_lstm_1d_create(
  _ options: UnsafePointer<elman_conv_lstm_1d_options>?, _ layer: UnsafeMutablePointer<elman_layer>?
) -> elman_status {
  create(options, layer)
}

// MARK: - What each struct says

extension elman_lstm_options: LayerOptions {
  static var className: String { LSTM.className }

  func add(to config: inout LayerConfig) throws(ElmanError) {
    config.add("units", .int(Int(units)))
    try config.add("activation", nameOrJSON: activation)
    try config.add("recurrent_activation", nameOrJSON: recurrent_activation)
    try config.add("kernel_initializer", nameOrJSON: kernel_initializer)
    try config.add("recurrent_initializer", nameOrJSON: recurrent_initializer)
    try config.add("bias_initializer", nameOrJSON: bias_initializer)
    config.add("dropout", fraction: dropout)
    config.add("recurrent_dropout", fraction: recurrent_dropout)
    if no_bias != 0 { config.add("use_bias", false) }
    if no_unit_forget_bias != 0 { config.add("unit_forget_bias", false) }
    config.add("return_sequences", flag: return_sequences)
    config.add("return_state", flag: return_state)
    config.add("go_backwards", flag: go_backwards)
    config.add("stateful", flag: stateful)
    config.add("unroll", flag: unroll)
  }
}

extension elman_gru_options: LayerOptions {
  static var className: String { GRU.className }

  func add(to config: inout LayerConfig) throws(ElmanError) {
    config.add("units", .int(Int(units)))
    try config.add("activation", nameOrJSON: activation)
    try config.add("recurrent_activation", nameOrJSON: recurrent_activation)
    try config.add("kernel_initializer", nameOrJSON: kernel_initializer)
    try config.add("recurrent_initializer", nameOrJSON: recurrent_initializer)
    try config.add("bias_initializer", nameOrJSON: bias_initializer)
    config.add("dropout", fraction: dropout)
    config.add("recurrent_dropout", fraction: recurrent_dropout)
    if no_bias != 0 { config.add("use_bias", false) }
    if reset_before != 0 { config.add("reset_after", false) }
    config.add("return_sequences", flag: return_sequences)
    config.add("return_state", flag: return_state)
    config.add("go_backwards", flag: go_backwards)
    config.add("stateful", flag: stateful)
    config.add("unroll", flag: unroll)
  }
}

extension elman_simple_rnn_cell_options: LayerOptions {
  static var className: String { SimpleRNNCell.className }

  func add(to config: inout LayerConfig) throws(ElmanError) {
    config.add("units", .int(Int(units)))
    try config.add("activation", nameOrJSON: activation)
    try config.add("kernel_initializer", nameOrJSON: kernel_initializer)
    try config.add("recurrent_initializer", nameOrJSON: recurrent_initializer)
    try config.add("bias_initializer", nameOrJSON: bias_initializer)
    config.add("dropout", fraction: dropout)
    config.add("recurrent_dropout", fraction: recurrent_dropout)
    if no_bias != 0 { config.add("use_bias", false) }
  }
}

extension elman_lstm_cell_options: LayerOptions {
  static var className: String { LSTMCell.className }

  func add(to config: inout LayerConfig) throws(ElmanError) {
    config.add("units", .int(Int(units)))
    try config.add("activation", nameOrJSON: activation)
    try config.add("recurrent_activation", nameOrJSON: recurrent_activation)
    try config.add("kernel_initializer", nameOrJSON: kernel_initializer)
    try config.add("recurrent_initializer", nameOrJSON: recurrent_initializer)
    try config.add("bias_initializer", nameOrJSON: bias_initializer)
    config.add("dropout", fraction: dropout)
    config.add("recurrent_dropout", fraction: recurrent_dropout)
    if no_bias != 0 { config.add("use_bias", false) }
    if no_unit_forget_bias != 0 { config.add("unit_forget_bias", false) }
  }
}

extension elman_gru_cell_options: LayerOptions {
  static var className: String { GRUCell.className }

  func add(to config: inout LayerConfig) throws(ElmanError) {
    config.add("units", .int(Int(units)))
    try config.add("activation", nameOrJSON: activation)
    try config.add("recurrent_activation", nameOrJSON: recurrent_activation)
    try config.add("kernel_initializer", nameOrJSON: kernel_initializer)
    try config.add("recurrent_initializer", nameOrJSON: recurrent_initializer)
    try config.add("bias_initializer", nameOrJSON: bias_initializer)
    config.add("dropout", fraction: dropout)
    config.add("recurrent_dropout", fraction: recurrent_dropout)
    if no_bias != 0 { config.add("use_bias", false) }
    if reset_before != 0 { config.add("reset_after", false) }
  }
}

extension elman_conv_lstm_1d_options: LayerOptions {
  static var className: String { ConvLSTM1D.className }

  func add(to config: inout LayerConfig) throws(ElmanError) {
    config.add("filters", .int(Int(filters)))
    config.add("kernel_size", .int(Int(kernel_size)))
    config.add("strides", integer: strides)
    try config.add("padding", text: padding)
    config.add("dilation_rate", integer: dilation_rate)
    try config.add("activation", nameOrJSON: activation)
    try config.add("recurrent_activation", nameOrJSON: recurrent_activation)
    try config.add("kernel_initializer", nameOrJSON: kernel_initializer)
    try config.add("recurrent_initializer", nameOrJSON: recurrent_initializer)
    try config.add("bias_initializer", nameOrJSON: bias_initializer)
    config.add("dropout", fraction: dropout)
    config.add("recurrent_dropout", fraction: recurrent_dropout)
    if no_bias != 0 { config.add("use_bias", false) }
    if no_unit_forget_bias != 0 { config.add("unit_forget_bias", false) }
    config.add("return_sequences", flag: return_sequences)
    config.add("return_state", flag: return_state)
    config.add("go_backwards", flag: go_backwards)
    config.add("stateful", flag: stateful)
  }
}
