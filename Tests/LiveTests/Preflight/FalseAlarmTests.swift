import FoundationEssentials
import PlanModel
import RESP
import Rehearsal
import TestKit
import Testing
import Values

extension LiveTests {
    /// The preflight of a healthy world in which nothing happens must not warn.
    @Suite(.otherVersions) struct FalseAlarmTests {
        typealias Pair = VersionTests.Pair

        /// Every supported source, with every target that can read what the source writes.
        static let pairs: [Pair] = [
            Pair(.redis62, .redis62), Pair(.redis62, nil), Pair(.redis62, .redis8), Pair(.redis62, .valkey8),
            Pair(.redis62, .valkey9), Pair(nil, nil), Pair(nil, .redis8), Pair(nil, .valkey8), Pair(nil, .valkey9),
            Pair(.redis8, .redis8), Pair(.valkey8, .redis8), Pair(.valkey8, .valkey8), Pair(.valkey8, .valkey9),
            Pair(.valkey9, .valkey9),
        ]

        /// The warnings that are right in some of these worlds: the check, and what it says.
        private static func justified(_ pair: Pair) -> [String: String] {
            // By default Valkey 8 and newer free keys in the background, and Redis frees them in the way of clients.
            guard pair.source?.engine == .valkey, pair.target?.engine != .valkey else { return [:] }
            return ["preflight/expiry": "the target frees keys in the way of its clients"]
        }

        @Test(arguments: pairs)
        func `a preflight of a healthy pair warns of nothing`(pair: Pair) async throws {
            try await withLab(Self.healthy(pair)) { lab in
                let atSource = try RawClient(from: "127.0.0.7", to: lab.source.address.port)
                atSource.ask("AUTH app apppw")
                for command in ["SET a 1", "GET a", "PUBLISH news 1", "GET a"] { atSource.ask(command) }
                let atSentinel = try RawClient(from: "127.0.0.7", to: lab.sentinels[0].address.port)
                atSentinel.ask("SENTINEL GET-MASTER-ADDR-BY-NAME primary")
                let migration = try Migration(lab)
                let check = try await migration.planrun("check", "--format", "json")
                let findings = try JSONDecoder().decode(
                    [Finding].self, from: Data(check.standardOutput.joined(separator: "\n").utf8))
                // All checks of the catalogue are asked, except those for a Dragonfly and those for a plan with TLS.
                #expect(findings.count > 45)
                let alarms = findings.filter { $0.verdict != "passed" }
                #expect(alarms.filter { Self.justified(pair)[$0.check] == nil }.map(\.sentence) == [])
                #expect(alarms.map(\.check).sorted() == Self.justified(pair).keys.sorted())
                #expect(check.exitCode == 0)
                atSource.ask("PING")
                atSentinel.ask("PING")
            }
        }

        private struct Finding: Decodable {
            var check: String
            var verdict: String
            var saw: String

            var sentence: String { "\(verdict) \(check): \(saw)" }
        }

        private static func healthy(_ pair: Pair) -> LabDescription {
            var description = pair.description
            description.sentinels = .init(count: 3, failoverTimeout: .seconds(180))
            let application = ["user app on >apppw ~* &* +@all -@dangerous"]
            description.source.extraLines = application
            description.target.extraLines = application
            return description
        }
    }
}
