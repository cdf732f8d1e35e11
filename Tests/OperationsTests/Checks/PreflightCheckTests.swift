import Execution
import PlanModel
import RESP
import Testing
import Values

@testable import Operations

/// The preflight checks that every plan needs, and their messages word for word.
struct PreflightCheckTests {
    private static let passes: [(String, String)] = [
        ("reachable", "3 servers answer"),
        ("source-primary", "10.0.0.1:6379 is a primary"),
        ("target-free", "10.0.0.2:6379 is empty"),
        ("versions", "redis 7.0.15 to redis 7.0.15"),
        ("memory", "the source uses 1.0 MiB; the target has no maxmemory"),
        ("sentinels-agree", "1 of 1 Sentinels name 10.0.0.1:6379"),
        ("quorum", "every Sentinel reaches the quorum"),
        ("no-failover", "no failover in progress"),
        ("no-tilt", "no Sentinel in TILT"),
        ("only-candidate", "the target is the only candidate"),
        ("write-pause", "paused for 2s at most, down after 5s"),
    ]

    private func check(_ id: String) throws -> any Check.Type {
        try #require(PreflightCatalogue.checks.first { $0.declaration.id == id })
    }

    @Test(arguments: passes)
    func `a world as it should be passes`(_ id: String, _ saw: String) async throws {
        #expect(try await CheckBench.before().finding(check(id)) == .passed(saw))
    }

    private func finding(_ id: String, _ change: (inout SmallWorld) -> Void) async throws -> Finding {
        try await CheckBench.before().changed(change).finding(check(id))
    }

