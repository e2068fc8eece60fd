/// The Keras that wrote a config, where the config says so: some names and defaults meant other things in its time.
struct KerasVersion: Equatable, Sendable {
  private let major: Int
  private let minor: Int
  private let patch: Int
  /// Whether it came with TensorFlow: "2.2.4-tf".
  private let isTensorFlows: Bool

  /// The oldest, which wrote no version.
  static let first = KerasVersion(major: 1, minor: 0, patch: 0, isTensorFlows: false)
  /// The last whose Sequential was a bare list of layers.
  static let lastOfBareLists = KerasVersion(major: 2, minor: 2, patch: 2, isTensorFlows: false)

  private init(major: Int, minor: Int, patch: Int, isTensorFlows: Bool) {
    self.major = major
    self.minor = minor
    self.patch = patch
    self.isTensorFlows = isTensorFlows
  }

  /// nil where the text does not begin as "2.2.4" does.
  init?(_ text: String) {
    let numbers = text.split(separator: ".", omittingEmptySubsequences: false).map { Int($0.prefix { $0.isNumber }) }
    guard case .some(.some(let major)) = numbers.first, major > 0 else { return nil }
    self.init(
      major: major, minor: numbers.count > 1 ? numbers[1] ?? 0 : 0, patch: numbers.count > 2 ? numbers[2] ?? 0 : 0,
      isTensorFlows: text.hasSuffix("-tf"))
  }

  var isBefore2: Bool { major < 2 }
  var isBefore3: Bool { major < 3 }

  /// Whether `hard_sigmoid` is clip(0.2 x + 0.5, 0, 1), rather than Keras 3's relu6(x + 3) / 6.
  var hasFirstHardSigmoid: Bool { major < 3 }

  /// Whether LSTM and GRU begin with `recurrent_activation='hard_sigmoid'`, and GRU with `reset_after=False`: up to
  /// Keras
  /// 2.3, and up to TensorFlow 1.
  var hasFirstRecurrentDefaults: Bool {
    let isBeforeThem = isTensorFlows ? (2, 2, 4) : (2, 4, 0)
    return (major, minor, patch) < isBeforeThem
  }
}

extension KerasVersion {
  /// The version that a whole model's JSON tells; nil where it tells none, as Keras 3 does.
  init?(ofModel model: JSON) throws(ElmanError) {
    switch model["keras_version"] {
    case .string(let text):
      guard let version = KerasVersion(text) else {
        throw ElmanError(
          .invalidArgument, "A keras_version begins with numbers, such as \"2.2.4\". Received: keras_version=\(text)")
      }
      self = version
    case nil, .null:
      guard model["backend"] != nil else { return nil }
      self = .first
    case .some(let other):
      throw ElmanError(
        .invalidArgument, "A keras_version is a string, such as \"2.2.4\". Received: keras_version=\(other.text)")
    }
  }
}
