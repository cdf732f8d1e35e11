import Operations
import PlanModel
import RESP
import Rehearsal
import Synchronization
import SystemPackage
import TestKit
import Testing
import Values

extension LiveTests {
    /// planrun sends exactly the commands that its step kinds and checks declare.
    @Suite struct DeclaredRightsTests {
        /// All worlds share one test, because each of them makes planrun send commands that another does not.
        @Test func `planrun gets by with the rights that its steps declare, and not one more`() async throws {
            let sent = SentCommands()
            for scenario in Scenario.all { try await scenario.run(sent) }
            #expect(sent.idle(besides: Scenario.onlyInTrouble) == [])
        }

        @Test func `every check gets by with the rights that it declares`() async throws {
            var description = LabDescription(
                source: .init(login: .user("operator")), target: .init(login: .user("operator")),
                sentinels: .init(login: .user("operator")))
            description.replicaCount = 1
            try await withLab(description) { lab in
                // Some checks look at keys, so there has to be one.
                try await lab.send(["SET", "a", "b"], to: lab.source)
                let steps: [StepKind] = [
                    .preflight(PreflightStep()), .replicaof(ReplicaOfStep()), .failover(FailoverStep()),
                ]
                let plan = lab.plan(from: .blank(lab))
                for check in PreflightCatalogue.checks where check.applies(to: plan) {
                    let id = check.declaration.id
                    try await lab.confine(to: Servers.rights(plan) + check.rights(in: plan))
                    _ = try await lab.finding(id, steps: steps)
                    let refusals = try await lab.refusals()
                    #expect(refusals == [], "\(id)")
                }
            }
        }
    }
}

/// A private world in which planrun has a user of its own at every server, a plan for it, and the verbs that are typed.
private struct Scenario: Sendable {
    enum Back: Sendable {
        case never, beforeCutover, afterCutover
    }

    var failover: String
    var sentinels = 1
    var replicas = 0
    var back = Back.never
    var comparesValues = false

    var title: String { "\(failover), \(sentinels) Sentinels, \(replicas) other replicas, back: \(back)" }

    static let all = [
        Scenario(failover: "via: sentinel"), Scenario(failover: "via: sentinel", sentinels: 3, back: .afterCutover),
        Scenario(failover: "via: announce", sentinels: 3, back: .afterCutover),
        Scenario(failover: "via: fastest", sentinels: 2), Scenario(failover: "via: fastest"),
        Scenario(failover: "via: promote", sentinels: 0),
        Scenario(failover: "via: promote", sentinels: 0, back: .afterCutover),
        Scenario(failover: "via: shutdown"),
        Scenario(failover: "resting: follow", back: .beforeCutover),
        Scenario(failover: "resting: fenced", comparesValues: true),
        Scenario(failover: "resting: fenced", back: .afterCutover),
        Scenario(failover: "resting: shutdown"),
        Scenario(failover: "replicas: { after-cutover: follow }", replicas: 1, back: .afterCutover),
        Scenario(failover: "replicas: { after-cutover: detach }", replicas: 1, back: .afterCutover),
        Scenario(failover: "replicas: { after-cutover: leave }", replicas: 1, back: .afterCutover),
    ]

    /// Commands that planrun sends only where something is in the way or goes wrong, and so in none of these worlds.
    static let onlyInTrouble: Set<String> = [
        // planrun subscribes only where a client may be another group's Sentinel.
        "source subscribe", "target subscribe",
        // planrun looks for keys of modules that the target lacks.
        "source type", "target module|list",
        // planrun looks for keys of the target that it has not met at the source.
        "source exists",
        // planrun removes the test key of a cutover that steps back.
        "source del",
        // planrun asks for this where the plan names hosts instead of addresses.
        "sentinel sentinel|config",
        // planrun ends a failover that waits for other replicas, and worlds with those have no gates.
        "sentinel sentinel|set",
    ]

    private var lab: LabDescription {
        var lab = LabDescription(
            source: .init(login: .user("operator")), target: .init(login: .user("operator")),
            sentinels: sentinels == 0
                ? nil : .init(count: sentinels, login: .user("operator"), infoPeriod: .milliseconds(200)),
            replicationUser: "replication")
        lab.replicaCount = replicas
        return lab
    }

    /// A world with other replicas has no gates, because Sentinels would see those replicas at their own addresses.
    func run(_ sent: SentCommands) async throws {
        if replicas == 0 {
            try await withGatedLab(lab) { lab, gates in
                let migration = try migration(lab, sentinels: gates.sentinels)
                gates.watch { sighting in
                    sent.note(sighting)
                    return .pass
                }
                try await run(lab, migration, sent)
            }
        } else {
            try await withLab(lab) { lab in
                try await lab.waitUntilReplicaIsKnown()
                try await run(lab, migration(lab, sentinels: nil), sent)
            }
        }
    }

    private func migration(_ lab: Lab, sentinels: [Endpoint]?) throws -> Migration {
        let secret = lab.folder.path.appending("replication.secret").string
        let steps = Migration.steps(approval: back == .beforeCutover, failover: failover).map {
            $0 == "replicaof: {}"
                ? "replicaof: { username: replication, password: { file: \(secret) } }"
                : comparesValues ? $0.replacing("data: count", with: "data: full") : $0
        }
        return try Migration(
            lab, steps: steps, afterCutover: back == .afterCutover ? "discard-writes" : "stop", sentinels: sentinels)
    }

