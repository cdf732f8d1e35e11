extension VisibleText {
    /// Escapes every character of a JSON text that cannot be seen as what it is. The meaning of the JSON stays the
    /// same.
    ///
    /// - Parameter json: a whole JSON text as an encoder writes it, which has escaped characters below U+0020 already.
    ///   Outside its strings it is ASCII. So every character that is replaced here stands in a string, and the blanks
    ///   and line feeds between its parts stay.
    package static func escapeJSON(_ json: String) -> String {
        func isReplaced(_ scalar: Unicode.Scalar) -> Bool { scalar.value >= 0x7F && isUnsafe(scalar) }
        guard json.unicodeScalars.contains(where: isReplaced) else { return json }
        var result = ""
        for scalar in json.unicodeScalars {
            guard isReplaced(scalar) else {
                result.unicodeScalars.append(scalar)
                continue
            }
            for unit in String(scalar).utf16 {
                let digits = String(unit, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            }
        }
        return result
    }
}
