extension RESPValue {
    /// What kind of reply it is, without its content: for replies that may hold secrets.
    package var kind: String {
        switch self {
        case .simpleString, .bulkString: "a string"
        case .error: "an error"
        case .integer: "an integer"
        case .null: "nothing"
        case .array(let elements): elements.isEmpty ? "an empty list" : "a list of \(elements.count)"
        }
    }

    /// The reply in a few words for an error message, escaped and cut.
    package var summary: String {
        switch self {
        case .error(let error): "the error '\(error.message.printable(limit: 200))'"
        case .simpleString(let text): "'\(text.printable(limit: 80))'"
        case .bulkString: "'\((string ?? "").printable(limit: 80))'"
        case .integer(let number): "the integer \(number)"
        case .null, .array: kind
        }
    }
}
