/// A JSON value whose keys keep their order, for a schema that people read too.
indirect enum SchemaValue: Sendable, Equatable {
    struct Member: Sendable, Equatable {
        let key: String
        let value: SchemaValue
    }

    case string(String)
    case int(Int)
    case bool(Bool)
    case array([SchemaValue])
    case object([Member])

    /// This object with further members.
    func adding(_ members: SchemaValue) -> SchemaValue {
        guard case .object(let own) = self, case .object(let others) = members else { return self }
        return .object(own + others)
    }

    subscript(key: String) -> SchemaValue? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.key == key }?.value
    }
}

extension SchemaValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral {
    init(stringLiteral value: String) { self = .string(value) }
    init(integerLiteral value: Int) { self = .int(value) }
    init(booleanLiteral value: Bool) { self = .bool(value) }
}

extension SchemaValue: ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral {
    init(arrayLiteral elements: SchemaValue...) { self = .array(elements) }
    init(dictionaryLiteral elements: (String, SchemaValue)...) {
        self = .object(elements.map { Member(key: $0.0, value: $0.1) })
    }
}

extension SchemaValue {
    /// JSON with two spaces of indentation; lists of scalars on one line.
    func json(indentation: Int = 0) -> String {
        let outer = String(repeating: " ", count: indentation)
        let inner = outer + "  "
        switch self {
        case .string(let text): return Self.quoted(text)
        case .int(let number): return String(number)
        case .bool(let flag): return flag ? "true" : "false"
        case .array(let elements):
            if elements.allSatisfy(\.isScalar) { return "[" + elements.map { $0.json() }.joined(separator: ", ") + "]" }
            let lines = elements.map { inner + $0.json(indentation: indentation + 2) }
            return "[\n" + lines.joined(separator: ",\n") + "\n\(outer)]"
        case .object(let members):
            if members.isEmpty { return "{}" }
            let lines = members.map { "\(inner)\(Self.quoted($0.key)): \($0.value.json(indentation: indentation + 2))" }
            return "{\n" + lines.joined(separator: ",\n") + "\n\(outer)}"
        }
    }

    private var isScalar: Bool {
        switch self {
        case .string, .int, .bool: true
        case .array, .object: false
        }
    }

    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case _ where scalar.value < 0x20:
                result += "\\u00" + (scalar.value < 0x10 ? "0" : "") + String(scalar.value, radix: 16)
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
