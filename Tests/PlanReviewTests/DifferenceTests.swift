import Diagnostics
import Operations
import PlanModel
import PlanReview
import Seeding
import Testing

private func read(_ text: String) -> Plan? {
    Plan.read(SourceFile(path: "x", text: text), checks: PreflightCatalogue.declarations).plan
}

private func difference(_ old: String, _ new: String) throws -> PlanDifference {
    PlanDifference(
        from: try #require(read(old), "\(old)"), to: try #require(read(new), "\(new)"),
        checks: PreflightCatalogue.declarations)
}

/// Every limit of the plan language, as its declarations list them.
struct LoosenedLimitTests {
    /// A plan with a step of every kind.
    /// - Parameter settings: what the step of this kind says besides what it must say.
    private func plan(_ kind: StepKind.Name, _ settings: String) -> String {
        func step(_ name: StepKind.Name) -> String {
            let own = name == kind ? settings : ""
            let required: [StepKind.Name: String] = [
                .approval: "question: Go on?", .run: "command: [x]", .verify: kind == .verify ? "" : "data: full",
            ]
            let parts = [required[name] ?? "", own].filter { !$0.isEmpty }.joined(separator: ", ")
            return "  - \(name.rawValue): { \(parts) }\n"
        }
        return """
            version: 1
            name: limits
            source: { address: 10.0.0.1:6379, engine: redis }
            target: { address: 10.0.0.2:6379, engine: redis }
            sentinel: { primary: p, addresses: [10.0.0.3:26379, 10.0.0.4:26379, 10.0.0.5:26379] }
            steps:
            \(StepKind.Name.allCases.map(step).joined())
            """
    }

    /// Two values of which the second is the larger one, for every type that a limit can have.
    private static let pairs = [
        ("3s", "4s"), ("3KiB", "4KiB"), ("3", "4"), ("false", "true"), ("10%", "11%"),
    ]

    /// The first pair that the reader takes, the stronger value first.
    private func values(_ limit: PlanLimit, _ text: (String) -> String) throws -> (strong: String, weak: String) {
        let pairs =
            switch limit.weaker {
            case .higher: Self.pairs
            case .lower: Self.pairs.map { ($0.1, $0.0) }
            case .words(let words): zip(words.dropFirst(), words).map { ($0, $1) }
            }
        return try #require(
            pairs.first { read(text($0.0)) != nil && read(text($0.1)) != nil },
            "no value of '\(limit.key)' was read; see how \(text("…")) is written")
    }

    private func expect(_ limit: PlanLimit, key: String, subject: String, _ text: (String) -> String) throws {
        let (strong, weak) = try values(limit, text)
        for (old, new, tendency) in [(strong, weak, Tendency.loosened), (weak, strong, .tightened)] {
            let changes = try difference(text(old), text(new)).changes
            #expect(changes.count == 1, "\(key): \(changes)")
            #expect(changes.first?.subject == subject)
            #expect(changes.first?.setting == key)
            #expect(changes.first?.tendency == tendency, "\(key) \(old) → \(new)")
            #expect(try difference(text(old), text(old)).changes == [])
        }
    }

    @Test(arguments: StepKind.Name.allCases)
    func `every limit of a step that is loosened is called so`(_ kind: StepKind.Name) throws {
        for limit in kind.limits {
            let beside = limit.key == "keys" ? "data: sample, " : ""
            try expect(limit, key: limit.key, subject: "step '\(kind.rawValue)'") {
                plan(kind, "\(beside)\(limit.key): \($0)")
            }
        }
    }

    @Test(arguments: PreflightCatalogue.declarations.map(\.id))
    func `every limit of a check that is loosened is called so`(_ id: String) throws {
        let check = try #require(PreflightCatalogue.declarations.first { $0.id == id })
        for limit in check.planLimits {
            let isSeverity = limit.key == "severity"
            try expect(limit, key: isSeverity ? id : "\(id).\(limit.key)", subject: "step 'preflight'") {
                plan(.preflight, isSeverity ? "\(id): \($0)" : "\(id): { \(limit.key): \($0) }")
            }
        }
    }

    @Test func `a limit that is left out has its standard value`() throws {
        func change(_ kind: StepKind.Name, _ settings: String) throws -> [PlanChange] {
            try difference(plan(kind, ""), plan(kind, settings)).changes
        }
        #expect(try change(.waitForSync, "max-lag: 64KiB, stable-for: 5000ms, timeout: 120m, retries: 0") == [])
        #expect(try change(.preflight, "memory: fail, backup: { max-age: 24h }") == [])
        #expect(try change(.monitor, "quorum: 2") == [])
        #expect(try change(.monitor, "quorum: 1").map(\.tendency) == [.loosened])
        #expect(try change(.approval, "timeout: 1h").map(\.tendency) == [.tightened])
        // The time of a step that reads values is another one, and nobody has written it.
        #expect(try change(.verify, "data: full").map(\.setting) == ["data"])
        #expect(try change(.verify, "data: sample, keys: 5").map(\.setting) == ["data", "keys"])
    }
}

