import NIOCore
package import RESP

/// An answer of a real Dragonfly as the record keeps it: what varies is replaced by placeholders.
///
/// Texts begin with the sign of their kind on the wire: `+` simple, `-` error, `$` bulk, `:` integer. A placeholder is
/// `{name}`, or `{name=value}` with the value that was seen. A line of a text or an element of a list that begins with
/// `{each name}` stands for as many lines or elements as there are values.
package indirect enum RecordedAnswer: Sendable, Equatable {
    case text(String)
    case null
    case list([RecordedAnswer])

    package init(_ reply: RESPValue) {
        self =
            switch reply {
            case .simpleString(let text): .text("+" + text)
            case .error(let error): .text("-" + error.message)
            case .integer(let number): .text(":\(number)")
            case .bulkString(let bytes): .text("$" + String(buffer: bytes))
            case .null: .null
            case .array(let elements): .list(elements.map(RecordedAnswer.init))
            }
    }

    /// Whether the server answered with an error.
    package var isError: Bool {
        if case .text(let text) = self { text.hasPrefix("-") } else { false }
    }

    /// The answer without the values that were seen. Servers that behave alike have equal answers in this form.
    var withoutValues: RecordedAnswer {
        switch self {
        case .text(let text): .text(Placeholders(text).withoutValues)
        case .null: .null
        case .list(let elements): .list(elements.map(\.withoutValues))
        }
    }

    /// The reply with the placeholders filled in.
    /// - Throws: `MissingValue` if neither the values nor the record have one.
    func reply(_ values: Values) throws(MissingValue) -> RESPValue {
        switch self {
        case .null: return .null
        case .list(let elements):
            var replies: [RESPValue] = []
            for element in elements { replies += try element.replies(values) }
            return .array(replies)
        case .text(let text):
            var lines: [String] = []
            for line in String(text.dropFirst()).lines { lines += try Placeholders(line).expanded(values) }
            return Self.value(text.prefix(1) + lines.joined(separator: "\n"))
        }
    }

    /// The replies for one element of a list. An element with `{each name}` stands for several.
    private func replies(_ values: Values) throws(MissingValue) -> [RESPValue] {
        guard case .text(let text) = self, text.dropFirst().hasPrefix("{each ") else { return [try reply(values)] }
        let sign = String(text.prefix(1))
        return try Placeholders(String(text.dropFirst())).expanded(values).map { Self.value(sign + $0) }
    }

    private static func value(_ text: String) -> RESPValue {
        let rest = String(text.dropFirst())
        switch text.first {
        case "+": return .simpleString(rest)
        case "-": return .error(RESPError(message: rest))
        case ":": return Int64(rest).map { .integer($0) } ?? .error(RESPError(message: "ERR no number: \(rest)"))
        default: return .bulkString(ByteBuffer(string: rest))
        }
    }
}

extension String {
    /// The text between line feeds. A carriage return stays at the end of its line.
    var lines: [String] { utf8.split(separator: 10, omittingEmptySubsequences: false).map { String(Substring($0)) } }
}

extension RecordedAnswer: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let text = try? container.decode(String.self) {
            self = .text(text)
        } else {
            self = .list(try container.decode([RecordedAnswer].self))
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .text(let text): try container.encode(text)
        case .list(let elements): try container.encode(elements)
        }
    }
}
