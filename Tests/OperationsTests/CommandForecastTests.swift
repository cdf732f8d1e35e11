import Execution
import PlanGraph
import PlanModel
import RESP
import Testing
import Values

@testable import Operations

/// What `plan` says that a step will send is what the step sends.
struct CommandForecastTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var via = "sentinel"
        var sentinels = 1
        var resting: String?
        var hasReplica = false
        /// What becomes of another replica.
        var replicas: String?
        var password = false
        var priority = "100"
        /// The settings of a last step that takes the old servers out of service.
        var decommission: String?

        var testDescription: String {
            let parts = [
                "via \(via)", "\(sentinels) Sentinels", resting, hasReplica ? "another replica" : nil, replicas,
                password ? "passwords" : nil, priority == "100" ? nil : "priority \(priority)",
                decommission.map { "decommission \($0)" },
            ]
            return parts.compactMap(\.self).joined(separator: ", ")
        }

        static let all = [
            Case(), Case(sentinels: 3), Case(via: "announce", sentinels: 3), Case(via: "fastest", sentinels: 3),
            Case(via: "fastest"), Case(via: "promote", sentinels: 0), Case(via: "shutdown"), Case(resting: "fenced"),
            Case(sentinels: 3, resting: "fenced"), Case(via: "promote", sentinels: 0, resting: "fenced"),
            Case(resting: "shutdown"), Case(hasReplica: true), Case(sentinels: 3, hasReplica: true, replicas: "leave"),
            Case(hasReplica: true, replicas: "detach"), Case(via: "announce", sentinels: 3, password: true),
            Case(resting: "fenced", password: true), Case(priority: "7"), Case(priority: "0"),
            Case(decommission: "{}"), Case(sentinels: 3, hasReplica: true, decommission: "{}"),
            Case(via: "promote", sentinels: 0, hasReplica: true, decommission: "{ resting: shutdown }"),
            Case(hasReplica: true, decommission: "{ replicas: keep }"), Case(resting: "fenced", decommission: "{}"),
            Case(resting: "fenced", decommission: "{ resting: shutdown }"), Case(via: "shutdown", decommission: "{}"),
            Case(hasReplica: true, replicas: "detach", decommission: "{}"),
        ]

        func plan() throws -> Plan {
            let addresses = (0..<sentinels).map { "\(SmallWorld.sentinelHost):\(26379 + $0)" }.joined(separator: ", ")
            let settings = [
                "via: \(via)", resting.map { "resting: \($0)" }, replicas.map { "replicas: { after-cutover: \($0) }" },
            ]
            let login = password ? ", username: app, password: { env: REDIS_PASSWORD }" : ""
            return try Plan.read(
                """
                version: 1
                name: small
                source: { address: 10.0.0.1:6379, engine: redis\(login) }
                target: { address: 10.0.0.2:6379, engine: redis\(login) }
                \(sentinels == 0 ? "" : "sentinel: { primary: main, addresses: [\(addresses)] }")
                steps:
                  - replicaof: {}
                  - wait-for-sync: {}
                  - failover: { \(settings.compactMap(\.self).joined(separator: ", ")) }
                  \(decommission.map { "- decommission: \($0)" } ?? "")
                rollback: { after-cutover: discard-writes }
                """)
        }

        func world() -> SmallWorld {
            var world = SmallWorld(sentinels: sentinels)
            if hasReplica { world.instances[SmallWorld.otherReplica] = FakeInstance(follows: SmallWorld.source) }
            world.instances[SmallWorld.target]?.settings["replica-priority"] = priority
            world.isApplicationEverywhere = false
            world.advance(by: .seconds(12))
            return world
        }
    }

    @Test(arguments: Case.all)
    func `every step sends what was foreseen, and is taken back by what was foreseen`(_ test: Case) async throws {
        let (plan, world) = (try test.plan(), SharedWorld(test.world()))
        let forecast = try await Stage(plan, world).forecast()
        var stage = Stage(plan, world)
        for step in plan.steps {
            expect(try await stage.carryOut(step), forecast[step].commands, "'\(step.id)'")
            world.change { $0.advance(by: .seconds(15)) }
        }
        guard let cutover = plan.steps.last, test.via != "shutdown", test.resting != "shutdown",
            test.decommission == nil
        else { return }
        expect(try await stage.takeBack(cutover), forecast[cutover].waysBack.last?.commands ?? [], "the way back")
    }

    @Test(arguments: Case.all.filter { $0.via == "sentinel" && !$0.hasReplica })
    func `a target that follows is detached by what was foreseen`(_ test: Case) async throws {
        let (plan, world) = (try test.plan(), SharedWorld(test.world()))
        let forecast = try await Stage(plan, world).forecast()
        var stage = Stage(plan, world)
        let first = try #require(plan.steps.first)
        _ = try await stage.carryOut(first)
        world.change { $0.advance(by: .seconds(15)) }
        expect(try await stage.takeBack(first), forecast[first].waysBack.first?.commands ?? [], "detached")
    }

    /// planrun dies between the fence and the promotion, and the next one takes the cutover back.
    @Test(arguments: Case.all.filter { $0.via != "shutdown" && $0.decommission == nil })
    func `a cutover that has promoted nothing is taken back by what was foreseen`(_ test: Case) async throws {
        let (plan, world) = (try test.plan(), SharedWorld(test.world()))
        let forecast = try await Stage(plan, world).forecast()
        var stage = Stage(plan, world)
        for step in plan.steps.dropLast() { _ = try await stage.carryOut(step) }
        world.change { $0.advance(by: .seconds(15)) }
        let cutover = try #require(plan.steps.last)
        // The first command that the target refuses is its promotion; planrun is gone then.
        var isUndone = false
        for moment in 1..<400 where !isUndone {
            let trial = SharedWorld(world.read { $0 })
            let process = FakeProcess(trial, Mishap(kind: .dies, moment: moment))
            _ = try? await stage.carryOut(cutover, process)
            guard trial.read({ $0.source.pausedUntil > $0.now && $0.target.follows != nil }) else { continue }
            stage.world = trial
            stage.undos[cutover.id] = process.undo
            expect(
                try await stage.takeBack(cutover), forecast[cutover].waysBack.first?.commands ?? [], "stepped back")
            isUndone = true
        }
        #expect(isUndone)
    }

    @Test func `a save sends what was foreseen`() async throws {
        let plan = try Plan.read(
            """
            version: 1
            name: small
            source: { address: 10.0.0.1:6379, engine: redis }
            target: { address: 10.0.0.2:6379, engine: redis }
            steps: [{ backup: {} }]
            """)
        let world = SharedWorld(SmallWorld(sentinels: 0))
        world.change {
            $0.replies[SmallWorld.source] = [
                "BGSAVE": .text("Background saving started"), "TIME": .words(["1", "0"]),
                "INFO PERSISTENCE": .info([
                    "# Persistence", "loading:0", "rdb_bgsave_in_progress:0", "rdb_last_save_time:5",
                    "rdb_last_bgsave_status:ok",
                ]),
            ]
        }
        try await expectForeseen(plan, world, wayBack: false)
    }

    @Test func `users are made and removed by what was foreseen`() async throws {
        let digest = "#" + String(repeating: "a1", count: 32)
        let world = SharedWorld(SmallWorld(sentinels: 1))
        world.change {
            $0.isApplicationWriting = false
            $0.instances[SmallWorld.source]?.users = FakeUsers([
                "app": ["on", digest, "~app:*", "&news", "-@all", "+set"], "batch": ["on", digest, "~*", "+@all"],
            ])
            $0.instances[SmallWorld.target]?.users = FakeUsers()
            $0.instances[SmallWorld.target]?.settings["aclfile"] = "users.acl"
        }
        let plan = try Plan.read(
            """
            version: 1
            name: small
            source: { address: 10.0.0.1:6379, engine: redis }
            target: { address: 10.0.0.2:6379, engine: redis }
            sentinel: { primary: main, addresses: [\(SmallWorld.sentinelHost):26379] }
            steps: [{ users: {} }, { replicaof: {} }, { wait-for-sync: {} }, { failover: {} }]
            """)
        let forecast = try await expectForeseen(plan, world, wayBack: true)
        let texts = forecast[plan.steps[0]].commands.map(\.text)
        #expect(
            texts.first
                == "ACL SETUSER app reset on <the digest of its password> '~app:*' resetchannels '&news' -@all +set")
        #expect(texts.allSatisfy { !$0.contains(digest) })
    }

    @Test func `Sentinels are made to monitor by what was foreseen`() async throws {
        let world = SharedWorld(SmallWorld(sentinels: 3))
        world.change { for index in $0.sentinels.indices { $0.sentinels[index].isMonitoring = false } }
        let plan = try Plan.read(
            """
            version: 1
            name: small
            source: { address: 10.0.0.1:6379, engine: redis, password: { env: REDIS_PASSWORD } }
            target: { address: 10.0.0.2:6379, engine: redis }
            sentinel: { primary: main, addresses: [10.0.0.9:26379, 10.0.0.9:26380, 10.0.0.9:26381] }
            steps: [{ monitor: {} }]
            """)
        let forecast = try await expectForeseen(plan, world, wayBack: true)
        #expect(
            forecast[plan.steps[0]].commands.contains { $0.text == "SENTINEL SET main auth-pass \"$REDIS_PASSWORD\"" })
    }

    @discardableResult
    private func expectForeseen(_ plan: Plan, _ world: SharedWorld, wayBack: Bool) async throws -> CommandForecast {
        let forecast = try await Stage(plan, world).forecast()
        var stage = Stage(plan, world)
        let step = plan.steps[0]
        expect(try await stage.carryOut(step), forecast[step].commands, "'\(step.id)'")
        expect(try await stage.takeBack(step), forecast[step].waysBack.last?.commands ?? [], "the way back")
        #expect(forecast[step].waysBack.isEmpty == !wayBack)
        return forecast
    }
}

