package import Values

/// How much of one server's time a comparison may take, a second.
package struct ComparisonRate: Sendable, Hashable {
    /// `nil`: as many as it can.
    package var commands: Int?
    /// In answers; `nil`: as many as it can.
    package var bytes: ByteCount?

    package init(commands: Int? = nil, bytes: ByteCount? = nil) {
        self.commands = commands
        self.bytes = bytes
    }
}
