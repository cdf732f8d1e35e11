package import RESP

/// The reply of `CONFIG GET`. It can hold passwords, so it shows only names when it is printed.
package struct ConfigReply: Sendable, Equatable, CustomStringConvertible, CustomReflectable {
    private let values: [String: String]

    package init(_ reply: RESPValue) throws(ReplyError) {
        guard let elements = reply.array, elements.count.isMultiple(of: 2) else {
            if case .error = reply {
                throw ReplyError(command: "CONFIG GET", expected: "a list of names and values", reply: reply)
            }
            throw ReplyError(command: "CONFIG GET", expected: "a list of names and values", found: reply.kind)
        }
        var values: [String: String] = [:]
        for index in stride(from: 0, to: elements.count, by: 2) {
            guard let name = elements[index].string, let value = elements[index + 1].string else {
                throw ReplyError(command: "CONFIG GET", expected: "a name and a value", found: elements[index].kind)
            }
            values[Self.normalized(name)] = value
        }
        self.values = values
    }

    /// The value of a parameter, by its name with dashes and in lower case: Dragonfly's underscores are replaced. `nil`
    /// if the server has no such parameter.
    package subscript(name: String) -> String? { values[Self.normalized(name)] }

    package func integer(_ name: String) -> Int64? { self[name].flatMap { WireNumber.integer($0) } }

    package var names: [String] { values.keys.sorted() }
    package var description: String { "CONFIG of \(names.joined(separator: ", "))" }
    package var customMirror: Mirror { Mirror(self, children: []) }

    private static func normalized(_ name: String) -> String {
        String(name.lowercased().map { $0 == "_" ? "-" : $0 })
    }
}
