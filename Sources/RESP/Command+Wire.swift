package import NIOCore

extension Command {
    /// Appends the command as a list of bulk strings, the form that every server accepts for a command.
    package func encode(into buffer: inout ByteBuffer) {
        buffer.writeStaticString("*")
        buffer.writeString(String(arguments.count))
        buffer.writeStaticString("\r\n")
        for argument in arguments {
            buffer.writeStaticString("$")
            buffer.writeString(String(argument.readableBytes))
            buffer.writeStaticString("\r\n")
            buffer.writeImmutableBuffer(argument)
            buffer.writeStaticString("\r\n")
        }
    }
}

extension Sequence<Command> {
    /// All commands in one buffer.
    package func encoded() -> ByteBuffer {
        var buffer = ByteBuffer()
        for command in self { command.encode(into: &buffer) }
        return buffer
    }
}
