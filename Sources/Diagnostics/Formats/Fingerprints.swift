/// Numbers by which services recognise a diagnostic of an earlier run, wherever its line has moved to.
///
/// They are made of the path, the topic and the message, never of the text of the file: what stands there may be a
/// secret, and a message repeats none.
struct Fingerprints {
    private var seen: [String: Int] = [:]

    /// The fingerprint of the next diagnostic, as 16 hexadecimal digits. Diagnostics that are alike are told apart by
    /// their order.
    mutating func next(_ diagnostic: Diagnostic) -> String {
        let identity = "\(diagnostic.path)\u{0}\(diagnostic.topic.id)\u{0}\(diagnostic.message)"
        let number = seen[identity, default: 0]
        seen[identity] = number + 1
        let digits = String(Self.hash("\(identity)\u{0}\(number)"), radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    /// FNV-1a with 64 bits (Fowler, Noll and Vo), which is the same on every machine and in every run.
    private static func hash(_ text: String) -> UInt64 {
        text.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    }
}
