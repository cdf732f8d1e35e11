package import Execution
import RESP
import RedisTopology

/// What the connections of one planrun process are called at a server (`CLIENT SETNAME`): that they are planrun's, what it
/// does with them, and for a run which one and since when.
///
/// It is set anew on every connection, so a run can be seen in `CLIENT LIST` for as long as its process lives and no
/// longer: whoever is killed leaves nothing to clean up.
package struct ConnectionName: Sendable, Hashable {
    package enum Role: String, Sendable, CaseIterable {
        /// Looks at servers and changes nothing: `plan`, `check`, `status`.
        case reading
        /// Wants to carry a plan out, and looks whether another one does.
        case starting
        /// Carries a plan out or takes it back.
        case running
    }

    package let role: Role
    /// The lineage of the run; `-` where there is none.
    package let run: String
    /// When the process began, by the clock of its machine.
    package let since: Timestamp
    /// Tells processes apart that began in the same millisecond.
    package let nonce: UInt32

    package init(_ role: Role, run: String = "-", since: Timestamp = .now, nonce: UInt32 = .random(in: 0...UInt32.max))
    {
        self.role = role
        // A name takes no blanks, and its parts are divided by colons.
        let plain = run.filter { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") }
        self.run = plain.isEmpty ? "-" : plain
        self.since = since
        self.nonce = nonce
    }

    /// - Returns: `nil` for a name that planrun does not give.
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

    /// Whether both are names of one process.
    func isSameProcess(as other: ConnectionName) -> Bool {
        (run, since, nonce) == (other.run, other.since, other.nonce)
    }

    /// One order for all who look: of two that begin in the same moment the first goes on.
    func isBefore(_ other: ConnectionName) -> Bool {
        (since.millisecondsSince1970, nonce, run) < (other.since.millisecondsSince1970, other.nonce, other.run)
    }

    /// Until the end of the year 9999: a name can come from anybody.
    private static let times: ClosedRange<Int64> = 0...253_402_300_799_999
}

extension ClientList.Client {
    /// `nil` for everybody but planrun.
    var planrun: ConnectionName? { name.flatMap { ConnectionName($0) } }
}