    /// Values that are read in pieces, and a hash of which each server makes another dump.
    private static let valuesToRead: [Command] = {
        let texts = (0..<200).map { "\($0):" + String(repeating: "a", count: 70) }
        return [
            Command(["HSET", "large:hash"] + texts.flatMap { [$0, "1"] }), Command(["RPUSH", "large:list"] + texts),
            Command(["SADD", "large:set"] + texts), Command(["ZADD", "large:sorted"] + texts.flatMap { ["1", $0] }),
            Command(["HSET", "hash"] + texts.prefix(8).flatMap { [$0, "1"] }),
        ]
    }()

    private func run(_ lab: Lab, _ migration: Migration, _ sent: SentCommands) async throws {
        try await migration.fill(keys: 200)
        if comparesValues { for command in Self.valuesToRead { try await lab.send(command, to: lab.source) } }
        let plan = try #require(Plan.load(path: migration.plan, checks: PreflightCatalogue.declarations).plan)
        try await lab.confine(to: plan.rights)
        sent.declare(plan.rights)
        for words in verbs {
            let outcome = try await PlanrunProcess.run([words[0], migration.plan] + words.dropFirst())
            #expect(
                outcome.exitCode == exitCode(of: words),
                "\(title): \(words): \(outcome.standardOutput + outcome.standardError)")
        }
        let refusals = try await lab.refusals()
        #expect(refusals == [], "\(title)")
        #expect(sent.undeclared == [], "\(title)")
    }

    private var verbs: [[String]] {
        switch back {
        case .never: [["apply", "--auto-approve"], ["status"]]
        case .beforeCutover: [["apply"], ["status"], ["rollback"]]
        case .afterCutover: [["apply", "--auto-approve"], ["rollback", "--discard-writes", "1000000"]]
        }
    }

    /// The expected exit code: `apply` without options stops at the approval.
    private func exitCode(of words: [String]) -> Int32 { words == ["apply"] ? 3 : 0 }
}

/// The commands that planrun's user has sent to each server, and those that were declared.
private final class SentCommands: Sendable {
    private struct Contents {
        /// The rights that the present plan declares.
        var declared: Rights?
        /// The rights that any plan has declared, as `source client|pause`.
        var allDeclared: Set<String> = []
        /// The commands that were sent, as `source client` and `source client|pause`.
        var sent: Set<String> = []
        var undeclared: [String] = []
    }

    private let contents = Mutex(Contents())

    func declare(_ rights: Rights) {
        contents.withLock { contents in
            contents.declared = rights
            for part in [Rights.Place.source, .target, .sentinel] {
                contents.allDeclared.formUnion(rights[part].map { "\(part.word) \($0.command)" })
            }
        }
    }

    func note(_ sighting: Gate.Sighting) {
        // AUTH needs no right.
        guard sighting.user == "operator", let first = sighting.words.first?.lowercased(), first != "auth",
            let part = Rights.Place.allCases.first(where: { sighting.server.hasPrefix($0.word) })
        else { return }
        let names = [first] + (sighting.words.count > 1 ? ["\(first)|\(sighting.words[1].lowercased())"] : [])
        contents.withLock { contents in
            contents.sent.formUnion(names.map { "\(part.word) \($0)" })
            guard let declared = contents.declared else { return }
            if !declared[part].contains(where: { names.contains($0.command) }) {
                contents.undeclared.append("\(part.word): \(sighting.words.prefix(2).joined(separator: " "))")
            }
        }
    }

    var undeclared: [String] { contents.withLock(\.undeclared) }

    /// The rights that were declared although no command ever needed them.
    func idle(besides others: Set<String>) -> [String] {
        contents.withLock { $0.allDeclared.subtracting($0.sent).subtracting(others).sorted() }
    }
}

extension Rights.Place {
    fileprivate var word: String { rawValue.lowercased() }
}

extension Lab {
    private var servers: [(ServerProcess, Rights.Place)] {
        [(source, .source), (target, .target)] + replicas.map { ($0, .replica) } + sentinels.map { ($0, .sentinel) }
    }

    /// Takes all other rights from planrun's user, at every server.
    fileprivate func confine(to rights: Rights) async throws {
        for (server, part) in servers {
            let words = RightsInquiry.words(rights[part]).split(separator: " ").map(String.init)
            try await send(
                Command(["ACL", "SETUSER", "operator", "resetkeys", "resetchannels", "-@all"] + words), to: server)
            try await send(["ACL", "LOG", "RESET"], to: server)
        }
    }

    /// The commands that planrun's user was refused, at the servers that still answer. Failed logins do not count: at
    /// an address that may be either of two servers, planrun tries the credentials of both.
    fileprivate func refusals() async throws -> [String] {
        var refusals: [String] = []
        for (server, _) in servers {
            for entry in (try? await send(["ACL", "LOG"], to: server))?.array ?? [] {
                let words = (entry.array ?? []).map { $0.string ?? "" }
                guard let user = words.firstIndex(of: "username"), words[user + 1] == "operator",
                    let object = words.firstIndex(of: "object"), let reason = words.firstIndex(of: "reason"),
                    words[reason + 1] != "auth"
                else { continue }
                refusals.append("\(server.name): \(words[reason + 1]) \(words[object + 1])")
            }
        }
        return refusals
    }
}
