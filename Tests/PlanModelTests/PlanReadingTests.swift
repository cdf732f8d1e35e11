import Diagnostics
import PlanModel
import Testing
import Values

func readFixture(_ name: String) throws -> Plan {
    try #require(Plan.load(path: "\(Fixture.folder)/valid/\(name).yaml", checks: Fixture.checks).plan)
}

struct PlanReadingTests {
    @Test func `what a plan does not say has a default`() throws {
        let plan = try readFixture("promote")
        #expect(plan.rollback == RollbackSettings(onFailure: .ask, afterCutover: nil))
        #expect(plan.sentinel == nil && plan.description == nil)
        #expect(plan.source.access == Access())
        #expect(plan.steps.map(\.id) == ["preflight", "replicaof", "wait-for-sync", "approval", "failover"])
        #expect(plan.steps.map(\.needs) == [[], ["preflight"], ["replicaof"], ["wait-for-sync"], ["approval"]])
        #expect(plan.steps.map(\.timeout) == [.seconds(600), .seconds(60), .seconds(7200), nil, .seconds(120)])
        #expect(plan.steps.map(\.retries) == [0, 0, 0, 0, 3])
        #expect(plan.steps[1].kind == .replicaof(ReplicaOfStep()))
        #expect(plan.steps[2].kind == .waitForSync(WaitForSyncStep()))
        #expect(plan.steps[3].kind == .approval(ApprovalStep(question: "yes")))
        #expect(plan.steps[4].kind == .failover(FailoverStep(method: .promote)))
    }

