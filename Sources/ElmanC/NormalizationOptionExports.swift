import CElman
import Elman

@implementation @_cdecl("elman_layer_normalization_create")
public func elman_layer_normalization_create(
  _ options: UnsafePointer<elman_layer_normalization_options>?, _ layer: UnsafeMutablePointer<elman_layer>?
) -> elman_status {
  create(options, layer)
}

@implementation @_cdecl("elman_rms_normalization_create")
public func elman_rms_normalization_create(
  _ options: UnsafePointer<elman_rms_normalization_options>?, _ layer: UnsafeMutablePointer<elman_layer>?
) -> elman_status {
  create(options, layer)
}

@implementation @_cdecl("elman_unit_normalization_create")
public func elman_unit_normalization_create(
  _ options: UnsafePointer<elman_unit_normalization_options>?, _ layer: UnsafeMutablePointer<elman_layer>?
) -> elman_status {
  create(options, layer)
}

@implementation @_cdecl("elman_group_normalization_create")
public func elman_group_normalization_create(
  _ options: UnsafePointer<elman_group_normalization_options>?, _ layer: UnsafeMutablePointer<elman_layer>?
) -> elman_status {
  create(options, layer)
}

@implementation @_cdecl("elman_batch_normalization_create")
public func elman_batch_normalization_create(
  _ options: UnsafePointer<elman_batch_normalization_options>?, _ layer: UnsafeMutablePointer<elman_layer>?
) -> elman_status {
  create(options, layer)
}

@implementation @_cdecl("elman_normalization_create")
public func elman_normalization_create(
  _ options: UnsafePointer<elman_normalization_options>?, _ layer: UnsafeMutablePointer<elman_layer>?
) -> elman_status {
  create(options, layer)
}

@implementation @_cdecl("elman_rescaling_create")
public func elman_rescaling_create(
  _ options: UnsafePointer<elman_rescaling_options>?, _ layer: UnsafeMutablePointer<elman_layer>?
) -> elman_status {
  create(options, layer)
}

// MARK: - What each struct says

extension elman_layer_normalization_options: LayerOptions {
  static var className: String { LayerNormalization.className }

  func add(to config: inout LayerConfig) throws(ElmanError) {
    try config.add("axis", dimensions: axis, count: axis_rank)
    config.add("epsilon", fraction: epsilon)
    if no_center != 0 { config.add("center", false) }
    if no_scale != 0 { config.add("scale", false) }
    try config.add("beta_initializer", nameOrJSON: beta_initializer)
    try config.add("gamma_initializer", nameOrJSON: gamma_initializer)
  }
}

extension elman_rms_normalization_options: LayerOptions {
  static var className: String { RMSNormalization.className }

  func add(to config: inout LayerConfig) throws(ElmanError) {
    try config.add("axis", dimensions: axis, count: axis_rank)
    config.add("epsilon", fraction: epsilon)
  }
}

extension elman_unit_normalization_options: LayerOptions {
  static var className: String { UnitNormalization.className }

  func add(to config: inout LayerConfig) throws(ElmanError) {
    try config.add("axis", dimensions: axis, count: axis_rank)
  }
}

extension elman_group_normalization_options: LayerOptions {
  static var className: String { GroupNormalization.className }

  func add(to config: inout LayerConfig) throws(ElmanError) {
    config.add("groups", integer: groups)
    config.add("axis", integer: axis)
    config.add("epsilon", fraction: epsilon)
    if no_center != 0 { config.add("center", false) }
    if no_scale != 0 { config.add("scale", false) }
    try config.add("beta_initializer", nameOrJSON: beta_initializer)
    try config.add("gamma_initializer", nameOrJSON: gamma_initializer)
  }
}

extension elman_batch_normalization_options: LayerOptions {
  static var className: String { BatchNormalization.className }

  func add(to config: inout LayerConfig) throws(ElmanError) {
    config.add("axis", integer: axis)
    config.add("momentum", fraction: momentum)
    config.add("epsilon", fraction: epsilon)
    if no_center != 0 { config.add("center", false) }
    if no_scale != 0 { config.add("scale", false) }
    try config.add("beta_initializer", nameOrJSON: beta_initializer)
    try config.add("gamma_initializer", nameOrJSON: gamma_initializer)
    try config.add("moving_mean_initializer", nameOrJSON: moving_mean_initializer)
    try config.add("moving_variance_initializer", nameOrJSON: moving_variance_initializer)
  }
}

extension elman_normalization_options: LayerOptions {
  static var className: String { Normalization.className }

  func add(to config: inout LayerConfig) throws(ElmanError) {
    try config.add("axis", dimensions: axis, count: axis_rank)
    config.add("invert", flag: invert)
  }
}

extension elman_rescaling_options: LayerOptions {
  static var className: String { Rescaling.className }

  func add(to config: inout LayerConfig) throws(ElmanError) {
    config.add("scale", .double(scale))
    config.add("offset", .double(offset))
  }
}