struct DifferenceTests {
    private static let text = """
        version: 1
        name: small
        source: { address: 10.0.0.1:6379, engine: redis, password: { env: SOURCE_PASSWORD }, tls: true }
        target: { address: 10.0.0.2:6379, engine: redis }
        sentinel: { primary: sessions, addresses: [10.0.0.3:26379, 10.0.0.4:26379] }
        steps:
          - preflight: {}
          - backup: {}
          - replicaof: {}
          - wait-for-sync: {}
          - verify: { id: data, data: full }
          - approval: Go on?
          - failover: {}
          - verify: { id: cutover }
        rollback: { on-failure: automatic }

        """

    private func lines(_ old: String, _ new: String) throws -> [String] {
        let edited = Self.text.replacing(old, with: new)
        #expect(edited != Self.text)
        return try difference(Self.text, edited).changes.map { change in
            "\(change.subject): \(change.sentence)" + (change.tendency.map { " (\($0.rawValue))" } ?? "")
                + (change.effect.map { "; \($0)" } ?? "")
        }
    }

    @Test func `servers and logins are named, secrets never`() throws {
        #expect(try lines("10.0.0.2:6379", "10.0.0.9:6380") == ["target: 'address' 10.0.0.2:6379 → 10.0.0.9:6380"])
        #expect(
            try lines("env: SOURCE_PASSWORD", "env: hunter2") == [
                "source: 'password' { env: SOURCE_PASSWORD } → { env: *** }"
            ])
        #expect(try lines(", tls: true", "") == ["source: 'tls' true → false (loosened)"])
        #expect(
            try lines("tls: true", "tls: { verify: false, ca: x.pem }") == [
                "source: 'tls' true → { verify: false } (loosened)", "source: 'tls.ca' not set → x.pem",
            ])
        #expect(
            try lines(", 10.0.0.4:26379]", "]") == [
                "sentinel: 'addresses' [10.0.0.3:26379, 10.0.0.4:26379] → [10.0.0.3:26379]"
            ])
        #expect(try lines("[10.0.0.3:26379, 10.0.0.4:26379]", "[10.0.0.4:26379, '10.0.0.3:26379']") == [])
    }

    @Test func `a step that went, came, moved or got another name is one change`() throws {
        #expect(try lines("  - backup: {}\n", "") == ["step 'backup': removed: backup (loosened)"])
        #expect(try lines("  - approval: Go on?\n", "") == ["step 'approval': removed: approval (loosened)"])
        #expect(
            try lines("  - failover: {}\n", "  - verify: { id: again, data: count }\n  - failover: {}\n") == [
                "step 'again': added: verify (tightened)"
            ])
        #expect(try lines("id: data,", "id: keys,") == ["step 'data': renamed to 'keys'"])
        #expect(
            try lines("id: data, data: full", "id: keys, data: count") == [
                "step 'data': renamed to 'keys'", "step 'data': 'data' full → count (loosened)",
            ])
        #expect(
            try lines(
                "  - backup: {}\n  - replicaof: {}\n  - wait-for-sync: {}\n",
                "  - replicaof: {}\n  - wait-for-sync: {}\n  - backup: {}\n") == [
                    "step 'backup': moved: now after 'wait-for-sync', before after 'preflight'"
                ])
        #expect(
            try lines("verify: { id: cutover }", "verify: { id: cutover, data: count, needs: [failover] }") == [
                "step 'cutover': 'data' not set → count (tightened)"
            ])
    }

    @Test func `what is shown of keys is named`() throws {
        #expect(
            try lines("rollback:", "redact: { names: ['session:*'] }\nrollback:") == [
                "redact: 'names' not set → [session:*] (tightened)"
            ])
    }

    @Test func `who is told is named, in whatever order, and secrets are not`() throws {
        func told(_ receivers: String) -> String { Self.text + "notify:\n" + receivers }
        func lines(_ old: String, _ new: String) throws -> [String] {
            try difference(old, new).changes.map { "\($0.subject): \($0.sentence)" }
        }
        let pager = "  - { name: pager, command: [./page.sh, now] }\n"
        let chat = "  - { name: chat, webhook: { url: { env: hunter2 } } }\n"
        #expect(
            try lines(Self.text, told(chat)) == [
                "receiver 'chat': added: { name: chat, webhook: { url: { env: *** } } }"
            ])
        #expect(
            try lines(told(pager + chat), told(chat)) == [
                "receiver 'pager': removed: { name: pager, command: [./page.sh, now] }"
            ])
        #expect(try lines(told(pager + chat), told(chat + pager)) == [])
        #expect(
            try lines(told(pager), told(pager.replacing("name: pager,", with: "name: pager, events: [failed],"))) == [
                """
                receiver 'pager': { name: pager, command: [./page.sh, now] } → \
                { name: pager, events: [failed], command: [./page.sh, now] }
                """
            ])
        #expect(
            try lines(told(chat), told(chat.replacing("hunter2", with: "hunter3"))) == [
                "receiver 'chat': is another one"
            ])
    }

    @Test func `rewired steps say what the failover no longer waits for`() throws {
        #expect(
            try lines("failover: {}", "failover: { needs: [data] }") == [
                "step 'failover': waits for 'data' instead of 'approval' (loosened); the failover no longer waits for 'approval'"
            ])
        #expect(
            try lines("- approval: Go on?", "- approval: { question: Go on?, needs: [wait-for-sync] }") == [
                "step 'approval': waits for 'wait-for-sync' instead of 'data' (loosened); the failover no longer waits for 'data'"
            ])
    }

    @Test func `the order in the file means nothing where needs are written`() throws {
        let old = Self.text.replacing(
            "  - backup: {}\n  - replicaof: {}",
            with: "  - backup: { needs: [] }\n  - replicaof: { needs: [preflight] }")
        let new = Self.text.replacing(
            "  - preflight: {}\n  - backup: {}\n  - replicaof: {}",
            with: "  - backup: {}\n  - preflight: { needs: [] }\n  - replicaof: { needs: [preflight] }")
        #expect(try difference(old, new).changes == [])
    }

    @Test func `the risk is one line`() throws {
        func risk(_ old: String, _ new: String) throws -> String {
            try difference(Self.text, Self.text.replacing(old, with: new)).risk
        }
        #expect(try risk("", "") == "both mean the same")
        #expect(try risk("name: small", "name: large") == "neither weaker nor stronger")
        #expect(try risk("failover: {}", "failover: { retries: 1 }") == "stronger, and nowhere weaker")
        #expect(try risk("10.0.0.2", "10.0.0.9") == "other servers or logins: target")
        #expect(
            try risk("preflight: {}", "preflight: { memory: off, quorum: warn, no-tilt: off, users: off }")
                == "weaker: step 'preflight' 'users' fail → off; step 'preflight' 'memory' fail → off; "
                + "step 'preflight' 'quorum' fail → warn; and 1 more")
        #expect(
            try risk("on-failure: automatic", "on-failure: never") == "weaker: rollback 'on-failure' automatic → never")
    }
}

