import Operations
import PlanModel
import RESP
import Rehearsal
import TestKit
import Testing
import Values

extension LiveTests {
    /// Which server has which role, and whether all of them answer.
    @Suite struct RolesCheckTests {
        @Test(.covers("reachable")) func `a server that does not answer, and one that is somebody else`() async throws {
            try await withLab(LabDescription(target: .init(login: .password), tls: .init())) { lab in
                #expect(try await lab.finding("reachable") == .passed("3 servers answer"))
                let wrong = try lab.secret("wrong")
                let named: @Sendable (inout Plan) -> Void = { plan in
                    plan.source.access.tls?.serverName = "redis.example.com"
                    plan.target.access.password = wrong
                }
                await lab.sentinels[0].kill()
                let missed = try await lab.finding("reachable", change: named)
                #expect(
                    missed.saw.split(separator: "; ") == [
                        "source {source}: the server's certificate is for 'localhost', '127.0.0.1' and not for 'redis.example.com'",
                        "target {target}: the server refused AUTH ('WRONGPASS invalid username-password pair or user is disabled.')",
                        "Sentinel {sentinel-1}: the connection was refused: nothing listens there",
                    ])
                #expect(missed.wants == "an answer")
                #expect(missed.place == ["source {source}", "target {target}", "Sentinel {sentinel-1}"])
                #expect(
                    missed.remedy == [
                        "check 'tls' in the plan against the server's certificate",
                        "check the username and password that the plan gives for target {target}",
                        "check that the server runs and can be reached from here",
                    ])
            }
        }

        @Test(.covers("config-files", "follows-again"))
        func `a server without a file, and a target that follows already`() async throws {
            let following: @Sendable (Lab) async throws -> Finding = { lab in
                let source = lab.address(of: lab.source)
                try await lab.send(Command(["REPLICAOF", source.host, String(source.port)]), to: lab.target)
                return try await lab.finding("follows-again")
            }
            try await withLab(.pair()) { lab in
                let files = try await lab.finding("config-files")
                #expect(files == .passed("source and target have configuration files"))
                let alone = try await lab.finding("follows-again")
                #expect(alone == .passed("{target} does not follow the source yet"))
                let replica = try await following(lab)
                #expect(
                    replica
                        == .passed("{target} follows the source, and has a configuration file to take that out of"))
            }
            try await withGatedLab(.pair()) { lab, gates in
                gates.watch { sighting in
                    guard sighting.server == "target", sighting.words == ["INFO", "server"] else { return .pass }
                    return .answer(.info("# Server", "redis_version:7.0.15", "config_file:"))
                }
                let again = try await following(lab)
                #expect(!again.passes, "\(again.saw)")
                try await lab.follow(.targetFollowsAgain, in: again.remedy, at: lab.target)
                #expect(try await lab.finding("follows-again").passes)
            }
            try await withDragonflyLab(setup: .bare) { lab, _ in
                let missed = try await lab.finding("config-files")
                #expect(missed.saw.hasPrefix("{target} runs without a configuration file: restarted in the middle"))
                let untold = try await following(lab)
                #expect(!untold.isBinding)
                #expect(
                    untold.remedy == [
                        "look at the flags that {target} is started with, and take --replicaof out of them"
                    ])
            }
        }

        @Test(.covers("source-primary", "target-free")) func `a plan that names the wrong servers`() async throws {
            try await withLab(.pair()) { lab in
                #expect(try await lab.finding("source-primary") == .passed("{source} is a primary"))
                #expect(try await lab.finding("target-free") == .passed("{target} is empty"))
                try await lab.send(["SET", "a", "b"], to: lab.target)
                #expect(
                    try await lab.finding("target-free")
                        == .missed(
                            "{target} holds 1 key, which the full sync would delete", wants: "no keys",
                            at: ["target {target}"],
                            remedy: [
                                "empty the target, or say 'replicaof: { replace-data: true }' in the plan if its data may go"
                            ]))
                #expect(
                    try await lab.finding("target-free", steps: [.replicaof(ReplicaOfStep(replacesData: true))])
                        == .passed("{target} holds 1 key, which the plan allows to be replaced"))
                let source = lab.source.address
                try await lab.send(Command(["REPLICAOF", source.host, String(source.port)]), to: lab.target)
                #expect(try await lab.finding("target-free") == .passed("{target} already follows the source"))
                let swapped: @Sendable (inout Plan) -> Void = { swap(&$0.shard.source, &$0.shard.target) }
                #expect(
                    try await lab.finding("source-primary", change: swapped)
                        == .missed(
                            "{target} is a replica of {source}", wants: "a primary", at: ["source {target}"],
                            remedy: ["name the present primary as 'source' in the plan"]))
                try await lab.send(["REPLICAOF", "127.0.0.1", "1"], to: lab.target)
                #expect(
                    try await lab.finding("target-free")
                        == .missed(
                            "{target} is a replica of 127.0.0.1:1", wants: "a target that follows nobody or the source",
                            at: ["target {target}"],
                            remedy: ["name the right target in the plan, or detach it: REPLICAOF NO ONE"]))
                try await lab.follow(
                    .targetFollowsAnother, in: lab.finding("target-free").remedy, at: lab.target)
                #expect(
                    try await lab.finding("target-free", steps: [.replicaof(ReplicaOfStep(replacesData: true))]).passes)
            }
        }

        @Test(.covers("sentinels-agree")) func `Sentinels that name another primary, or none`() async throws {
            try await withLab(LabDescription(sentinels: .init(count: 2))) { lab in
                #expect(try await lab.finding("sentinels-agree") == .passed("2 of 2 Sentinels name {source}"))
                let swapped: @Sendable (inout Plan) -> Void = { swap(&$0.shard.source, &$0.shard.target) }
                try await lab.send(["SENTINEL", "REMOVE", "primary"], to: lab.sentinels[1])
                #expect(
                    try await lab.finding("sentinels-agree", change: swapped)
                        == .missed(
                            "Sentinel {sentinel-1} names {source} as the primary of 'primary'; "
                                + "Sentinel {sentinel-2} monitors no 'primary'; it monitors nothing",
                            wants: "{target}", at: ["Sentinel {sentinel-1}", "Sentinel {sentinel-2}"],
                            remedy: [
                                "if that is the primary, name it as 'source' in the plan; else make the Sentinels monitor the source",
                                "name the Sentinels that monitor the source, or put '- monitor' into the plan",
                            ]))
                let misnamed: @Sendable (inout Plan) -> Void = { $0.shard.sentinel?.primary = "shop/cache:eu" }
                try await lab.send(["SENTINEL", "REMOVE", "primary"], to: lab.sentinels[0])
                for (sentinel, name) in zip(lab.sentinels, ["shop/cache:eu", "primary"]) {
                    try await lab.send(
                        Command([
                            "SENTINEL", "MONITOR", name, lab.source.address.host, "\(lab.source.address.port)", "1",
                        ]),
                        to: sentinel)
                }
                #expect(
                    try await lab.finding("sentinels-agree", change: misnamed)
                        == .missed(
                            "Sentinel {sentinel-2} monitors no 'shop/cache:eu'; it monitors 'primary'",
                            wants: "a Sentinel that monitors the source as 'shop/cache:eu'",
                            at: ["Sentinel {sentinel-2}"],
                            remedy: [
                                "write the name of the source into 'sentinel.primary' of the plan: 'primary', if that is it"
                            ]))
            }
        }

        @Test(.covers("only-candidate")) func `another replica that could be promoted`() async throws {
            let sentinels = LabDescription.Sentinels(count: 2, infoPeriod: .milliseconds(100))
            try await withLab(LabDescription(sentinels: sentinels, replicaCount: 1)) { lab in
                let expected = Finding.missed(
                    "{replica-1} is a replica that Sentinel could promote instead of the target, and planrun cannot set its priority",
                    wants: "other replicas that take the credentials of the source, or replica-priority 0 on them",
                    at: ["Sentinel {sentinel-1}", "Sentinel {sentinel-2}"],
                    remedy: [
                        "CONFIG SET replica-priority 0 on {replica-1}, and wait until the Sentinels have seen it (10 s); a replica that is gone for good is forgotten by SENTINEL RESET primary on one Sentinel after the other, 30 s apart"
                    ])
                let steps = [StepKind.failover(FailoverStep())]
                try await eventually("both Sentinels know it") {
                    try await lab.finding("only-candidate", steps: steps)
                        == .passed("1 other replica will be kept from being promoted (replica-priority 0)")
                }
                let detaching = [StepKind.failover(FailoverStep(replicas: .detach))]
                try await lab.send(["CONFIG", "SET", "min-replicas-to-write", "2"], to: lab.source)
                let tooFew = try await lab.finding("followers", steps: detaching)
                #expect(
                    tooFew.saw
                        == "once its other replicas are detached, only the target is left, and the source takes writes only with 2 (min-replicas-to-write)"
                )
                try await lab.follow(.fewReplicas, in: tooFew.remedy, at: lab.source)
                #expect(try await lab.finding("followers", steps: detaching).passes)
                // Connections from before the new password stay logged in: the Sentinels can still choose this replica,
                // and planrun can no longer keep them from it.
                let session = lab.session(lab.replicas[0])
                _ = try await session.send(["CONFIG", "SET", "requirepass", "other"])
                #expect(try await lab.finding("only-candidate", steps: steps) == expected)
                _ = try await session.pipeline([["CONFIG", "SET", "requirepass", ""]], timeout: nil)
                try await lab.follow(.otherCandidate, in: expected.remedy, at: lab.replicas[0])
                _ = try await session.pipeline([["CONFIG", "SET", "requirepass", "other"]], timeout: nil)
                await session.close()
                try await eventually("both have seen the priority") {
                    try await lab.finding("only-candidate", steps: steps) == .passed("the target is the only candidate")
                }
                await lab.replicas[0].kill()
                try await lab.follow(.goneCandidate, in: expected.remedy, at: lab.sentinels[0], lab.sentinels[1])
                #expect(try await lab.finding("sentinel-replicas") == .passed("no Sentinel knows a replica"))
            }
        }

        @Test(.covers("write-pause")) func `a write pause after which the source would be taken for down`() async throws
        {
            try await withLab(LabDescription(sentinels: .init(count: 2))) { lab in
                let steps = [StepKind.failover(FailoverStep(writePause: .seconds(3)))]
                #expect(
                    try await lab.finding("write-pause", steps: steps)
                        == .passed("paused for 3s at most, down after 5s"))
                let down = Command(["SENTINEL", "SET", "primary", "down-after-milliseconds", "3000"])
                try await lab.send(down, to: lab.sentinels[1])
                #expect(
                    try await lab.finding("write-pause", steps: steps)
                        == .missed(
                            "Sentinel {sentinel-2} takes a primary for down after 3s; writes may be paused for 3s",
                            wants: "a pause shorter than that", at: ["Sentinel {sentinel-2}"],
                            remedy: [
                                "shorten 'write-pause' in the plan, or raise down-after-milliseconds on the Sentinels"
                            ]))
            }
        }
    }
}
