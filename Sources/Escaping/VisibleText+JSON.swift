extension VisibleText {
    /// JSON that says the same, in which every character that is not seen as what it is has become an escape.
    ///
    /// - Parameter json: a whole JSON text. Outside its strings it holds nothing but ASCII, so what is replaced stands in
    ///   one. The blanks and line feeds between its parts stay.
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
