import CElman
import Elman

@implementation @_cdecl("elman_relu_create")
public func elman_relu_create(
  _ options: UnsafePointer<elman_relu_options>?, _ layer: UnsafeMutablePointer<elman_layer>?
) -> elman_status {
  create(options, layer)
}

@implementation @_cdecl("elman_leaky_relu_create")
public func elman_leaky_relu_create(
  _ options: UnsafePointer<elman_leaky_relu_options>?, _ layer: UnsafeMutablePointer<elman_layer>?
) -> elman_status {
  create(options, layer)
}

@implementation @_cdecl("elman_elu_create")
public func elman_elu_create(
  _ options: UnsafePointer<elman_elu_options>?, _ layer: UnsafeMutablePointer<elman_layer>?
) -> elman_status {
  create(options, layer)
}

@implementation @_cdecl("elman_thresholded_relu_create")
public func elman_thresholded_relu_create(
  _ options: UnsafePointer<elman_thresholded_relu_options>?, _ layer: UnsafeMutablePointer<elman_layer>?
) -> elman_status {
  create(options, layer)
}

@implementation @_cdecl("elman_prelu_create")
public func elman_prelu_create(
  _ options: UnsafePointer<elman_prelu_options>?, _ layer: UnsafeMutablePointer<elman_layer>?
) -> elman_status {
  create(options, layer)
}

@implementation @_cdecl("elman_softmax_create")
public func elman_softmax_create(
  _ options: UnsafePointer<elman_softmax_options>?, _ layer: UnsafeMutablePointer<elman_layer>?
) -> elman_status {
  create(options, layer)
}

@implementation @_cdecl("elman_spatial_dropout_1d_create")
public func elman_spatial_dropout_1d_create(
  _ options: UnsafePointer<elman_spatial_dropout_1d_options>?, _ layer: UnsafeMutablePointer<elman_layer>?
) -> elman_status {
  create(options, layer)
}

@implementation @_cdecl("elman_gaussian_dropout_create")
public func elman_gaussian_dropout_create(
  _ options: UnsafePointer<elman_gaussian_dropout_options>?, _ layer: UnsafeMutablePointer<elman_layer>?
) -> elman_status {
  create(options, layer)
}

@implementation @_cdecl("elman_alpha_dropout_create")
public func elman_alpha_dropout_create(
  _ options: UnsafePointer<elman_alpha_dropout_options>?, _ layer: UnsafeMutablePointer<elman_layer>?
) -> elman_status {
  create(options, layer)
}

@implementation @_cdecl("elman_gaussian_noise_create")
public func elman_gaussian_noise_create(
  _ options: UnsafePointer<elman_gaussian_noise_options>?, _ layer: UnsafeMutablePointer<elman_layer>?
) -> elman_status {
  create(options, layer)
}

@implementation @_cdecl("elman_activity_regularization_create")
public func elman_activity_regularization_create(
  _ options: UnsafePointer<elman_activity_regularization_options>?, _ layer: UnsafeMutablePointer<elman_layer>?
) -> elman_status {
  create(options, layer)
}

// MARK: - What each struct says

extension elman_relu_options: LayerOptions {
  static var className: String { ReLU.className }

  func add(to config: inout LayerConfig) throws(ElmanError) {
    config.add("max_value", fraction: max_value)
    config.add("negative_slope", fraction: negative_slope)
    config.add("threshold", fraction: threshold)
  }
}

extension elman_leaky_relu_options: LayerOptions {
  static var className: String { LeakyReLU.className }

  func add(to config: inout LayerConfig) throws(ElmanError) {
    config.add("negative_slope", fraction: negative_slope)
  }
}

extension elman_elu_options: LayerOptions {
  static var className: String { ELU.className }

  func add(to config: inout LayerConfig) throws(ElmanError) {
    config.add("alpha", fraction: alpha)
  }
}

extension elman_thresholded_relu_options: LayerOptions {
  static var className: String { ThresholdedReLU.className }

  func add(to config: inout LayerConfig) throws(ElmanError) {
    config.add("theta", fraction: theta)
  }
}

extension elman_prelu_options: LayerOptions {
  static var className: String { PReLU.className }

  func add(to config: inout LayerConfig) throws(ElmanError) {
    try config.add("alpha_initializer", nameOrJSON: alpha_initializer)
    try config.add("shared_axes", dimensions: shared_axes, count: shared_axes_rank)
  }
}

extension elman_softmax_options: LayerOptions {
  static var className: String { Softmax.className }

  func add(to config: inout LayerConfig) throws(ElmanError) {
    try config.add("axis", dimensions: axis, count: axis_rank)
  }
}

extension elman_spatial_dropout_1d_options: LayerOptions {
  static var className: String { SpatialDropout1D.className }

  func add(to config: inout LayerConfig) throws(ElmanError) {
    config.add("rate", .double(rate))
  }
}

extension elman_gaussian_dropout_options: LayerOptions {
  static var className: String { GaussianDropout.className }

  func add(to config: inout LayerConfig) throws(ElmanError) {
    config.add("rate", .double(rate))
  }
}

extension elman_alpha_dropout_options: LayerOptions {
  static var className: String { AlphaDropout.className }

  func add(to config: inout LayerConfig) throws(ElmanError) {
    config.add("rate", .double(rate))
  }
}

extension elman_gaussian_noise_options: LayerOptions {
  static var className: String { GaussianNoise.className }

  func add(to config: inout LayerConfig) throws(ElmanError) {
    config.add("stddev", .double(stddev))
  }
}

extension elman_activity_regularization_options: LayerOptions {
  static var className: String { ActivityRegularization.className }

  func add(to config: inout LayerConfig) throws(ElmanError) {
    config.add("l1", fraction: l1)
    config.add("l2", fraction: l2)
  }
}
