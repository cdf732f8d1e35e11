extension YAMLScalar {
    /// What a scalar is, by the rules of YAML 1.1 with three exceptions:
    ///
    /// - `y` and `n` alone are text: the specification lists them as booleans, but no common parser reads them so.
    /// - Numbers in base 60 (`190:20:30`), dates and times are text: in a plan, digits with a colon are an address.
    /// - Numbers with a leading zero, in another base or with `_` are numbers, but not integers. YAML 1.1 and editors,
    ///   which follow YAML 1.2, read `010` as different numbers, so a plan must not rely on either.
    ///
    /// What is in quotes, and what is written as a block (`|`, `>`), is always text.
    package enum Meaning: Sendable, Equatable {
        case null
        case bool(Bool)
        case integer(Int)
        /// A number that is not an integer, or that is spelt in a way that can be misread.
        case number
        case text
    }

    package var meaning: Meaning {
        guard style == .plain else { return .text }
        switch text {
        case "", "~", "null", "Null", "NULL": return .null
        case "true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON": return .bool(true)
        case "false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF": return .bool(false)
        default: break
        }
        // Most scalars end here: numbers begin with a digit, a sign or a point.
        guard let first = text.utf8.first, first <= UInt8(ascii: "9"), first >= UInt8(ascii: "+") else { return .text }
        if text.isDecimalInteger { return Int(text).map(Meaning.integer) ?? .number }
        return text.isOtherNumber ? .number : .text
    }
}

extension String {
    fileprivate var withoutSign: Substring {
        utf8.first == UInt8(ascii: "-") || utf8.first == UInt8(ascii: "+") ? dropFirst() : self[...]
    }

    fileprivate var isDecimalInteger: Bool {
        let digits = withoutSign.utf8
        guard let first = digits.first, digits.allSatisfy(\.isDigit) else { return false }
        return first != UInt8(ascii: "0") || digits.count == 1
    }

    fileprivate var isOtherNumber: Bool {
        let body = withoutSign.lowercased()
        if body == ".inf" || body == ".nan" { return true }
        if body.hasPrefix("0x") {
            let digits = body.utf8.dropFirst(2)
            return !digits.isEmpty
                && digits.allSatisfy { Character(Unicode.Scalar($0)).isHexDigit || $0 == UInt8(ascii: "_") }
        }
        if body.hasPrefix("0b") || body.hasPrefix("0o") {
            let digits = body.utf8.dropFirst(2)
            return !digits.isEmpty && digits.allSatisfy { $0.isDigit || $0 == UInt8(ascii: "_") }
        }
        return body.isDecimalFraction
    }

    /// Whether these are digits with at most one point, and perhaps an exponent.
    private var isDecimalFraction: Bool {
        let parts = split(separator: "e", maxSplits: 1, omittingEmptySubsequences: false)
        let mantissa = parts[0].utf8
        guard mantissa.contains(where: \.isDigit),
            mantissa.allSatisfy({ $0.isDigit || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "_") }),
            mantissa.count(where: { $0 == UInt8(ascii: ".") }) <= 1
        else { return false }
        guard parts.count == 2 else { return true }
        let exponent = String(parts[1]).withoutSign.utf8
        return !exponent.isEmpty && exponent.allSatisfy(\.isDigit)
    }
}

extension UInt8 {
    fileprivate var isDigit: Bool { UInt8(ascii: "0") <= self && self <= UInt8(ascii: "9") }
}
