import NIOCore

/// The keys that were not the same at a first look: which of them are looked at again, and what came of it.
///
/// A key that is written to differs at any one look, because the two servers are read one after the other. So it is
/// looked at in rounds with growing pauses. It is a difference when it differs in two rounds in a row although the
/// leading server's key stood still, and the following server had all that the leading one had sent.
struct Suspects {
    struct Suspect: Equatable {
        let database: Int
        let key: ByteBuffer
        fileprivate var looks = 0
        fileprivate var seen: Difference.Kind?

        init(database: Int, key: ByteBuffer) {
            self.database = database
            self.key = key
        }
    }

    /// What one look has shown.
    enum Observation: Equatable {
        case same
        case differs(Difference.Kind)
        /// The key changed while it was looked at, or is about to expire.
        case changing
    }

    enum Verdict: Equatable {
        case same
        case difference(Difference.Kind)
        /// The key changed at every look, so that planrun cannot find out whether both servers have the same.
        case unsettled
    }

    private static let mostLooks = 10
    private static let longestPause = Duration.seconds(3)
    private static let mostKeys = 20_000
    private static let mostBytes = 8 << 20

    private(set) var open: [Suspect] = []
    private(set) var bytes = 0
    private var pause = Duration.milliseconds(100)

    /// Whether the rounds should come before more keys are read, so that memory stays bounded.
    var isFull: Bool { open.count >= Self.mostKeys || bytes >= Self.mostBytes }

    mutating func add(database: Int, key: ByteBuffer) {
        // A copy of its own, or the key would keep the whole page of keys in memory.
        open.append(Suspect(database: database, key: ByteBuffer(bytes: key.readableBytesView)))
        bytes += key.readableBytes
    }

    /// Begins a round.
    /// - Returns: the suspects of the round, and how long to wait before it; `nil` where none is left.
    mutating func round() -> (pause: Duration, suspects: [Suspect])? {
        guard !open.isEmpty else {
            pause = .milliseconds(100)
            return nil
        }
        defer {
            (open, bytes) = ([], 0)
            pause = min(pause * 2, Self.longestPause)
        }
        return (pause, open)
    }

    /// Takes what a look has shown.
    /// - Returns: the verdict; `nil` where the key is looked at again in the next round.
    mutating func judge(_ suspect: Suspect, _ observation: Observation) -> Verdict? {
        var suspect = suspect
        suspect.looks += 1
        switch observation {
        case .same: return .same
        case .differs(let kind) where suspect.seen == kind: return .difference(kind)
        case .differs(let kind): suspect.seen = kind
        case .changing: suspect.seen = nil
        }
        guard suspect.looks < Self.mostLooks else { return .unsettled }
        open.append(suspect)
        bytes += suspect.key.readableBytes
        return nil
    }
}
