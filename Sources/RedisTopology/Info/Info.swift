package import RESP

/// The reply of `INFO`, by section and field.
///
/// A section that the server does not know is missing: asked for it, Dragonfly answers with an empty text.
package struct Info: Sendable, Equatable {
    /// The sections by name, in lower case.
    private var sections: [String: Section]

    /// The fields of one section, as the server spells them.
    package struct Section: Sendable, Equatable {
        package let name: String
        private var values: [String: [String]] = [:]

        package init(name: String) { self.name = name }

        /// The value of a field. If the section has several lines of that name, the last one counts.
        package subscript(field: String) -> String? { values[field]?.last }
        /// The values of every line of that name: the section `modules` has a line `module` for each module.
        package func all(_ field: String) -> [String] { values[field] ?? [] }
        /// Each field with the value of its last line.
        package var fields: [String: String] { values.compactMapValues(\.last) }

        fileprivate mutating func add(_ field: Substring, _ value: Substring) {
            values[String(field), default: []].append(String(value))
        }
    }

    package init(_ reply: RESPValue) throws(ReplyError) {
        guard let text = reply.string else {
            throw ReplyError(command: "INFO", expected: "lines of 'field:value'", reply: reply)
        }
        self.init(text: text)
    }

    package init(text: String) {
        sections = [:]
        var current = Section(name: "")
        // Lines end with CRLF, which Swift takes for one character. A lone LF is tolerated.
        for line in text.split(whereSeparator: \.isNewline) {
            if line.hasPrefix("#") {
                sections[current.name] = current
                let name = line.dropFirst().drop { $0 == " " }.lowercased()
                current = sections[name] ?? Section(name: name)
            } else if let colon = line.firstIndex(of: ":") {
                current.add(line[..<colon], line[line.index(after: colon)...])
            }
        }
        sections[current.name] = current
    }

    /// The section with that name in lower case; empty if the server sent none.
    package subscript(section: String) -> Section { sections[section] ?? Section(name: section) }
}

extension Info.Section {
    var command: String { "INFO \(name)" }

    /// An integer field; `nil` if it is missing.
    /// - Throws: `ReplyError` if the field is not an integer, or is a number outside `WireNumber.range`.
    func integer(_ field: String) throws(ReplyError) -> Int64? {
        guard let text = self[field], !text.isEmpty else { return nil }
        guard let number = WireNumber.integer(text) else {
            throw ReplyError(
                command: command, expected: "'\(field)' as an integer", found: "'\(text.printable(limit: 80))'")
        }
        return number
    }

    func requiredInteger(_ field: String) throws(ReplyError) -> Int64 {
        guard let number = try integer(field) else { throw missing(field) }
        return number
    }

    func required(_ field: String) throws(ReplyError) -> String {
        guard let text = self[field] else { throw missing(field) }
        return text
    }

    /// Whether the field is `1`.
    func flag(_ field: String) -> Bool { self[field] == "1" }

    /// A field of whole seconds; `nil` if it is missing or negative. Servers send a negative number when they have no
    /// value.
    func seconds(_ field: String) throws(ReplyError) -> Duration? { try integer(field).flatMap(WireNumber.seconds) }

    private func missing(_ field: String) -> ReplyError {
        let found = fields.isEmpty ? "no field at all" : "\(fields.count) other fields"
        return ReplyError(command: command, expected: "a field '\(field)'", found: found)
    }
}

/// Reads lists of attributes such as `a=1,b=2`, which `INFO` and its `slave0:` lines contain.
func attributes(_ text: String) -> [String: String] {
    var result: [String: String] = [:]
    for pair in text.split(separator: ",") {
        guard let equals = pair.firstIndex(of: "=") else { continue }
        result[String(pair[..<equals])] = String(pair[pair.index(after: equals)...])
    }
    return result
}