/// Carries the steps of a plan out, one after the other, and takes down what they send.
private struct Stage {
    let plan: Plan
    var world: SharedWorld
    let transcript = Transcript()
    var undos: [String: StateValue] = [:]
    private var memos: [NodeID: StateValue] = [:]

    init(_ plan: Plan, _ world: SharedWorld) {
        self.plan = plan
        self.world = world
    }

    private func servers(_ process: FakeProcess) throws -> Servers {
        try Servers(
            plan: plan, connector: transcript.listening(to: process.connector),
            environment: ["REDIS_PASSWORD": "s3cret"], clock: WorldClock(process: process), probesWrites: false,
            resolve: { [$0] })
    }

    func forecast() async throws -> CommandForecast {
        let forecast = await CommandForecast.make(CompiledPlan(plan), try servers(FakeProcess(world)))
        #expect(transcript.take() == [], "to foresee the commands changes nothing")
        return forecast
    }

    private func context(_ step: Step, _ process: FakeProcess) -> StepContext {
        StepContext(
            node: NodeID(step: step.id), undo: process.undo, attempt: 1, clock: WorldClock(process: process),
            memos: memos, save: { try process.save($0) }, report: { _ in }, isDraining: { false })
    }

    private func operation(_ step: Step, _ process: FakeProcess) throws -> any Operation {
        try CompiledPlan(plan).operations(
            servers: servers(process), approver: NobodyAsked(), allowance: .counted
        ).operation(for: NodeID(step: step.id))
    }

