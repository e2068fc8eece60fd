#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// How a model file is read.
public struct LoadOptions: Sendable {
  /// The most bytes of a file, of a member of an archive, and of all weights.
  public var maxBytes: Int
  /// A file of weights alone, for a config in a file of its own.
  public var weightsPath: String?
  /// Of weights: into the layers that have the names of the file, rather than in order.
  public var byName = false
  /// Of weights: leaves layers as they are that the file's weights do not fit.
  public var skipsMismatch = false

  public init() throws(ElmanError) { maxBytes = try LoadOptions.defaultMaxBytes() }

  fileprivate var limits: Limits {
    var limits = Limits()
    limits.bytes = maxBytes
    return limits
  }

  /// ELMAN_MAX_MODEL_BYTES, or 2 GiB.
  private static func defaultMaxBytes() throws(ElmanError) -> Int {
    guard let text = getenv("ELMAN_MAX_MODEL_BYTES").map({ String(cString: $0) }), !text.isEmpty else { return 1 << 31 }
    guard let bytes = Int(text), bytes > 0 else {
      throw ElmanError(.invalidArgument, "ELMAN_MAX_MODEL_BYTES must be a positive number of bytes. Received: \(text)")
    }
    return bytes
  }
}

extension Model {
  /// The model in a file of Keras: `.keras` of Keras 3 and tf_keras, `.h5` of Keras 1, 2, tf.keras and 3; the content
  /// says which. Nothing in a file is run, imported or opened.
  public static func load(_ path: String, _ options: LoadOptions) throws(ElmanError) -> Model {
    if let status = try? FileStatus(path), status.isDirectory {
      throw ElmanError(
        .unsupported, "\(path) is a directory, such as a SavedModel of TensorFlow: save the model as .keras or .h5.")
    }
    return try load(Bytes(contentsOf: path, limit: options.maxBytes), options)
  }

  public static func load(_ bytes: Bytes, _ options: LoadOptions) throws(ElmanError) -> Model {
    let file = try ModelFile(bytes, limits: options.limits)
    guard let config = file.config else {
      throw ElmanError(
        .unsupported,
        "The file has weights and no model: load them into a model that is there (load_weights, "
          + "elman_model_load_weights)."
      )
    }
    let weights = try options.weightsPath.map { (path) throws(ElmanError) in
      try ModelFile(Bytes(contentsOf: path, limit: options.maxBytes), limits: options.limits)
    }
    guard let stored = (weights ?? file).weights else {
      throw ElmanError(.unsupported, "The file has a model's config and no weights: say which file has them.")
    }
    let model = try Model.make(config: config, keras: file.keras)
    try model.set(stored, options)
    return model
  }

  /// Sets the weights of this model to those of a file, or none where one does not fit.
  public final func loadWeights(_ path: String, _ options: LoadOptions) throws(ElmanError) {
    try loadWeights(Bytes(contentsOf: path, limit: options.maxBytes), options)
  }

  public final func loadWeights(_ bytes: Bytes, _ options: LoadOptions) throws(ElmanError) {
    guard let stored = try ModelFile(bytes, limits: options.limits).weights else {
      throw ElmanError(.unsupported, "The file has a model's config and no weights.")
    }
    guard isBuilt else {
      throw ElmanError(
        .notBuilt,
        "Unable to load weights into a model which hasn't created its variables yet: build it first, or call it on "
          + "some data."
      )
    }
    try set(stored, options)
  }

  private func set(_ stored: StoredWeights, _ options: LoadOptions) throws(ElmanError) {
    let new = NewWeights(options.limits, skipsMismatch: options.skipsMismatch)
    let found =
      switch stored {
      case .legacy(let weights):
        options.byName ? try weights.readByName(into: self, new) : try weights.read(into: self, new)
      case .paths(let root):
        if options.byName {
          throw ElmanError(
            .invalidArgument, "by_name is for legacy .h5 files: a .weights.h5 or .keras file has no names of layers.")
        } else {
          try PathWeights.read(root, into: self, new)
        }
      }
    try setWeights(found.values)
  }
}