    @Test func `what a plan says is what it means: instances and Sentinels`() throws {
        let plan = try readFixture("everything")
        #expect(plan.name == "everything: a plan")
        #expect(plan.description == "Several\nlines.\n")
        let tls = TLSSettings(
            ca: "ca.pem", certificate: "client.pem", key: "client.key", serverName: "redis.example.net", verifies: true)
        let password = SecretReference.environment("REDIS_PASSWORD")
        #expect(
            plan.source
                == InstanceSettings(
                    endpoint: Endpoint(host: "fd00::1", port: 6379), engine: .valkey,
                    access: Access(username: "planrun", password: password, tls: tls)))
        #expect(
            plan.target
                == InstanceSettings(
                    endpoint: Endpoint(host: "dragonfly_1.example.net", port: 65535), engine: .dragonfly,
                    access: Access(password: password, tls: TLSSettings())))
        #expect(
            plan.sentinel
                == SentinelSettings(
                    primary: "my.master_name-1",
                    endpoints: [
                        Endpoint(host: "10.0.0.3", port: 26379), Endpoint(host: "fd00::3", port: 26379),
                        Endpoint(host: "Sentinel-3", port: 1),
                    ], access: Access(username: "sentinel", password: .file("secrets/sentinel"))))
        #expect(plan.rollback == RollbackSettings(onFailure: .never, afterCutover: .discardWrites))
        #expect(plan.redaction == RedactionSettings(names: ["user:*"], values: ["session:*", "a[0-9]?"]))
    }

    @Test func `what a plan says is what it means: who is told`() throws {
        let receivers = try readFixture("everything").receivers
        let chat = Webhook(
            url: .secret(.environment("CHAT_HOOK")),
            headers: ["Authorization": .secret(.file("secrets/chat")), "X-Team": .text("cache")])
        let pager = RunStep(
            command: ["hooks/page.sh", "now"], environment: ["KEY": .secret(.environment("PAGER_KEY"))])
        #expect(
            receivers == [
                Receiver(
                    name: "team-chat", occasions: [.retrying, .failed, .finished], channel: .webhook(chat),
                    timeout: .seconds(3)),
                Receiver(name: "pager.1", channel: .command(pager), timeout: .seconds(10)),
                Receiver(
                    name: "status", channel: .webhook(Webhook(url: .text("https://status.example.net/hook"))),
                    timeout: .seconds(10)),
            ])
        #expect(
            receivers.map(\.summary) == [
                "'team-chat' by webhook of retrying, failed, finished",
                "'pager.1' by hooks/page.sh now of all but retrying", "'status' by webhook of all but retrying",
            ])
        #expect(
            receivers.map(\.spelled) == [
                """
                { name: team-chat, events: [retrying, failed, finished], webhook: { url: { env: CHAT_HOOK }, \
                headers: { Authorization: { file: secrets/chat }, X-Team: cache } }, timeout: 3s }
                """,
                "{ name: pager.1, command: [hooks/page.sh, now], environment: { KEY: { env: PAGER_KEY } } }",
                "{ name: status, webhook: { url: https://status.example.net/hook } }",
            ])
    }

    @Test func `what a plan says is what it means: steps`() throws {
        let steps = try readFixture("everything").steps
        #expect(
            steps.map(\.id) == [
                "ready", "users", "follow", "synced", "data", "approval", "failover", "watch", "run", "after", "end",
            ])
        #expect(
            steps.map(\.needs)
                == [
                    [], ["ready"], ["users"], ["follow"], ["synced"], ["synced"], ["data", "approval"], ["failover"],
                    ["watch"], ["run"], ["after"],
                ])
        #expect(steps[0].timeout == .seconds(5400) && steps[0].retries == 2)
        #expect(
            steps[0].kind
                == .preflight(
                    PreflightStep(settings: [
                        "memory": CheckSetting(severity: .warn, limits: ["headroom": .percentage(30)]),
                        "keyspace-events": CheckSetting(severity: .off),
                        "replica-buffer": CheckSetting(limits: [
                            "size": .size(ByteCount(bytes: 2 << 20)), "for": .duration(.seconds(90)),
                            "links": .count(3),
                            "strict": .flag(false),
                        ]),
                    ])))
        #expect(
            steps[1].kind
                == .users(UsersStep(passwords: ["app": .environment("APP_PASSWORD"), "b a": .file("secrets/b")])))
        #expect(
            steps[2].kind
                == .replicaof(
                    ReplicaOfStep(replacesData: true, username: "replica", password: .environment("REPLICA_PASSWORD"))))
        #expect(
            steps[3].kind
                == .waitForSync(WaitForSyncStep(maxLag: ByteCount(bytes: 1_000_000), stableFor: .milliseconds(500))))
        #expect(
            steps[4].kind
                == .verify(
                    VerifyStep(
                        data: .sample, keys: 5_000,
                        rate: ComparisonRate(commands: 1_000, bytes: ByteCount(bytes: 1_000_000)),
                        repetition: .seconds(1_800))))
        #expect(
            steps[6].kind
                == .failover(
                    FailoverStep(
                        method: .shutdown, writePause: .milliseconds(1500), resting: .shutdown, replicas: .detach,
                        verifiedWithin: .seconds(7_200))))
        #expect(steps[7].kind == .watch(WatchStep(duration: .seconds(3_600), onTrouble: .ask)))
        #expect(
            steps[8].kind
                == .run(
                    RunStep(
                        command: ["hooks/dns.sh", "cutover", "300"], undo: ["hooks/dns.sh", "back"],
                        check: ["hooks/dns.sh", "check"],
                        environment: [
                            "ZONE": .text("example.net"), "DNS_TOKEN": .secret(.environment("DNS_TOKEN")),
                            "key": .secret(.file("secrets/dns")),
                        ], directory: "hooks")))
        #expect(steps[8].timeout == .seconds(120))
        #expect(steps[9].kind == .verify(VerifyStep()))
        #expect(steps[10].kind == .decommission(DecommissionStep(resting: .shutdown, replicas: .keep)))
    }

    @Test func `a step knows where it is written`() throws {
        let plan = try readFixture("everything")
        #expect(plan.steps[0].range.start == SourcePosition(line: 30, column: 5))
        #expect(plan.steps[1].range.start == SourcePosition(line: 38, column: 5))
        #expect(plan.steps[1].range.end.line == 38)
    }

    @Test func `settings are spelt as a plan spells them, defaults included`() throws {
        func settings(_ plan: String) throws -> [String: [String]] {
            let steps = try readFixture(plan).steps
            return Dictionary(uniqueKeysWithValues: steps.map { ($0.id, $0.settings.map { "\($0.key): \($0.value)" }) })
        }
        #expect(
            try settings("promote") == [
                "preflight": ["keyspace-events: off", "memory: fail", "timeout: 10m"],
                "replicaof": ["replace-data: false", "timeout: 1m"],
                "wait-for-sync": ["max-lag: 64KiB", "stable-for: 5s", "timeout: 2h"],
                "approval": ["question: yes"],
                "failover": ["via: promote", "write-pause: 2s", "timeout: 2m", "retries: 3"],
            ])
        let everything = try settings("everything")
        #expect(
            everything["ready"] == [
                "keyspace-events: off", "memory: warn", "memory.headroom: 30%", "replica-buffer.for: 1m30s",
                "replica-buffer.links: 3", "replica-buffer.size: 2MiB", "replica-buffer.strict: false",
                "timeout: 1h30m",
                "retries: 2",
            ])
        #expect(
            everything["data"] == [
                "data: sample", "keys: 5000", "rate: { commands: 1000, bytes: 1MB }", "repeat: 30m", "timeout: 10m",
            ])
        #expect(
            everything["follow"] == [
                "replace-data: true", "username: replica", "password: { env: REPLICA_PASSWORD }", "timeout: 1m",
            ])
    }

    @Test func `a warning stands beside a plan`() {
        let fixture = Fixture.all("invalid").first { $0.name == "unverified-tls" }
        let reading = fixture?.read()
        #expect(reading?.plan?.source.access.tls?.verifies == false)
        #expect(reading?.diagnostics.count == 1)
    }

    @Test func `a chain of ten thousand steps is read`() {
        let head =
            "version: 1\nname: long\nsource: { address: a:1, engine: redis }\ntarget: { address: b:1, engine: redis }\n"
        let steps = (1...10_000).map { "  - verify: { id: v\($0) }\n" }.joined()
        let reading = Plan.read(SourceFile(path: "long.yaml", text: head + "steps:\n" + steps), checks: [])
        #expect(reading.plan?.steps.count == 10_000)
    }

    /// An obvious implementation would take time in the square of the number of steps for each of these.
    @Test(arguments: [
        "verify: { id: v#, needs: [w#] }", "verify: { id: v#, needs: [v90000, v1] }", "wait-for-sync: { id: v# }",
        "failover: { id: v# }", "verify: { id: v# }, zzzz: 1", "verify: { id: same, password: hunter# }",
        "fail-over: { id: v# }",
    ])
    func `a hostile plan of thousands of mistakes is refused in time`(_ step: String) {
        let head =
            "version: 1\nname: long\nsource: { address: a:1, engine: redis }\ntarget: { address: b:1, engine: redis }\n"
        let steps = (1...2_000).map { "  - { \(step.replacing("#", with: "\($0)")) }\n" }.joined()
        let file = SourceFile(path: "hostile.yaml", text: head + "steps:\n" + steps)
        let reading = Plan.read(file, checks: [])
        #expect(reading.plan == nil)
        #expect(TextRenderer().render(reading.diagnostics).hasSuffix("not shown\n"))
    }
}
