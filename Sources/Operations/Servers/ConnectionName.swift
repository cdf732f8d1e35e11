package import Execution
import RESP
import RedisTopology

/// The name that a planrun process gives its connections to servers (`CLIENT SETNAME`). It says that the client is
/// planrun, what the process does, since when, and for which run.
///
/// The name is set on every new connection, so `CLIENT LIST` shows a run exactly as long as its process lives. A
/// process that is killed leaves nothing to clean up.
package struct ConnectionName: Sendable, Hashable {
    package enum Role: String, Sendable, CaseIterable {
        /// Looks at servers and changes nothing: `plan`, `check`, `status`.
        case reading
        /// Wants to carry a plan out, and first checks whether another planrun is doing so.
        case starting
        /// Carries a plan out or rolls it back.
        case running
    }

    package let role: Role
    /// The lineage of the run; `-` for a process that has no run.
    package let run: String
    /// When the process began, by its machine's clock.
    package let since: Timestamp
    /// Tells processes apart that began in the same millisecond.
    package let nonce: UInt32

    package init(_ role: Role, run: String = "-", since: Timestamp = .now, nonce: UInt32 = .random(in: 0...UInt32.max))
    {
        self.role = role
        // A server accepts no blanks in a name, and colons separate its parts.
        let plain = run.filter { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") }
        self.run = plain.isEmpty ? "-" : plain
        self.since = since
        self.nonce = nonce
    }

    /// - Returns: `nil` if the text is not a name that planrun gives.
    package init?(_ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 5, parts[0] == "planrun", let role = Role(rawValue: String(parts[1])),
            let milliseconds = Int64(parts[3]), Self.times.contains(milliseconds),
            let nonce = UInt32(parts[4], radix: 16)
        else { return nil }
        self.init(
            role, run: String(parts[2]), since: Timestamp(millisecondsSince1970: milliseconds), nonce: nonce)
    }

    /// `planrun:running:3f9a0c1e-…:1764043200000:9c2f01aa`
    package var text: String {
        "planrun:\(role.rawValue):\(run):\(since.millisecondsSince1970):\(String(nonce, radix: 16))"
    }

    func with(_ role: Role) -> ConnectionName { ConnectionName(role, run: run, since: since, nonce: nonce) }

    /// Whether both names belong to one process.
    func isSameProcess(as other: ConnectionName) -> Bool {
        (run, since, nonce) == (other.run, other.since, other.nonce)
    }

    /// Whether this process goes first. All processes use the same order, so if two begin at the same moment, both
    /// agree which one goes on.
    func isBefore(_ other: ConnectionName) -> Bool {
        (since.millisecondsSince1970, nonce, run) < (other.since.millisecondsSince1970, other.nonce, other.run)
    }

    /// Times up to the end of the year 9999. Other times are rejected, since any client can give itself such a name.
    private static let times: ClosedRange<Int64> = 0...253_402_300_799_999
}

extension ClientList.Client {
    /// This client's name, if the client is a planrun process; otherwise `nil`.
    var planrun: ConnectionName? { name.flatMap { ConnectionName($0) } }
}
