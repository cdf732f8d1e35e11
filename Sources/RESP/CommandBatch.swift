package import NIOCore

/// Commands that are sent in one write, already in the form in which they are sent. Building one costs no allocation
/// for each command, which matters where a million keys are read.
package struct CommandBatch: Sendable {
    package private(set) var bytes = ByteBuffer()
    /// How many commands, and so how many replies.
    package private(set) var count = 0

    package init() {}

    package init(_ commands: [Command]) {
        for command in commands { append(command) }
    }

    package mutating func append(_ command: Command) {
        command.encode(into: &bytes)
        count += 1
    }

    /// Appends a command about one key.
    package mutating func append(_ name: StaticString, _ key: ByteBuffer, _ rest: StaticString...) {
        open(2 + rest.count)
        write(name)
        write(key)
        for word in rest { write(word) }
    }

    /// Appends a command about several keys.
    package mutating func append(_ name: StaticString, keys: some Collection<ByteBuffer>) {
        open(1 + keys.count)
        write(name)
        for key in keys { write(key) }
    }

    private mutating func open(_ words: Int) {
        count += 1
        bytes.writeStaticString("*")
        writeLength(words)
    }

    private mutating func write(_ word: StaticString) {
        bytes.writeStaticString("$")
        writeLength(word.utf8CodeUnitCount)
        bytes.writeStaticString(word)
        bytes.writeStaticString("\r\n")
    }

    private mutating func write(_ word: ByteBuffer) {
        bytes.writeStaticString("$")
        writeLength(word.readableBytes)
        bytes.writeImmutableBuffer(word)
        bytes.writeStaticString("\r\n")
    }

    private mutating func writeLength(_ number: Int) {
        if number < 10 {
            bytes.writeInteger(UInt8(ascii: "0") + UInt8(number))
        } else if number < 100 {
            bytes.writeInteger(UInt8(ascii: "0") + UInt8(number / 10))
            bytes.writeInteger(UInt8(ascii: "0") + UInt8(number % 10))
        } else {
            bytes.writeString(String(number))
        }
        bytes.writeStaticString("\r\n")
    }
}
