import RESP

/// Replies, written so that they can be read.
extension RESPValue {
    /// A simple string, which reads like a bulk string and costs less to make.
    static func text(_ text: String) -> RESPValue { .simpleString(text) }

    /// INFO: a line each, as servers end them.
    static func info(_ lines: [String]) -> RESPValue { .text(lines.joined(separator: "\r\n")) }

    static func words(_ words: [String]) -> RESPValue { .array(words.map { .text($0) }) }

    static func refusal(_ message: String) -> RESPValue { .error(RESPError(message: message)) }

    static let ok = RESPValue.simpleString("OK")
}
