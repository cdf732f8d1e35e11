/// Finds the place where a text stops being JSON, for messages: Foundation only says that it is not.
struct JSONSyntax {
    struct Mistake: Equatable {
        /// Lines and columns count from 1; columns count bytes.
        let line: Int
        let column: Int
        /// Whether the text is correct as far as it goes, but ends too early.
        let isCutOff: Bool
    }

    static func firstMistake(in bytes: [UInt8]) -> Mistake? {
        var syntax = JSONSyntax(bytes: bytes)
        return syntax.isValid() ? nil : syntax.mistake
    }

    private enum Expected { case value, valueOrEnd, key, keyOrEnd, colon, commaOrEnd, nothing }

    private let bytes: [UInt8]
    private var position = 0
    private var expected = Expected.value
    private var open: [UInt8] = []

    private init(bytes: [UInt8]) { self.bytes = bytes }

    private var mistake: Mistake {
        let before = bytes[..<position]
        let lineStart = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        return Mistake(
            line: before.count { $0 == UInt8(ascii: "\n") } + 1, column: position - lineStart + 1,
            isCutOff: position == bytes.count)
    }

    private mutating func isValid() -> Bool {
        while position < bytes.count {
            let byte = bytes[position]
            if " \t\r\n".utf8.contains(byte) {
                position += 1
            } else if !take(byte) {
                return false
            }
        }
        return expected == .nothing
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        switch (expected, byte) {
        case (.value, UInt8(ascii: "{")), (.valueOrEnd, UInt8(ascii: "{")): push(byte, then: .keyOrEnd)
        case (.value, UInt8(ascii: "[")), (.valueOrEnd, UInt8(ascii: "[")): push(byte, then: .valueOrEnd)
        case (.value, UInt8(ascii: "\"")), (.valueOrEnd, UInt8(ascii: "\"")):
            guard string() else { return false }
            ended()
        case (.key, UInt8(ascii: "\"")), (.keyOrEnd, UInt8(ascii: "\"")):
            guard string() else { return false }
            expected = .colon
        case (.value, _) where byte != UInt8(ascii: "]"), (.valueOrEnd, _) where byte != UInt8(ascii: "]"):
            guard word() else { return false }
            ended()
        case (.colon, UInt8(ascii: ":")): advance(to: .value)
        case (.commaOrEnd, UInt8(ascii: ",")): advance(to: open.last == UInt8(ascii: "{") ? .key : .value)
        case (.commaOrEnd, _), (.keyOrEnd, UInt8(ascii: "}")), (.valueOrEnd, UInt8(ascii: "]")):
            // In ASCII each closing bracket comes two places after its opening one.
            guard let last = open.last, byte == last + 2 else { return false }
            open.removeLast()
            position += 1
            ended()
        default: return false
        }
        return true
    }

    private mutating func push(_ byte: UInt8, then next: Expected) {
        open.append(byte)
        advance(to: next)
    }

    private mutating func advance(to next: Expected) {
        position += 1
        expected = next
    }

    private mutating func ended() { expected = open.isEmpty ? .nothing : .commaOrEnd }

    private mutating func string() -> Bool {
        position += 1
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "\""):
                position += 1
                return true
            case UInt8(ascii: "\\"): position = min(position + 2, bytes.count)
            case 0..<0x20: return false
            default: position += 1
            }
        }
        return false
    }

    private mutating func word() -> Bool {
        let word = String(
            decoding: bytes[position...].prefix { "+-.".utf8.contains($0) || $0.isLetterOrDigit }, as: UTF8.self)
        let isNumber = word.utf8.allSatisfy { "+-.eE0123456789".utf8.contains($0) } && Double(word) != nil
        guard ["true", "false", "null"].contains(word) || isNumber else {
            // The end of the text has cut a word in two.
            if position + word.utf8.count == bytes.count, !word.isEmpty { position = bytes.count }
            return false
        }
        position += word.utf8.count
        return true
    }
}

extension UInt8 {
    fileprivate var isLetterOrDigit: Bool {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "A")...UInt8(ascii: "Z"):
            true
        default: false
        }
    }
}
