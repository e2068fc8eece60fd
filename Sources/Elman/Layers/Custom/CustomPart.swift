import Synchronization

/// What a layer or a cell has whose class the caller wrote: functions, and what `build` declares, which are weights and
/// layers inside it.
///
/// The caller's `build` runs without the layer's lock, so that it may read what it has declared. `buildLock` is held:
/// it is watched, and a build inside itself is an error.
public final class CustomPart: @unchecked Sendable {
  public typealias Build = @Sendable (Layer, [Shape]) throws(ElmanError) -> Void
  public typealias Config = @Sendable () throws(ElmanError) -> JSON

  /// The class as configs name it, with the package before it where it has one: `My>Layer`.
  let className: String
  /// The class alone, of which names are made.
  var shortName: String { String(className.split(separator: ">").last ?? "") }
  private let build: Build?
  private let config: Config?
  /// What the functions belong to, for whoever made the layer.
  public let owner: AnyObject?

  private let buildLock = ReadWriteLock()
  private let isDeclared = Atomic<Bool>(false)
  private let childrenLock = Lock()
  private var ownChildren: [(role: String, layer: Layer)] = []
  /// Held while a layer is put into another one: no two of them may end up inside each other.
  private static let nesting = ReadWriteLock()
  /// How many layers stand around this one, at most; `nesting` guards it.
  private var depth = 0
  private static let deepest = 64

  public init(
    className: String, owner: AnyObject? = nil, build: Build? = nil, config: Config? = nil
  ) throws(ElmanError) {
    let letters = className.utf8
    guard (1...1024).contains(letters.count), letters.last != UInt8(ascii: ">"), !letters.contains(0) else {
      throw ElmanError(.invalidArgument, "The name of a class must have 1 to 1024 bytes, none of them zero.")
    }
    self.className = className
    self.owner = owner
    self.build = build
    self.config = config
    buildLock.watch()
  }

  var children: [(role: String, layer: Layer)] { childrenLock.withLock { ownChildren } }

  private static let commonArguments: Set = [
    "name", "trainable", "dtype", "quantization", "supports_masking", "batch_input_shape",
  ]

  /// The class's own arguments, or an error where the caller's function fails.
  func checkedConfig() throws(ElmanError) -> [JSON.Member] {
    guard let config else { return [] }
    guard case .object(let members) = try config() else {
      throw ElmanError(.wrongType, "The config of a \(shortName) must be a JSON object.")
    }
    return members.filter { !Self.commonArguments.contains($0.key) }
  }

  // MARK: Declaring

  /// Has the caller's `build` declare weights, once. Where it fails, nothing is declared.
  fileprivate func declare(for inputs: [Shape], in layer: Layer) throws(ElmanError) {
    if isDeclared.load(ordering: .acquiring) { return }
    try buildLock.exclusive { () throws(ElmanError) in
      if isDeclared.load(ordering: .relaxed) { return }
      let (weights, children) = (layer.declaredWeights, children)
      do throws(ElmanError) {
        try build?(layer, inputs)
      } catch {
        layer.takeBackDeclarations(weights)
        replaceChildren(by: children)
        throw error
      }
      isDeclared.store(true, ordering: .releasing)
    }
  }

  /// An error once the layer is built, in Keras's words.
  fileprivate func requireDeclaring(in layer: Layer) throws(ElmanError) {
    if isDeclared.load(ordering: .acquiring) {
      throw ElmanError(
        .invalidArgument,
        "You cannot add new elements of state (variables or sub-layers) to a layer that is already built. All state "
          + "must "
          + "be created in the `__init__()` method or in the `build()` method. Layer: \"\(layer.name)\"")
    }
  }