/// Edits of generated plans, each of which is the only difference.
struct GeneratedEditTests {
    private struct Edit {
        let what: PlanChange.Kind
        let subjects: [String]
        let setting: String?
    }

    @Test(.saysSeed, arguments: 0..<5)
    func `a generated edit is named, and nothing else`(_ part: Int) throws {
        var random = SeededRandom(part + 100)
        for number in 0..<200 {
            let old = GeneratedPlan(&random)
            var new = old
            guard let edit = edit(&new, number % 6, &random) else { continue }
            var one = RandomWriter(random: SeededRandom(part * 1_000 + number))
            var two = RandomWriter(random: SeededRandom(part * 1_000 + number + 500))
            let (before, after) = (one.text(of: old), two.text(of: new))
            let changes = try difference(before, after).changes
            #expect(changes.count == 1, "\(changes)\n\(before)\n---\n\(after)")
            #expect(changes.first?.kind == edit.what)
            #expect(edit.subjects.contains(changes.first?.subject ?? ""))
            #expect(changes.first?.setting == edit.setting)
        }
    }

    private func edit(_ plan: inout GeneratedPlan, _ choice: Int, _ random: inout SeededRandom) -> Edit? {
        let data = plan.steps.indices.filter { plan.steps[$0][0].key == "verify" && $0 < plan.steps.count - 1 }
        let place = data.randomElement(using: &random)
        switch choice {
        case 0:
            let index = Int.random(in: 4...plan.steps.count, using: &random)
            plan.steps.insert(
                [.init("verify", .map([.init("id", .text("extra")), .init("data", .word("count"))]))],
                at: min(index, plan.steps.count)
            )
            return Edit(what: .added, subjects: ["step 'extra'"], setting: nil)
        case 1:
            guard let place else { return nil }
            return Edit(what: .removed, subjects: ["step '\(id(plan.steps.remove(at: place)))'"], setting: nil)
        case 2:
            guard let place, case .map(var settings) = plan.steps[place][0].value else { return nil }
            let name = id(plan.steps[place])
            settings[0].value = .text("another")
            plan.steps[place][0].value = .map(settings)
            // Of two steps that are alike, either may be the one with another name.
            return Edit(what: .renamed, subjects: ["step '\(name)'"], setting: nil)
        case 3:
            guard let place, plan.steps[place + 1][0].key != "failover" else { return nil }
            let subjects = [place, place + 1].map { "step '\(id(plan.steps[$0]))'" }
            plan.steps.swapAt(place, place + 1)
            return Edit(what: .moved, subjects: subjects, setting: nil)
        case 4:
            guard let index = plan.root.firstIndex(where: { $0.key == "target" }),
                case .map(var entries) = plan.root[index].value
            else { return nil }
            entries[0].value = .text("other.example.net:6380")
            plan.root[index].value = .map(entries)
            return Edit(what: .changed, subjects: ["target"], setting: "address")
        default:
            guard let index = plan.steps.firstIndex(where: { $0[0].key == "failover" }),
                case .map(let entries) = plan.steps[index][0].value
            else { return nil }
            plan.steps[index][0].value = .map(
                entries.filter { $0.key != "write-pause" } + [.init("write-pause", .word("9s"))])
            return Edit(what: .changed, subjects: ["step 'failover'"], setting: "write-pause")
        }
    }

    private func id(_ step: [GeneratedEntry]) -> String {
        if case .map(let settings) = step[0].value,
            case .text(let id)? = settings.first(where: { $0.key == "id" })?.value
        {
            return id
        }
        return step[0].key
    }
}
