extension ConfigReader {
  /// Regularizers and constraints as they are written; nothing is null.
  mutating func trainingArguments(_ keys: String...) throws(ElmanError) -> [JSON.Member] {
    var members: [JSON.Member] = []
    for key in keys {
      let isRegularizer = key.hasSuffix("regularizer")
      let json = isRegularizer ? (try named(key) as Regularizer?)?.json : (try named(key) as Constraint?)?.json
      members.append(JSON.Member(key, json ?? .null))
    }
    return members
  }
}
