import CElman
import Elman

@implementation @_cdecl("elman_simple_rnn_create")
public func elman_simple_rnn_create(
  _ options: UnsafePointer<elman_simple_rnn_options>?, _ layer: UnsafeMutablePointer<elman_layer>?
) -> elman_status {
  create(options, layer)
}

@implementation @_cdecl("elman_dense_create")
public func elman_dense_create(
  _ options: UnsafePointer<elman_dense_options>?, _ layer: UnsafeMutablePointer<elman_layer>?
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

@implementation @_cdecl("elman_flatten_create")
public func elman_flatten_create(
  _ options: UnsafePointer<elman_flatten_options>?, _ layer: UnsafeMutablePointer<elman_layer>?
) -> elman_status {
  creating(layer, "layer") { () throws(ElmanError) in
    try ElmanC.options(options, or: elman_flatten_options()).makeLayer()
  }
}

@implementation @_cdecl("elman_input_create")
public func elman_input_create(
  _ options: UnsafePointer<elman_input_options>?, _ layer: UnsafeMutablePointer<elman_layer>?
) -> elman_status {
  create(options, layer)
}

func create<Options: LayerOptions>(
  _ options: UnsafePointer<Options>?, _ layer: UnsafeMutablePointer<elman_layer>?
) -> elman_status {
  creating(layer, "layer") { () throws(ElmanError) in try ElmanC.options(options).makeLayer() }
}

// MARK: - What each struct says

extension elman_simple_rnn_options: LayerOptions {
  static var className: String { SimpleRNN.className }

  func add(to config: inout LayerConfig) throws(ElmanError) {
    config.add("units", .int(Int(units)))
    try config.add("activation", nameOrJSON: activation)
    config.add("use_bias", .bool(no_bias == 0))
    try config.add("kernel_initializer", nameOrJSON: kernel_initializer)
    try config.add("recurrent_initializer", nameOrJSON: recurrent_initializer)
    try config.add("bias_initializer", nameOrJSON: bias_initializer)
    config.add("dropout", fraction: dropout)
    config.add("recurrent_dropout", fraction: recurrent_dropout)
    config.add("return_sequences", flag: return_sequences)
    config.add("return_state", flag: return_state)
    config.add("go_backwards", flag: go_backwards)
    config.add("stateful", flag: stateful)
    config.add("unroll", flag: unroll)
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

extension elman_flatten_options: LayerOptions {
  static var className: String { Flatten.className }
}

extension elman_input_options: LayerOptions {
  static var className: String { InputLayer.className }
}
