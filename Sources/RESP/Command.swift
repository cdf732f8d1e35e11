package import NIOCore

/// A command with its arguments, binary-safe. Its description hides what may be secret.
package struct Command: Sendable, Equatable, ExpressibleByArrayLiteral {
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
}
