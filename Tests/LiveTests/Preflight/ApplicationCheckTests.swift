import Operations
import PlanModel
import RESP
import Rehearsal
import TestKit
import Testing
import Values

extension LiveTests {
    @Suite struct ApplicationCheckTests {
        @Test(.covers("sentinel-aware")) func `addresses without a connection to a Sentinel would stay behind`()
            async throws
        {
            try await withLab { lab in
                #expect(try await lab.finding("sentinel-aware") == .passed("nobody uses the source"))
                let worker = try RawClient(from: "127.0.0.2", to: lab.source.address.port)
                let second = try RawClient(from: "127.0.0.2", to: lab.source.address.port)
                let aware = try RawClient(from: "127.0.0.3", to: lab.source.address.port)
                let asking = try RawClient(from: "127.0.0.3", to: lab.sentinels[0].address.port)
                worker.send("CLIENT SETNAME worker")
                second.send("GET key")
                aware.send("PING")
                asking.send("PING")
                try await eventually("all have been heard") {
                    let text = try await lab.send(["CLIENT", "LIST"], to: lab.source).string ?? ""
                    return text.contains("name=worker") && text.contains("cmd=get") && text.contains("cmd=ping")
                }
                #expect(
                    try await lab.finding("sentinel-aware")
                        == .missed(
                            "1 of 2 addresses that use the source has no connection to any Sentinel: "
                                + "127.0.0.2 (2 connections: 'worker', last command get)",
                            wants: "applications that ask Sentinel where the primary is", at: ["source {source}"],
                            remedy: [
                                "find out how each finds the primary; one with a fixed address stays at the source, which refuses its writes after the cutover"
                            ]))
                let late = try RawClient(from: "127.0.0.2", to: lab.sentinels[0].address.port)
                late.send("PING")
                try await eventually("the Sentinel has taken it") { try await lab.finding("sentinel-aware").passes }
                #expect(
                    try await lab.finding("sentinel-aware")
                        == .passed("2 addresses use the source, all connected to a Sentinel"))
            }
        }

        @Test(.covers("blocked-clients", "subscribers", "monitoring-clients"))
        func `blocked clients, subscribers and MONITOR are found`() async throws {
            try await withLab { lab in
                // The Sentinel subscribes, too, but is no application.
                #expect(try await lab.finding("blocked-clients") == .passed("nobody is blocked"))
                #expect(try await lab.finding("subscribers") == .passed("no application subscribes"))
                #expect(try await lab.finding("monitoring-clients") == .passed("nobody runs MONITOR"))
                let blocked = try RawClient(from: "127.0.0.2", to: lab.source.address.port)
                let subscriber = try RawClient(from: "127.0.0.3", to: lab.source.address.port)
                let monitor = try RawClient(from: "127.0.0.4", to: lab.source.address.port)
                blocked.send("BLPOP queue 0")
                subscriber.send("SUBSCRIBE news")
                monitor.send("MONITOR")
                try await eventually("all are at it") {
                    let text = try await lab.send(["CLIENT", "LIST"], to: lab.source).string ?? ""
                    return text.contains("flags=b") && text.contains("flags=O") && text.contains("127.0.0.3")
                        && text.contains("cmd=subscribe")
                }
                #expect(
                    try await lab.finding("blocked-clients")
                        == .missed(
                            "1 client waits in a blocking command: 127.0.0.2 (1 connection: last command blpop)",
                            wants: "nobody", at: ["source {source}"],
                            remedy: [
                                "the cutover closes their connections in the middle of the wait: make sure that they connect again, and wait anew"
                            ]))
                #expect(
                    try await lab.finding("subscribers")
                        == .missed(
                            "1 subscriber: 127.0.0.3 (1 connection: last command subscribe)", wants: "nobody",
                            at: ["source {source}"],
                            remedy: [
                                "make sure that they subscribe anew at the target: the cutover does not move them, and they miss what is published until then"
                            ]))
                #expect(
                    try await lab.finding("monitoring-clients")
                        == .missed(
                            "1 client runs MONITOR: 127.0.0.4 (1 connection: last command monitor)", wants: "nobody",
                            at: ["source {source}"],
                            remedy: [
                                "end it before the migration: MONITOR slows the source, and shows no writes there after the cutover"
                            ]))
            }
        }

        @Test(.covers("tool-replicas")) func `tools that follow the source are no replicas`() async throws {
            try await withLab(LabDescription(sentinels: nil)) { lab in
                #expect(try await lab.finding("tool-replicas") == .passed("nothing follows the source"))
                let tool = try RawClient(from: "127.0.0.2", to: lab.source.address.port)
                tool.ask("CLIENT SETNAME redis-shake")
                tool.send("PSYNC ? -1")
                try await eventually("the source takes it for a replica") {
                    try await lab.send(["INFO", "replication"], to: lab.source).string?.contains("slave0:") == true
                }
                #expect(
                    try await lab.finding("tool-replicas")
                        == .missed(
                            "127.0.0.2 follows the source as 'redis-shake'; "
                                + "127.0.0.2:0 follows the source, but listens nowhere (port 0)",
                            wants: "replicas that are servers", at: ["source {source}"],
                            remedy: [
                                "is it a tool (RedisShake, a change stream)? end it before the cutover, or make it follow the target as soon as that is the primary"
                            ]))
            }
        }

        @Test func `a replica that no Sentinel reaches may be a tool`() async throws {
            try await withLab(LabDescription(sentinels: .init(infoPeriod: .milliseconds(100)), replicaCount: 1)) {
                lab in
                try await eventually("the Sentinel knows the replica") {
                    try await lab.finding("sentinel-replicas").saw == "1 replica, the same on 1 of 1"
                }
                try await eventually("it is connected to it") {
                    try await lab.finding("tool-replicas") == .passed("1 replica follows the source")
                }
                let tool = try RawClient(from: "127.0.0.2", to: lab.source.address.port)
                tool.ask("REPLCONF listening-port 1")
                tool.send("PSYNC ? -1")
                try await eventually("the Sentinel has tried it") {
                    try await lab.finding("tool-replicas").saw
                        == "127.0.0.2:1 follows the source, but answers no Sentinel there"
                }
            }
        }
    }
}
