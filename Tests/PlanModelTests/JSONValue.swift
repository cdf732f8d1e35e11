import FoundationEssentials

/// Any JSON value, for tests to look at.
indirect enum JSONValue: Decodable, Equatable {
    case null
    case bool(Bool)
    case int(Int)
    case string(String)
    case array([JSONValue])
    case object([String: JSONValue])

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .bool(value)
        } else if let value = try? container.decode(Int.self) {
            self = .int(value)
        } else if let value = try? container.decode(String.self) {
            self = .string(value)
        } else if let value = try? container.decode([JSONValue].self) {
            self = .array(value)
        } else {
            self = .object(try container.decode([String: JSONValue].self))
        }
    }

    init(json text: String) throws { self = try JSONDecoder().decode(JSONValue.self, from: Data(text.utf8)) }

    subscript(key: String) -> JSONValue? { object?[key] }
    var object: [String: JSONValue]? { if case .object(let value) = self { value } else { nil } }
    var array: [JSONValue]? { if case .array(let value) = self { value } else { nil } }
    var string: String? { if case .string(let value) = self { value } else { nil } }
    var int: Int? { if case .int(let value) = self { value } else { nil } }
    var bool: Bool? { if case .bool(let value) = self { value } else { nil } }

    /// The value as a plan would write it.
    var planText: String {
        switch self {
        case .null: "~"
        case .bool(let value): value ? "true" : "false"
        case .int(let value): String(value)
        case .string(let value): value
        case .array(let values): "[\(values.map(\.planText).joined(separator: ", "))]"
        case .object(let values): "{\(values.map { "\($0): \($1.planText)" }.sorted().joined(separator: ", "))}"
        }
    }

    /// The value as JSON.
    var json: String {
        switch self {
        case .null: "null"
        case .bool, .int: planText
        case .string(let value): "\"\(value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\""))\""
        case .array(let values): "[\(values.map(\.json).joined(separator: ", "))]"
        case .object(let values):
            "{\(values.map { "\(JSONValue.string($0).json): \($1.json)" }.sorted().joined(separator: ", "))}"
        }
    }
}
