import NIOCore
import RESP

extension RESPValue {
    static func text(_ text: String) -> RESPValue { .bulkString(ByteBuffer(string: text)) }

    /// A reply of lines, with the line ends that servers send.
    static func info(_ lines: String...) -> RESPValue { .text(lines.map { $0 + "\r\n" }.joined()) }
}
