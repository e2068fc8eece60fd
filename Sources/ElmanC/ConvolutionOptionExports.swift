import CElman
import Elman

@implementation @_cdecl("elman_conv_1d_create")
public func elman_conv_1d_create(
  _ options: UnsafePointer<elman_conv_1d_options>?, _ layer: UnsafeMutablePointer<elman_layer>?
) -> elman_status {
  create(options, layer)
}

@implementation @_cdecl("elman_separable_conv_1d_create")
public func elman_separable_conv_1d_create(
  _ options: UnsafePointer<elman_separable_conv_1d_options>?, _ layer: UnsafeMutablePointer<elman_layer>?
) -> elman_status {
  create(options, layer)
}

@implementation @_cdecl("elman_depthwise_conv_1d_create")
public func elman_depthwise_conv_1d_create(
  _ options: UnsafePointer<elman_depthwise_conv_1d_options>?, _ layer: UnsafeMutablePointer<elman_layer>?
) -> elman_status {
  create(options, layer)
}

@implementation @_cdecl("elman_conv_1d_transpose_create")
public func elman_conv_1d_transpose_create(
  _ options: UnsafePointer<elman_conv_1d_transpose_options>?, _ layer: UnsafeMutablePointer<elman_layer>?
) -> elman_status {
  create(options, layer)
}

@implementation @_cdecl("elman_max_pooling_1d_create")
public func elman_max_pooling_1d_create(
  _ options: UnsafePointer<elman_max_pooling_1d_options>?, _ layer: UnsafeMutablePointer<elman_layer>?
) -> elman_status {
  create(options, layer)
}

@implementation @_cdecl("elman_average_pooling_1d_create")
public func elman_average_pooling_1d_create(
  _ options: UnsafePointer<elman_average_pooling_1d_options>?, _ layer: UnsafeMutablePointer<elman_layer>?
) -> elman_status {
  create(options, layer)
}

@implementation @_cdecl("elman_global_max_pooling_1d_create")
public func elman_global_max_pooling_1d_create(
  _ options: UnsafePointer<elman_global_max_pooling_1d_options>?, _ layer: UnsafeMutablePointer<elman_layer>?
) -> elman_status {
  create(options, layer)
}

@implementation @_cdecl("elman_global_average_pooling_1d_create")
public func elman_global_average_pooling_1d_create(
  _ options: UnsafePointer<elman_global_average_pooling_1d_options>?, _ layer: UnsafeMutablePointer<elman_layer>?
) -> elman_status {
  create(options, layer)
}

// MARK: - What each struct says

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

extension elman_separable_conv_1d_options: LayerOptions {
  static var className: String { SeparableConv1D.className }

  func add(to config: inout LayerConfig) throws(ElmanError) {
    config.add("filters", .int(Int(filters)))
    config.add("kernel_size", .int(Int(kernel_size)))
    config.add("depth_multiplier", integer: depth_multiplier)
    config.add("strides", integer: strides)
    try config.add("padding", text: padding)
    config.add("dilation_rate", integer: dilation_rate)
    try config.add("activation", nameOrJSON: activation)
    if no_bias != 0 { config.add("use_bias", false) }
    try config.add("bias_initializer", nameOrJSON: bias_initializer)
    try config.add("depthwise_initializer", nameOrJSON: depthwise_initializer)
    try config.add("pointwise_initializer", nameOrJSON: pointwise_initializer)
  }
}

extension elman_depthwise_conv_1d_options: LayerOptions {
  static var className: String { DepthwiseConv1D.className }

  func add(to config: inout LayerConfig) throws(ElmanError) {
    config.add("kernel_size", .int(Int(kernel_size)))
    config.add("depth_multiplier", integer: depth_multiplier)
    config.add("strides", integer: strides)
    try config.add("padding", text: padding)
    config.add("dilation_rate", integer: dilation_rate)
    try config.add("activation", nameOrJSON: activation)
    if no_bias != 0 { config.add("use_bias", false) }
    try config.add("bias_initializer", nameOrJSON: bias_initializer)
    try config.add("depthwise_initializer", nameOrJSON: depthwise_initializer)
  }
}

extension elman_conv_1d_transpose_options: LayerOptions {
  static var className: String { Conv1DTranspose.className }

  func add(to config: inout LayerConfig) throws(ElmanError) {
    config.add("filters", .int(Int(filters)))
    config.add("kernel_size", .int(Int(kernel_size)))
    config.add("strides", integer: strides)
    try config.add("padding", text: padding)
    config.add("dilation_rate", integer: dilation_rate)
    try config.add("activation", nameOrJSON: activation)
    if no_bias != 0 { config.add("use_bias", false) }
    try config.add("bias_initializer", nameOrJSON: bias_initializer)
    try config.add("kernel_initializer", nameOrJSON: kernel_initializer)
  }
}

extension elman_max_pooling_1d_options: LayerOptions {
  static var className: String { MaxPooling1D.className }

  func add(to config: inout LayerConfig) throws(ElmanError) {
    config.add("pool_size", integer: pool_size)
    config.add("strides", integer: strides)
    try config.add("padding", text: padding)
  }
}

extension elman_average_pooling_1d_options: LayerOptions {
  static var className: String { AveragePooling1D.className }

  func add(to config: inout LayerConfig) throws(ElmanError) {
    config.add("pool_size", integer: pool_size)
    config.add("strides", integer: strides)
    try config.add("padding", text: padding)
  }
}

extension elman_global_max_pooling_1d_options: LayerOptions {
  static var className: String { GlobalMaxPooling1D.className }

  func add(to config: inout LayerConfig) throws(ElmanError) {
    config.add("keepdims", flag: keepdims)
  }
}

extension elman_global_average_pooling_1d_options: LayerOptions {
  static var className: String { GlobalAveragePooling1D.className }

  func add(to config: inout LayerConfig) throws(ElmanError) {
    config.add("keepdims", flag: keepdims)
  }
}
