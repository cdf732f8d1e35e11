package import NIOCore

extension RESPValue {
    /// The bytes of a reply, as a server writes them.
    package func encoded() -> ByteBuffer {
        var buffer = ByteBuffer()
        encode(into: &buffer)
        return buffer
    }

    /// The arguments of a command, which is a list of bulk strings.
    package var buffers: [ByteBuffer] {
        (array ?? []).map { if case .bulkString(let bytes) = $0 { bytes } else { ByteBuffer() } }
    }

    package func encode(into buffer: inout ByteBuffer) {
        switch self {
        case .simpleString(let text): buffer.writeString("+\(text)\r\n")
        case .error(let error): buffer.writeString("-\(error.message)\r\n")
        case .integer(let number): buffer.writeString(":\(number)\r\n")
        case .null: buffer.writeString("$-1\r\n")
        case .bulkString(let bytes):
            buffer.writeString("$\(bytes.readableBytes)\r\n")
            buffer.writeImmutableBuffer(bytes)
            buffer.writeString("\r\n")
        case .array(let elements):
            buffer.writeString("*\(elements.count)\r\n")
            for element in elements { element.encode(into: &buffer) }
        }
    }
}
