import FoundationEssentials
import Operations
import PlanModel
import RESP
import Rehearsal
import SystemPackage
import TestKit
import Testing

extension LiveTests {
    /// What would keep the target from taking writes once it is the primary, on real servers.
    @Suite struct WriteGateCheckTests {
        private func check(
            _ lab: Lab, _ failover: FailoverStep = FailoverStep(method: .promote)
        ) async throws -> Finding {
            try await lab.finding("takes-writes", steps: [.replicaof(ReplicaOfStep()), .failover(failover)])
        }

        @Test(.covers("takes-writes")) func `a target that wants more replicas than it will have`() async throws {
            try await withLab(.pair()) { lab in
                #expect(try await check(lab).saw == "nothing keeps the target from taking writes as a primary")
                try await lab.send(["CONFIG", "SET", "min-replicas-to-write", "1"], to: lab.target)
                // The source will be the one replica that the setting asks for.
                #expect(try await check(lab).passes)
                let fenced = try await check(lab, FailoverStep(method: .promote, resting: .fenced))
                #expect(
                    fenced
                        == .missed(
                            "{target} takes writes only with 1 replica in sync (min-replicas-to-write), and will have 0",
                            wants: "min-replicas-to-write 0 at most", at: ["target {target}"],
                            remedy: [
                                "CONFIG SET min-replicas-to-write 0 on {target}, and CONFIG REWRITE; or give it more replicas"
                            ]))
                try await lab.follow(.wantedReplicas, in: fenced.remedy, at: lab.target)
                try await lab.follow(.keptSetting, in: fenced.remedy, at: lab.target)
                #expect(try await check(lab, FailoverStep(method: .promote, resting: .fenced)).passes)
                try await lab.send(["CONFIG", "SET", "min-replicas-to-write", "1"], to: lab.target)
                // With this setting the rule is switched off.
                try await lab.send(["CONFIG", "SET", "min-replicas-max-lag", "0"], to: lab.target)
                #expect(try await check(lab, FailoverStep(method: .promote, resting: .fenced)).passes)
            }
        }

        @Test func `a target that drops keys`() async throws {
            try await withLab(.pair()) { lab in
                try await lab.send(["CONFIG", "SET", "maxmemory-policy", "volatile-ttl"], to: lab.target)
                #expect(try await check(lab).passes)
                try await lab.send(["CONFIG", "SET", "maxmemory", "1gb"], to: lab.target)
                #expect(
                    try await check(lab).saw
                        == "{target} drops keys when it uses 1.0 GiB (maxmemory-policy volatile-ttl), and the source drops none"
                )
                // A source that drops keys in the same way is no difference.
                try await lab.send(["CONFIG", "SET", "maxmemory-policy", "allkeys-lru"], to: lab.source)
                let lossy = try await check(lab)
                #expect(!lossy.passes)
                try await lab.send(["CONFIG", "SET", "maxmemory", "1gb"], to: lab.source)
                #expect(try await check(lab).passes)
                try await lab.send(["CONFIG", "SET", "maxmemory", "0"], to: lab.source)
                try await lab.follow(.droppedKeys, in: lossy.remedy, at: lab.target)
                #expect(try await check(lab).passes)
            }
        }

        @Test func `a target whose saves fail, and one with room for few clients`() async throws {
            try await withLab(.pair(target: ["enable-protected-configs yes"])) { lab in
                try await lab.send(["CONFIG", "SET", "maxclients", "2"], to: lab.target)
                let applications = (1...4).map { _ in lab.session(lab.source) }
                for application in applications { _ = try await application.send(["PING"]) }
                let few = try await check(lab)
                let saw = few.saw
                #expect(saw.masked.contains("takes # connections at most (maxclients), and the source has #"), "\(saw)")
                try await lab.follow(.clientLimit, in: few.remedy, at: lab.target)
                #expect(try await check(lab).passes)
                for application in applications { await application.close() }
                try await lab.send(["CONFIG", "SET", "dbfilename", "no.rdb"], to: lab.target)
                try await lab.send(["CONFIG", "SET", "dir", "/proc"], to: lab.target)
                try await lab.send(["BGSAVE"], to: lab.target)
                try await eventually("the save to fail") {
                    try await lab.send(["INFO", "persistence"], to: lab.target).string?
                        .contains("rdb_last_bgsave_status:err") == true
                }
                // Without save points no save has to succeed.
                #expect(try await check(lab).passes)
                try await lab.send(["CONFIG", "SET", "save", "3600 1"], to: lab.target)
                #expect(
                    try await check(lab).saw
                        == "the last save of {target} failed, and until one succeeds it takes no writes (stop-writes-on-bgsave-error); as a replica it exits at the first write that it is sent"
                )
                try await lab.send(
                    Command(["CONFIG", "SET", "dir", lab.target.folder.path.string]), to: lab.target)
                try await lab.follow(.failedTargetSave, in: check(lab).remedy, at: lab.target)
                try await eventually("the save to succeed") { try await check(lab).passes }
                try await lab.send(["CONFIG", "SET", "replica-read-only", "no"], to: lab.target)
                try await lab.follow(.writableReplica, in: check(lab).remedy, at: lab.target)
                #expect(try await check(lab).passes)
            }
        }

        /// Only Valkey shows a pause.
        @Test(.otherVersions) func `a target at which somebody holds writes back`() async throws {
            var description = LabDescription.pair()
            description.target = .version(.valkey8)
            try await withLab(description) { lab in
                #expect(try await check(lab).passes)
                try await lab.send(["CLIENT", "PAUSE", "60000", "WRITE"], to: lab.target)
                #expect(
                    try await check(lab)
                        == .missed(
                            "somebody holds writes back at {target} (CLIENT PAUSE)", wants: "no pause",
                            at: ["target {target}"], remedy: ["CLIENT UNPAUSE on {target}"]))
                try await lab.follow(.pausedClients, in: check(lab).remedy, at: lab.target)
                #expect(try await check(lab).passes)
            }
        }

        @Test func `a target that cannot write its AOF`() async throws {
            try await withLab(.pair()) { lab in
                // The file that the server would write to is a link to a full disk.
                let folder = try lab.target.folder.subfolder("appendonlydir")
                try FileManager.default.createSymbolicLink(
                    atPath: folder.path.appending("temp-appendonly.aof.incr").string, withDestinationPath: "/dev/full")
                try await lab.send(["CONFIG", "SET", "appendonly", "yes"], to: lab.target)
                try await lab.send(["SET", "a", "1"], to: lab.target)
                try await eventually("the write to fail") {
                    try await lab.send(["INFO", "persistence"], to: lab.target).string?
                        .contains("aof_last_write_status:err") == true
                }
                #expect(
                    try await check(lab)
                        == .missed(
                            "{target} cannot write its AOF, and takes no writes until it can",
                            wants: "a target that can write its AOF", at: ["target {target}"],
                            remedy: ["look at its log and its disk: is it full, or read-only?"]))
            }
        }

        @Test func `a target in cluster mode`() async throws {
            // Its second port is else 10,000 above the first, where other tests may have a connection.
            let bus = "cluster-port \(Int.random(in: 10_000..<32_000))"
            try await withLab(.pair(target: ["cluster-enabled yes", bus])) { lab in
                let saw = try await check(lab).saw
                #expect(saw == "{target} is in cluster mode")
            }
        }
    }
}
