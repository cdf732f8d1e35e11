import Escaping

/// The lines that a command prints, as they may be shown and kept: without secrets, with every byte visible, and never
/// more of them than fit.
struct HookOutput: Sendable {
    /// What is kept at most, in bytes: the last lines.
    static let limit = 16 << 10
    /// What is kept of one line, in bytes.
    static let lineLimit = 1 << 10

    private let mask: SecretMask
    private var line: [UInt8] = []
    private var isCut = false
    private var kept: [String] = []
    private var keptBytes = 0
    private var isShortened = false

    init(_ mask: SecretMask) { self.mask = mask }

    /// - Returns: the last line that the bytes end, if they end one.
    mutating func receive(_ bytes: [UInt8]) -> String? {
        var last: String?
        for part in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated() {
            if part.offset > 0 { last = endLine() ?? last }
            append(part.element)
        }
        return last
    }

    /// The lines that are kept, after the command has ended.
    mutating func end() -> [String] {
        _ = endLine()
        return isShortened ? ["… (only the last lines are kept)"] + kept : kept
    }

    /// Keeps a little more than is shown of a line, so that a secret at the cut is seen as one.
    private mutating func append(_ part: ArraySlice<UInt8>) {
        let room = Self.lineLimit + mask.longest - line.count
        line += part.prefix(max(0, room))
        if part.count > room { isCut = true }
    }

    private mutating func endLine() -> String? {
        defer { (line, isCut) = ([], false) }
        if line.last == UInt8(ascii: "\r") { line.removeLast() }
        let masked = mask.conceal(line)
        guard !masked.isEmpty else { return nil }
        let isShort = masked.count <= Self.lineLimit && !isCut
        let text =
            VisibleText.escape(String(decoding: masked.prefix(Self.lineLimit), as: UTF8.self)) + (isShort ? "" : "…")
        keep(text)
        return text
    }

    private mutating func keep(_ text: String) {
        kept.append(text)
        keptBytes += text.utf8.count
        var dropped = 0
        while keptBytes > Self.limit, dropped < kept.count - 1 {
            keptBytes -= kept[dropped].utf8.count
            dropped += 1
        }
        if dropped > 0 {
            kept.removeFirst(dropped)
            isShortened = true
        }
    }
}
