import NIOCore
import RESP

extension RESPValue {
    static func text(_ text: String) -> RESPValue { .bulkString(ByteBuffer(string: text)) }

    /// Lines that end as the protocol has it.
    static func info(_ lines: String...) -> RESPValue { .text(lines.map { $0 + "\r\n" }.joined()) }
}