    @Test func `a server that does not answer, or wants another password`() async throws {
        #expect(
            try await finding("reachable") { $0.instances[SmallWorld.target]?.isUp = false }
                == .missed(
                    "target 10.0.0.2:6379: the connection to 10.0.0.2:6379 was lost", wants: "an answer",
                    at: ["target 10.0.0.2:6379"], remedy: ["check that the server runs and can be reached from here"]))
        #expect(
            try await finding("reachable") {
                $0.replies[SmallWorld.source] = ["INFO SERVER": .refusal("NOAUTH Authentication required.")]
            }
                == .missed(
                    "source 10.0.0.1:6379: source 10.0.0.1:6379 refused 'INFO server': NOAUTH Authentication required.",
                    wants: "an answer", at: ["source 10.0.0.1:6379"], remedy: []))
    }

    @Test func `a source that follows another server`() async throws {
        #expect(
            try await finding("source-primary") { $0.instances[SmallWorld.source]?.follows = SmallWorld.target }
                == .missed(
                    "10.0.0.1:6379 is a replica of 10.0.0.2:6379", wants: "a primary", at: ["source 10.0.0.1:6379"],
                    remedy: ["name the present primary as 'source' in the plan"]))
    }

    @Test func `a target that holds keys, or follows somebody`() async throws {
        #expect(
            try await finding("target-free") { $0.instances[SmallWorld.target]?.writes = [1, 2, 3] }
                == .missed(
                    "10.0.0.2:6379 holds 3 keys, which the full sync would delete", wants: "no keys",
                    at: ["target 10.0.0.2:6379"],
                    remedy: [
                        "empty the target, or say 'replicaof: { replace-data: true }' in the plan if its data may go"
                    ]))
        let other = Endpoint(host: "10.0.0.3", port: 6379)
        #expect(
            try await finding("target-free") { $0.instances[SmallWorld.target]?.follows = other }
                == .missed(
                    "10.0.0.2:6379 is a replica of 10.0.0.3:6379", wants: "a target that follows nobody or the source",
                    at: ["target 10.0.0.2:6379"],
                    remedy: ["name the right target in the plan, or detach it: REPLICAOF NO ONE"]))
        #expect(
            try await finding("target-free") { $0.instances[SmallWorld.target]?.follows = SmallWorld.source }
                == .passed("10.0.0.2:6379 already follows the source"))
        var bench = try CheckBench.before().changed { $0.instances[SmallWorld.target]?.writes = [1] }
        bench.plan = try .small(replicaof: "{ replace-data: true }")
        #expect(
            try await bench.finding(TargetFreeCheck.self)
                == .passed("10.0.0.2:6379 holds 1 key, which the plan allows to be replaced"))
    }

    @Test func `engines that are not those of the plan`() async throws {
        #expect(
            try await finding("versions") {
                $0.replies[SmallWorld.target] = [
                    "INFO SERVER": .info(["# Server", "redis_version:7.4.0", "dragonfly_version:df-v1.40.1"])
                ]
            }
                == .missed(
                    "10.0.0.2:6379 runs dragonfly 1.40.1", wants: "redis, as in the plan", at: ["target 10.0.0.2:6379"],
                    remedy: ["correct 'engine' in the plan, or the address"]))
    }

    @Test func `a target that is too small`() async throws {
        let small: (inout SmallWorld) -> Void = {
            $0.replies[SmallWorld.source] = ["INFO MEMORY": .info(["# Memory", "used_memory:1073741824"])]
            $0.replies[SmallWorld.target] = [
                "INFO MEMORY": .info(["# Memory", "used_memory:1", "maxmemory:1181116006"])
            ]
        }
        #expect(
            try await finding("memory", small)
                == .missed(
                    "the source uses 1.0 GiB, the target's maxmemory is 1.1 GiB",
                    wants: "1.2 GiB at least (20% headroom)",
                    at: ["target 10.0.0.2:6379"],
                    remedy: [
                        "CONFIG SET maxmemory 1288490184 on 10.0.0.2:6379, if its machine has as much"
                    ]))
        let setting = CheckSetting(severity: nil, limits: ["headroom": .percentage(5)])
        #expect(
            try await CheckBench.before().changed(small).finding(MemoryCheck.self, setting)
                == .passed("the source uses 1.0 GiB, the target may use 1.1 GiB"))
    }

    @Test func `Sentinels that name another primary, or none`() async throws {
        #expect(
            try await finding("sentinels-agree") { $0.sentinels[0].named = SmallWorld.target }
                == .missed(
                    "Sentinel 10.0.0.9:26379 names 10.0.0.2:6379 as the primary of 'main'", wants: "10.0.0.1:6379",
                    at: ["Sentinel 10.0.0.9:26379"],
                    remedy: [
                        "if that is the primary, name it as 'source' in the plan; else make the Sentinels monitor the source"
                    ])
        )
        #expect(
            try await finding("sentinels-agree") {
                $0.replies[CheckBench.sentinel] = ["SENTINEL GET-MASTER": .null, "SENTINEL MASTERS": .array([])]
            }
                == .missed(
                    "Sentinel 10.0.0.9:26379 monitors no 'main'; it monitors nothing",
                    wants: "a Sentinel that monitors the source as 'main'",
                    at: ["Sentinel 10.0.0.9:26379"],
                    remedy: [
                        "name the Sentinels that monitor the source, or put '- monitor' into the plan"
                    ]))
    }

    @Test func `a Sentinel that sees too few others, fails over, or distrusts its clock`() async throws {
        #expect(
            try await finding("quorum") {
                $0.replies[CheckBench.sentinel] = ["SENTINEL CKQUORUM": .refusal("NOQUORUM 1 usable Sentinels.")]
            }
                == .missed(
                    "Sentinel 10.0.0.9:26379: NOQUORUM 1 usable Sentinels.", wants: "quorum and majority reachable",
                    at: ["Sentinel 10.0.0.9:26379"],
                    remedy: ["bring the missing Sentinels back, or let them see each other"]))
        #expect(
            try await finding("no-failover") { $0.sentinels[0].failover = .begun($0.now) }
                == .missed(
                    "Sentinel 10.0.0.9:26379: a failover is in progress",
                    wants: "no failover, and a primary that is up",
                    at: ["Sentinel 10.0.0.9:26379"],
                    remedy: ["wait until it is over, and look at who is primary then"], passesWithin: .seconds(60)))
        #expect(
            try await finding("no-tilt") { $0.sentinels[0].isInTilt = true }
                == .missed(
                    "Sentinel 10.0.0.9:26379 is in TILT", wants: "a Sentinel that is not in TILT",
                    at: ["Sentinel 10.0.0.9:26379"],
                    remedy: ["wait 30 s; if it comes back, that machine is overloaded or its clock jumps"],
                    passesWithin: .seconds(35)))
    }

    @Test func `another replica that could be promoted is named once, with every Sentinel that knows it`() async throws
    {
        let other = Endpoint(host: "10.0.0.3", port: 6379)
        let bench = try CheckBench.before(sentinels: 3).changed {
            $0.instances[other] = FakeInstance(follows: SmallWorld.source)
            $0.forbidden[other] = ["CONFIG"]
            $0.advance(by: .seconds(20))
        }
        #expect(
            try await bench.finding(OnlyCandidateCheck.self)
                == .missed(
                    "10.0.0.3:6379 is a replica that Sentinel could promote instead of the target, and planrun cannot set its priority",
                    wants: "other replicas that take the credentials of the source, or replica-priority 0 on them",
                    at: ["Sentinel 10.0.0.9:26379", "Sentinel 10.0.0.9:26380", "Sentinel 10.0.0.9:26381"],
                    remedy: [
                        "CONFIG SET replica-priority 0 on 10.0.0.3:6379, and wait until the Sentinels have seen it (10 s); a replica that is gone for good is forgotten by SENTINEL RESET main on one Sentinel after the other, 30 s apart"
                    ]))
    }

    @Test func `a write pause after which the source would be taken for down`() async throws {
        #expect(
            try await finding("write-pause") { $0.sentinels[0].downAfter = .seconds(1) }
                == .missed(
                    "Sentinel 10.0.0.9:26379 takes a primary for down after 1s; writes may be paused for 2s",
                    wants: "a pause shorter than that", at: ["Sentinel 10.0.0.9:26379"],
                    remedy: ["shorten 'write-pause' in the plan, or raise down-after-milliseconds on the Sentinels"]))
    }

    @Test func `several findings of one check are one, with each remedy once`() {
        let first = Finding.missed("a", wants: "x", at: ["1"], remedy: ["do", "wait"])
        let second = Finding.missed("b", wants: "y", at: ["2"], remedy: ["wait"])
        #expect(
            Finding.combined([.passed("fine"), first, second], passed: "all")
                == .missed("a; b", wants: "x", at: ["1", "2"], remedy: ["do", "wait"]))
        #expect(Finding.combined([], passed: "all") == .passed("all"))
    }

    @Test func `a check that fails ends its step, one that warns only says so`() async throws {
        let bench = try CheckBench.before().changed { $0.sentinels[0].isInTilt = true }
        func operation(_ severity: CheckSeverity) throws -> (CheckOperation, FakeProcess) {
            let process = FakeProcess(SharedWorld(bench.world))
            let limits = CheckLimits(NoTiltCheck.declaration, plan: nil)
            return (
                CheckOperation(
                    check: NoTiltCheck(), severity: severity, limits: limits, servers: try process.servers(bench.plan)),
                process
            )
        }
        let (failing, process) = try operation(.fail)
        let failure = await #expect(throws: StepFailure.self) { try await failing.verify(process.context()) }
        #expect(failure?.code == .check(NoTiltCheck.declaration))
        #expect(failure?.place == ["Sentinel 10.0.0.9:26379"])
        #expect(failure?.wanted == "a Sentinel that is not in TILT")
        #expect(failure?.world == ["checks change nothing"])
        let (warning, other) = try operation(.warn)
        let start = other.time
        let result = try await warning.verify(other.context())
        #expect(result.verdict == .warned)
        #expect(result.summary == "Sentinel 10.0.0.9:26379 is in TILT; wanted: a Sentinel that is not in TILT")
        // It was given time to pass, and who only looks is told so instead.
        #expect(other.time - start >= .seconds(35))
        let (looking, onlooker) = try operation(.fail)
        let look = try await looking.verify(onlooker.context(isLook: true))
        #expect(look.summary == "Sentinel 10.0.0.9:26379 is in TILT; apply waits up to 35s for this to pass")
        #expect(onlooker.time - start < .seconds(1))
    }
}
