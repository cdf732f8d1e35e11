package import NIOCore

/// Which keys may be shown to people, and written to files.
package struct KeyDisclosure: Sendable {
    private let names: [KeyPattern]
    private let values: [KeyPattern]

    package static let everything = KeyDisclosure(names: [], values: [])

    /// - Parameters:
    ///   - names: keys that are never named, and whose values are not shown either.
    ///   - values: keys of whose values nothing is shown.
    package init(names: [KeyPattern], values: [KeyPattern]) {
        self.names = names
        self.values = values
    }

    /// The pattern that stands in the place of a key's name; `nil` where the name may be shown.
    func pattern(hiding key: ByteBuffer) -> KeyPattern? { names.first { $0.matches(key) } }

    func showsValue(of key: ByteBuffer) -> Bool { !(names + values).contains { $0.matches(key) } }
}

/// A pattern of key names, as `KEYS` and `SCAN … MATCH` take it: `*` is any text, `?` any byte, `[abc]`, `[a-z]` and
/// `[^a]` one of several bytes; `\` takes the next byte as it is.
package struct KeyPattern: Sendable, Hashable {
    private enum Part: Hashable {
        case any, anyByte
        case byte(UInt8)
        case oneOf([ClosedRange<UInt8>], isNegated: Bool)
    }

    package let text: String
    private let parts: [Part]

    package init(_ text: String) {
        self.text = text
        var rest = Array(text.utf8)[...]
        var parts: [Part] = []
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "*"): if parts.last != .any { parts.append(.any) }
            case UInt8(ascii: "?"): parts.append(.anyByte)
            case UInt8(ascii: "["): parts.append(Self.oneOf(&rest))
            case UInt8(ascii: "\\"): parts.append(.byte(rest.popFirst() ?? byte))
            default: parts.append(.byte(byte))
            }
        }
        self.parts = parts
    }

    private static func oneOf(_ rest: inout ArraySlice<UInt8>) -> Part {
        var ranges: [ClosedRange<UInt8>] = []
        let isNegated = rest.first == UInt8(ascii: "^")
        if isNegated { rest.removeFirst() }
        while let byte = rest.popFirst(), byte != UInt8(ascii: "]") {
            let first = byte == UInt8(ascii: "\\") ? rest.popFirst() ?? byte : byte
            if rest.count > 1, rest.first == UInt8(ascii: "-"), let last = rest.dropFirst().first,
                last != UInt8(ascii: "]")
            {
                rest = rest.dropFirst(2)
                ranges.append(min(first, last)...max(first, last))
            } else {
                ranges.append(first...first)
            }
        }
        return .oneOf(ranges, isNegated: isNegated)
    }

    /// Goes back to the last `*` only, so the time is at most the product of both lengths.
    package func matches(_ key: ByteBuffer) -> Bool {
        let bytes = key.readableBytesView
        var (place, part) = (bytes.startIndex, 0)
        var retry: (place: Int, part: Int)?
        while place < bytes.endIndex {
            if part < parts.count, parts[part] == .any {
                part += 1
                retry = (place, part)
            } else if part < parts.count, Self.takes(parts[part], bytes[place]) {
                (place, part) = (place + 1, part + 1)
            } else if let last = retry {
                retry = (last.place + 1, last.part)
                (place, part) = (last.place + 1, last.part)
            } else {
                return false
            }
        }
        return parts[part...].allSatisfy { $0 == .any }
    }

    private static func takes(_ part: Part, _ byte: UInt8) -> Bool {
        switch part {
        case .any, .anyByte: true
        case .byte(let wanted): byte == wanted
        case .oneOf(let ranges, let isNegated): ranges.contains { $0.contains(byte) } != isNegated
        }
    }
}
