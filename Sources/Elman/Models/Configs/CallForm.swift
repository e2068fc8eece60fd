/// One call of a layer as a config of a functional model has it: an entry of `inbound_nodes`.
struct CallForm {
  /// An argument: a tensor that another call gives, arguments in a list or a dict, or a value.
  indirect enum Argument {
    case tensor(Reference)
    case list([Argument])
    case dict([(key: String, value: Argument)])
    case value(JSON)
  }

  /// Which output of which call of a layer.
  struct Reference {
    let layer: String
    let call: Int
    let output: Int
  }

  var arguments: [Argument] = []
  var keywords: [(key: String, value: Argument)] = []
  /// Whether Keras 3 wrote it.
  let isOfKeras3: Bool

  /// nil: no form that a Keras has.
  init?(_ json: JSON) {
    if case .object = json, json["args"] != nil || json["kwargs"] != nil {
      self.init(ofKeras3: json)
    } else {
      self.init(ofKeras2: json)
    }
  }

  /// `{"args": [...], "kwargs": {...}}`.
  private init?(ofKeras3 json: JSON) {
    isOfKeras3 = true
    if let given = json["args"] {
      guard case .array(let list) = given else { return nil }
      arguments = list.map(Argument.init(ofKeras3:))
    }
    if let given = json["kwargs"] {
      guard case .object(let members) = given else { return nil }
      keywords = members.map { ($0.key, Argument(ofKeras3: $0.value)) }
    }
  }

  /// `[["x", 0, 0, {...}], ...]`, a dict of such entries or, of an operator, one entry.
  private init?(ofKeras2 json: JSON) {
    isOfKeras3 = false
    switch json {
    case .object(let members):
      var dict: [(key: String, value: Argument)] = []
      for member in members {
        guard let argument = entry(member.value) else { return nil }
        dict.append((member.key, argument))
      }
      arguments = [.dict(dict)]
    case .array(let list):
      if case .string? = list.first {
        guard let argument = entry(json) else { return nil }
        arguments = [argument]
      } else {
        var entries: [Argument] = []
        for element in list {
          guard let argument = entry(element) else { return nil }
          entries.append(argument)
        }
        arguments = entries.count == 1 ? entries : [.list(entries)]
      }
    default: return nil
    }
  }

  /// An entry of Keras 2, or a list of them; its keywords are those of the call.
  private mutating func entry(_ json: JSON) -> Argument? {
    guard case .array(let list) = json else { return nil }
    guard case .string(let name)? = list.first else {
      var entries: [Argument] = []
      for element in list {
        guard let argument = entry(element) else { return nil }
        entries.append(argument)
      }
      return .list(entries)
    }
    if list.count > 3, case .object(let members) = list[3], keywords.isEmpty {
      keywords = members.map { ($0.key, Argument(ofKeras2: $0.value)) }
    }
    if name == "_CONSTANT_VALUE", list.count > 2 { return .value(list[2]) }
    return Reference(json).map(Argument.tensor)
  }
}

extension CallForm.Reference {
  /// `["x", 0, 0]`, with or without more behind it.
  init?(_ json: JSON) {
    guard case .array(let list) = json, list.count >= 3, case .string(let layer) = list[0],
      case .int(let call) = list[1], case .int(let output) = list[2], call >= 0, output >= 0
    else { return nil }
    self.init(layer: layer, call: call, output: output)
  }
}

extension CallForm.Argument {
  fileprivate init(ofKeras3 json: JSON) {
    switch json {
    case .array(let list): self = .list(list.map(CallForm.Argument.init(ofKeras3:)))
    case .object(let members):
      guard json["class_name"] == "__keras_tensor__" else {
        self =
          json["class_name"] == nil
          ? .dict(members.map { ($0.key, CallForm.Argument(ofKeras3: $0.value)) }) : .value(json)
        return
      }
      let history = json["config"]?["keras_history"] ?? .null
      self = CallForm.Reference(history).map(CallForm.Argument.tensor) ?? .value(json)
    default: self = .value(json)
    }
  }

  fileprivate init(ofKeras2 json: JSON) {
    if let reference = CallForm.Reference(json) {
      self = .tensor(reference)
    } else if case .array(let list) = json {
      self = .list(list.map(CallForm.Argument.init(ofKeras2:)))
    } else {
      self = .value(json)
    }
  }

  /// The tensors in it, in Keras's order: dicts by their sorted keys.
  var references: [CallForm.Reference] {
    switch self {
    case .tensor(let reference): [reference]
    case .list(let list): list.flatMap(\.references)
    case .dict(let dict): dict.sorted { $0.key < $1.key }.flatMap(\.value.references)
    case .value: []
    }
  }

  var isNull: Bool {
    switch self {
    case .value(.null): true
    case .list(let list): list.allSatisfy(\.isNull)
    case .dict(let dict): dict.allSatisfy(\.value.isNull)
    default: false
    }
  }
}
