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

    package mutating func append(_ other: CommandBatch) {
        bytes.writeImmutableBuffer(other.bytes)
        count += other.count
    }

    /// Appends a command about one key.
    package mutating func append(_ command: KeyCommand, _ key: ByteBuffer) {
        count += 1
        // One write for each command: every write to a buffer has its price, and the words are short.
        let room = command.head.count + key.readableBytes + command.tail.count + KeyCommand.longestFrame
        bytes.writeWithUnsafeMutableBytes(minimumWritableBytes: room) { room in
            var writer = WordWriter(room: room)
            writer.write(command.head)
            writer.writeString(key)
            writer.write(command.tail)
            return writer.written
        }
    }

    /// Appends a command about several keys.
    package mutating func append(_ name: StaticString, keys: some Collection<ByteBuffer>) {
        count += 1
        bytes.writeStaticString("*")
        bytes.writeString(String(1 + keys.count))
        bytes.writeStaticString("\r\n$")
        bytes.writeString(String(name.utf8CodeUnitCount))
        bytes.writeStaticString("\r\n")
        bytes.writeStaticString(name)
        bytes.writeStaticString("\r\n")
        for key in keys {
            let room = key.readableBytes + KeyCommand.longestFrame
            bytes.writeWithUnsafeMutableBytes(minimumWritableBytes: room) { room in
                var writer = WordWriter(room: room)
                writer.writeString(key)
                return writer.written
            }
        }
    }
}

/// A command about one key, of which all but the key is already in the form in which it is sent.
package struct KeyCommand: Sendable {
    /// The bytes around a string on the wire, at most: its kind, 19 digits and two line ends.
    fileprivate static let longestFrame = 24

    /// The name of the command, for a person.
    package let name: String
    fileprivate let head: [UInt8]
    fileprivate let tail: [UInt8]

    /// - Parameters:
    ///   - name: the words before the key.
    ///   - rest: the words behind it.
    package init(_ name: String..., then rest: [String] = []) {
        self.name = name.joined(separator: " ")
        head = Array("*\(name.count + 1 + rest.count)\r\n".utf8) + name.flatMap(Self.word)
        tail = rest.flatMap(Self.word)
    }

    private static func word(_ word: String) -> [UInt8] { Array("$\(word.utf8.count)\r\n\(word)\r\n".utf8) }
}

/// Writes into memory that has room for all that is written.
private struct WordWriter {
    let room: UnsafeMutableRawBufferPointer
    private(set) var written = 0

    init(room: UnsafeMutableRawBufferPointer) { self.room = room }

    mutating func write(_ bytes: [UInt8]) { bytes.withUnsafeBytes { write($0) } }

    /// A string with its length before it.
    mutating func writeString(_ string: ByteBuffer) {
        string.withUnsafeReadableBytes { bytes in
            write(UInt8(ascii: "$"))
            write(number: bytes.count)
            writeLineEnd()
            write(bytes)
            writeLineEnd()
        }
    }

    private mutating func write(_ bytes: UnsafeRawBufferPointer) {
        UnsafeMutableRawBufferPointer(rebasing: room[written...]).copyMemory(from: bytes)
        written += bytes.count
    }

    private mutating func write(_ byte: UInt8) {
        room[written] = byte
        written += 1
    }

    private mutating func writeLineEnd() {
        write(UInt8(ascii: "\r"))
        write(UInt8(ascii: "\n"))
    }

    private mutating func write(number: Int) {
        if number >= 10 { write(number: number / 10) }
        write(UInt8(ascii: "0") + UInt8(number % 10))
    }
}