  fileprivate func add(_ child: Layer, as role: String, to layer: Layer) throws(ElmanError) {
    try requireDeclaring(in: layer)
    try Self.nesting.exclusive { () throws(ElmanError) in
      guard !LayerTree([child]).contains(layer) else {
        throw ElmanError(.invalidArgument, "Layer \"\(layer.name)\" cannot be a layer inside itself.")
      }
      let inner = LayerTree([child]).depths
      let most = depth + 1 + (inner.map(\.depth).max() ?? 0)
      guard most <= Self.deepest else {
        throw ElmanError(
          .invalidArgument, "Layers may stand in one another \(Self.deepest) deep. Received: \(most) deep")
      }
      for (layer, level) in inner {
        if let part = layer.custom { Fork.changing { part.depth = max(part.depth, depth + 1 + level) } }
      }
      var new = children.filter { $0.role != role }
      new.append((role, child))
      replaceChildren(by: new)
    }
  }

  /// Those before are freed after the lock.
  private func replaceChildren(by new: [(role: String, layer: Layer)]) {
    var children = new
    childrenLock.withLock { swap(&ownChildren, &children) }
    LayerTree.hasGrown()
  }
}

extension Layer {
  /// Has a layer of the caller's declare its weights; others make theirs when they are built.
  final func declareWeights(for inputs: [Shape]) throws(ElmanError) { try custom?.declare(for: inputs, in: self) }

  /// What the caller's functions belong to; nil for classes of elman's own.
  public final var owner: AnyObject? { custom?.owner }

  private func requireCustom() throws(ElmanError) -> CustomPart {
    guard let custom else {
      throw ElmanError(
        .invalidArgument,
        "Weights and layers can be added to layers and cells that the caller wrote. Layer \"\(name)\" is a "
          + "\(kerasClassName).")
    }
    return custom
  }

  /// Puts a layer inside this one, under the name of an attribute.
  public final func addLayer(_ child: Layer, as role: String) throws(ElmanError) {
    try requireCustom().add(child, as: role, to: self)
  }

  /// Declares a weight: trainable ones stand before the others, as in Keras. Returns its index among the layer's own.
  ///
  /// - Parameter config: `initializer`, `regularizer` and `constraint` as Keras has them in configs.
  public final func addWeight(
    named given: String?, shape: [Int], isTrainable: Bool, config: JSON
  ) throws(ElmanError) -> Int {
    try requireCustom().requireDeclaring(in: self)
    guard shape.count <= Shape.maximumRank, shape.allSatisfy({ (1...Shape.largestDimension).contains($0) }) else {
      throw ElmanError(
        .invalidArgument,
        "The shape of a weight has at most \(Shape.maximumRank) dimensions, of 1 or more. Received: "
          + "shape=\(Shape(shape))")
    }
    let name = given ?? "variable"
    guard !name.isEmpty, name.utf8.count <= 1024, !name.utf8.contains(0), !name.utf8.contains(UInt8(ascii: "/")) else {
      throw ElmanError(
        .invalidArgument,
        "The name of a weight must have 1 to 1024 bytes, none of them zero or '/'. Received: name='\(name)'")
    }
    var reader = try ConfigReader(config, of: "add_weight")
    let initializer = try reader.initializer("initializer", default: "glorot_uniform")
    let regularizer: Regularizer? = try reader.named("regularizer")
    let constraint: Constraint? = try reader.named("constraint")
    try reader.finish()
    return try declare { (unique) throws(ElmanError) in
      try Weight(
        unique(name), shape: shape, isTrainable: isTrainable, initializer: initializer, regularizer: regularizer,
        constraint: constraint)
    }
  }
}

extension Layer {
  /// An error unless all classes of the caller's, of this layer and those inside it, have told their arguments.
  /// `config` leaves out those of one that has not.
  public final func requireConfigs() throws(ElmanError) { try LayerTree([self]).requireConfigs() }
}

extension Model {
  /// The same of the layers of a model.
  public final func requireConfigs() throws(ElmanError) { try LayerTree(layers).requireConfigs() }
}

extension LayerTree {
  fileprivate func requireConfigs() throws(ElmanError) {
    for part in customParts { _ = try part.checkedConfig() }
  }
}
