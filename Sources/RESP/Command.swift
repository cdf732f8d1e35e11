package import NIOCore

/// A command with its arguments, binary-safe. Its description hides what may be secret.
package struct Command: Sendable, Equatable, ExpressibleByArrayLiteral, CustomStringConvertible {
    package let arguments: [ByteBuffer]

    package init(_ words: [String]) {
        arguments = words.map { ByteBuffer(string: $0) }
    }

    package init(arguments: [ByteBuffer]) {
        self.arguments = arguments
    }

    package init(arrayLiteral words: String...) {
        self.init(words)
    }

    /// The words up to the first that could be a secret: `AUTH …`, `CONFIG SET masterauth …`.
    package var description: String {
        let words = arguments.map { String(buffer: $0) }
        let isCredential = { (word: String) in
            [
                "auth", "masterauth", "masteruser", "primaryauth", "requirepass", "auth-pass", "setuser", "restore",
                "set",
            ]
            .contains(word.lowercased())
        }
        guard let first = words.firstIndex(where: isCredential), words.count > first + 1 else {
            return words.joined(separator: " ")
        }
        // `CONFIG SET name value`: the name is worth showing, and says whether the value is.
        if words[0].lowercased() == "config", words.count == 4, !isCredential(words[2]) {
            return words.joined(separator: " ")
        }
        let shown = words[0].lowercased() == "config" ? min(3, words.count) : first + 1
        return (words[..<shown] + ["…"]).joined(separator: " ")
    }
}
