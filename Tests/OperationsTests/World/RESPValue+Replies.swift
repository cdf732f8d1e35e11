import RESP

/// Short ways to write replies.
extension RESPValue {
    /// A simple string, which is read like a bulk string and is cheaper to make.
    static func text(_ text: String) -> RESPValue { .simpleString(text) }

    /// The reply of `INFO`, with the line ends that servers send.
    static func info(_ lines: [String]) -> RESPValue { .text(lines.joined(separator: "\r\n")) }

    static func words(_ words: [String]) -> RESPValue { .array(words.map { .text($0) }) }

    static func refusal(_ message: String) -> RESPValue { .error(RESPError(message: message)) }

    static let ok = RESPValue.simpleString("OK")
}
