import CElman
import Elman

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

@implementation @_cdecl("elman_reshape_create")
public func elman_reshape_create(
  _ options: UnsafePointer<elman_reshape_options>?, _ layer: UnsafeMutablePointer<elman_layer>?
) -> elman_status {
  create(options, layer)
}

@implementation @_cdecl("elman_permute_create")
public func elman_permute_create(
  _ options: UnsafePointer<elman_permute_options>?, _ layer: UnsafeMutablePointer<elman_layer>?
) -> elman_status {
  create(options, layer)
}

@implementation @_cdecl("elman_repeat_vector_create")
public func elman_repeat_vector_create(
  _ options: UnsafePointer<elman_repeat_vector_options>?, _ layer: UnsafeMutablePointer<elman_layer>?
) -> elman_status {
  create(options, layer)
}

@implementation @_cdecl("elman_zero_padding_1d_create")
public func elman_zero_padding_1d_create(
  _ options: UnsafePointer<elman_zero_padding_1d_options>?, _ layer: UnsafeMutablePointer<elman_layer>?
) -> elman_status {
  create(options, layer)
}

@implementation @_cdecl("elman_cropping_1d_create")
public func elman_cropping_1d_create(
  _ options: UnsafePointer<elman_cropping_1d_options>?, _ layer: UnsafeMutablePointer<elman_layer>?
) -> elman_status {
  create(options, layer)
}

@implementation @_cdecl("elman_up_sampling_1d_create")
public func elman_up_sampling_1d_create(
  _ options: UnsafePointer<elman_up_sampling_1d_options>?, _ layer: UnsafeMutablePointer<elman_layer>?
) -> elman_status {
  create(options, layer)
}

// MARK: - What each struct says

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

extension elman_reshape_options: LayerOptions {
  static var className: String { Reshape.className }

  func add(to config: inout LayerConfig) throws(ElmanError) {
    try config.add("target_shape", dimensions: target_shape, count: target_shape_rank)
  }
}

extension elman_permute_options: LayerOptions {
  static var className: String { Permute.className }

  func add(to config: inout LayerConfig) throws(ElmanError) {
    try config.add("dims", dimensions: dims, count: dims_rank)
  }
}

extension elman_repeat_vector_options: LayerOptions {
  static var className: String { RepeatVector.className }

  func add(to config: inout LayerConfig) throws(ElmanError) {
    config.add("n", .int(Int(n)))
  }
}

extension elman_zero_padding_1d_options: LayerOptions {
  static var className: String { ZeroPadding1D.className }

  func add(to config: inout LayerConfig) throws(ElmanError) {
    config.add("padding", pair: padding)
  }
}

extension elman_cropping_1d_options: LayerOptions {
  static var className: String { Cropping1D.className }

  func add(to config: inout LayerConfig) throws(ElmanError) {
    config.add("cropping", pair: cropping)
  }
}

extension elman_up_sampling_1d_options: LayerOptions {
  static var className: String { UpSampling1D.className }

  func add(to config: inout LayerConfig) throws(ElmanError) {
    config.add("size", integer: size)
  }
}