    mutating func carryOut(_ step: Step, _ process: FakeProcess? = nil) async throws -> [Transcript.Line] {
        _ = transcript.take()
        let process = process ?? FakeProcess(world)
        let operation = try operation(step, process)
        if case .ready(let undo) = try await operation.inspect(context(step, process)) {
            if let undo { try process.save(undo) }
            try await operation.perform(context(step, process))
        }
        let lines = transcript.take()
        memos[NodeID(step: step.id)] = try await operation.verify(context(step, process)).memo
        undos[step.id] = process.undo
        return lines
    }

    mutating func takeBack(_ step: Step) async throws -> [Transcript.Line] {
        _ = transcript.take()
        let process = FakeProcess(world, undo: undos[step.id])
        _ = try await operation(step, process).undo(context(step, process))
        return transcript.take()
    }
}

/// Expects the same commands in the same order, server by server. What was foreseen on a condition may be missing. The
/// Sentinels count as one, since they are told at the same time, and any of them may be asked for its failover.
private func expect(
    _ sent: [Transcript.Line], _ foreseen: [ForeseenCommand], _ comment: String,
    _ location: SourceLocation = #_sourceLocation
) {
    func key(_ address: Endpoint) -> String {
        address.host == SmallWorld.sentinelHost ? "the Sentinels" : "\(address)"
    }
    let bySender = Dictionary(grouping: sent) { key($0.address) }
    let byForecast = Dictionary(grouping: foreseen) { key($0.address) }
    for server in Set(bySender.keys).union(byForecast.keys).sorted() {
        let lines = (bySender[server] ?? []).map(\.words).withOnePause { $0.dropFirst().first == "PAUSE" }
        let commands = (byForecast[server] ?? []).withOnePause { $0.words.dropFirst().first == "PAUSE" }
        var rest = lines[...]
        for command in commands {
            if let line = rest.first, command.matches(line) {
                rest.removeFirst()
            } else if command.condition == nil {
                Issue.record(
                    """
                    \(comment), \(server): foreseen '\(command.text)', sent '\(rest.first?.joined(separator: " ") ?? "nothing")'
                    sent: \(lines.map { $0.joined(separator: " ") })
                    foreseen: \(commands.map { $0.text + ($0.condition.map { " (\($0))" } ?? "") })
                    """, sourceLocation: location)
                return
            }
        }
        #expect(
            rest.isEmpty, "\(comment), \(server): sent and not foreseen: \(rest); foreseen \(commands.map(\.text))",
            sourceLocation: location)
    }
}

extension Array {
    /// A pause is sent again as long as it has to last.
    fileprivate func withOnePause(_ isPause: (Element) -> Bool) -> Self {
        var hasPaused = false
        return filter { element in
            guard isPause(element) else { return true }
            defer { hasPaused = true }
            return !hasPaused
        }
    }
}

extension ForeseenCommand {
    fileprivate func matches(_ line: [String]) -> Bool {
        words.count == line.count
            && zip(words, line).allSatisfy { word, text in
                switch word {
                case .plain(let plain): plain == text
                case .secret(_, let prefix): text == prefix + "s3cret"
                case .open: true
                }
            }
    }
}
