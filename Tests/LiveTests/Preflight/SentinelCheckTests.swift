import Operations
import PlanModel
import RESP
import Rehearsal
import TestKit
import Testing
import Values

extension LiveTests {
    @Suite struct SentinelCheckTests {
        @Test(.covers("sentinel-settings", "failover-timeout"))
        func `settings that differ are named with their values`() async throws {
            try await withLab(LabDescription(sentinels: .init(count: 2))) { lab in
                #expect(
                    try await lab.finding("sentinel-settings")
                        == .passed("quorum 2, down after 5s, failover-timeout 20s, epoch 0 on 2 of 2"))
                #expect(
                    try await lab.finding("failover-timeout") == .passed("a failover is aborted after 20s"))
                try await lab.send(
                    all: [
                        ["SENTINEL", "SET", "primary", "quorum", "1"],
                        ["SENTINEL", "SET", "primary", "down-after-milliseconds", "7000"],
                        ["SENTINEL", "SET", "primary", "failover-timeout", "3000"],
                    ], to: lab.sentinels[1])
                #expect(
                    try await lab.finding("sentinel-settings")
                        == .missed(
                            "quorum is 2 on {sentinel-1}, 1 on {sentinel-2}; "
                                + "down-after-milliseconds is 5s on {sentinel-1}, 7s on {sentinel-2}; "
                                + "failover-timeout is 20s on {sentinel-1}, 3s on {sentinel-2}",
                            wants: "the same on all", at: ["Sentinel {sentinel-1}", "Sentinel {sentinel-2}"],
                            remedy: [
                                "set it on each Sentinel: SENTINEL SET primary quorum <value>",
                                "set it on each Sentinel: SENTINEL SET primary down-after-milliseconds <value>",
                                "set it on each Sentinel: SENTINEL SET primary failover-timeout <value>",
                            ]))
                #expect(
                    try await lab.finding("failover-timeout")
                        == .missed(
                            "Sentinel {sentinel-2} gives a failover up after 3s", wants: "10s to 10m",
                            at: ["Sentinel {sentinel-2}"],
                            remedy: ["on each Sentinel: SENTINEL SET primary failover-timeout 10000"]))
                let tooShort = try await lab.finding("failover-timeout").remedy
                try await lab.follow(.failoverTimeout, in: tooShort, at: lab.sentinels[0], lab.sentinels[1])
                #expect(try await lab.finding("failover-timeout").passes)
                for (advice, value) in zip(try await lab.finding("sentinel-settings").remedy, ["2", "5000"]) {
                    try await lab.follow(
                        .sentinelSettings, in: [advice], at: lab.sentinels[0], lab.sentinels[1],
                        filling: ["<value>": value])
                }
                #expect(try await lab.finding("sentinel-settings").passes)
            }
        }

        @Test(.covers("known-sentinels")) func `every Sentinel has to be in the plan, once`() async throws {
            try await withLab(LabDescription(sentinels: .init(count: 2))) { lab in
                #expect(
                    try await lab.finding("known-sentinels") == .passed("the plan names all 2 Sentinels"))
                #expect(
                    try await lab.finding("known-sentinels") { $0.sentinel?.endpoints.removeLast() }
                        == .missed(
                            "the Sentinel {sentinel-2} watches the source, too, and is not in the plan",
                            wants: "every Sentinel in the plan", at: ["Sentinel {sentinel-1}"],
                            remedy: ["add {sentinel-2} to 'sentinel.addresses'"]))
                let port = lab.sentinels[0].address.port
                let twice = try await lab.finding("known-sentinels") { plan in
                    plan.sentinel?.endpoints.append(Endpoint(host: "localhost", port: port))
                }
                #expect(
                    twice
                        == .missed(
                            "{sentinel-1} and localhost:\(port) are the same Sentinel", wants: "each Sentinel once",
                            at: ["Sentinel {sentinel-1}", "Sentinel localhost:\(port)"],
                            remedy: ["leave one of them out of 'sentinel.addresses'"]))
            }
        }

        @Test func `a Sentinel that the others do not know would not be told`() async throws {
            try await withLab(LabDescription(sentinels: .init(count: 2))) { lab in
                let (host, port) = (lab.source.address.host, String(lab.source.address.port))
                // The second Sentinel is made to watch the source under another name, and the first to forget the
                // second.
                try await lab.send(["SENTINEL", "REMOVE", "primary"], to: lab.sentinels[1])
                try await lab.send(["SENTINEL", "RESET", "primary"], to: lab.sentinels[0])
                let monitor = Command(["SENTINEL", "MONITOR", "other", host, port, "1"])
                try await lab.send(monitor, to: lab.sentinels[1])
                try await eventually("the second Sentinel is connected to the source") {
                    try await lab.finding("foreign-sentinels") { $0.sentinel?.endpoints.removeLast() }.passes == false
                }
                #expect(
                    try await lab.finding("foreign-sentinels") { $0.sentinel?.endpoints.removeLast() }
                        == .missed(
                            "the Sentinel {sentinel-2} monitors the source {source} as 'other', and is not in the plan",
                            wants: "no Sentinels but those of the plan, and no name but its own",
                            at: ["source {source}"],
                            remedy: [
                                "clients that ask for 'other' would stay at the source: SENTINEL REMOVE other on {sentinel-2}, once nobody asks for it, or migrate that name, too"
                            ]))
                let foreign = try await lab.finding("foreign-sentinels") { $0.sentinel?.endpoints.removeLast() }
                try await lab.send(["SENTINEL", "DEBUG", "PUBLISH-PERIOD", "60000"], to: lab.sentinels[0])
                let again = Command(["SENTINEL", "MONITOR", "primary", host, port, "1"])
                try await lab.follow(.otherGroupAtSource, in: foreign.remedy, at: lab.sentinels[1])
                try await eventually("the remedy has helped") {
                    try await lab.finding("foreign-sentinels") { $0.sentinel?.endpoints.removeLast() }.passes
                }
                try await lab.send(again, to: lab.sentinels[1])
                let finding = try await lab.finding("known-sentinels")
                #expect(finding.saw.contains("Sentinel {sentinel-2} does not know {sentinel-1}"))
                #expect(
                    finding.remedy == [
                        "they find each other through the source within some seconds: do both monitor it under this name, "
                            + "and may their user at the source SUBSCRIBE and PUBLISH on __sentinel__:hello?"
                    ])
            }
        }

        @Test(.covers("dead-sentinels")) func `a Sentinel that is gone still counts`() async throws {
            try await withLab(LabDescription(sentinels: .init(count: 2, downAfter: .milliseconds(500)))) { lab in
                try await eventually("they reach each other") {
                    try await lab.finding("dead-sentinels") == .passed("all 2 Sentinels reach each other")
                }
                await lab.sentinels[1].kill()
                let alone: @Sendable (inout Plan) -> Void = { $0.sentinel?.endpoints.removeLast() }
                try await eventually("the loss is seen") {
                    try await !lab.finding("dead-sentinels", change: alone).passes
                }
                #expect(
                    try await lab.finding("dead-sentinels", change: alone)
                        == .missed(
                            "Sentinel {sentinel-1} gets no answer from the Sentinel {sentinel-2}",
                            wants: "Sentinels that reach each other", at: ["Sentinel {sentinel-1}"],
                            remedy: [
                                "if {sentinel-2} is gone for good: SENTINEL RESET primary on one Sentinel after the other, 30 s apart"
                            ]))
                // A lost link alone is no sign that the other Sentinel is gone for good.
                try await eventually("it is taken for down") {
                    try await lab.finding("known-sentinels", change: alone)
                        == .passed("the plan names the only Sentinel")
                }
                let advice = try await lab.finding("dead-sentinels", change: alone).remedy
                try await lab.follow(.deadSentinel, in: advice, at: lab.sentinels[0])
                #expect(
                    try await lab.finding("dead-sentinels", change: alone) == .passed("there is one Sentinel"))
            }
        }

        @Test(.covers("sentinel-replicas", "dead-replicas")) func `replicas are seen alike, and alive`() async throws {
            let sentinels = LabDescription.Sentinels(count: 2, infoPeriod: .milliseconds(100))
            try await withLab(LabDescription(sentinels: sentinels, replicaCount: 1)) { lab in
                try await eventually("both Sentinels know the replica") {
                    try await lab.finding("sentinel-replicas") == .passed("1 replica, the same on 2 of 2")
                }
                try await eventually("both are connected to it") { try await lab.finding("dead-replicas").passes }
                #expect(
                    try await lab.finding("dead-replicas")
                        == .passed("every replica that the Sentinels know answers"))
                try await lab.send(["SENTINEL", "DEBUG", "INFO-PERIOD", "60000"], to: lab.sentinels[1])
                try await lab.send(["CONFIG", "SET", "replica-priority", "50"], to: lab.replicas[0])
                try await eventually("one Sentinel sees it") { try await !lab.finding("sentinel-replicas").passes }
                #expect(
                    try await lab.finding("sentinel-replicas")
                        == .missed(
                            "the replica {replica-1} is up with priority 50 to {sentinel-1}, up with priority 100 to {sentinel-2}",
                            wants: "the same for all", at: ["Sentinel {sentinel-1}", "Sentinel {sentinel-2}"],
                            remedy: [
                                "wait 10 s, until every Sentinel has asked again; if they differ even then, one of them cannot reach the replica, or SENTINEL RESET was run on the others only"
                            ]))
                await lab.replicas[0].kill()
                let expected = Finding.missed(
                    "the replica {replica-1} does not answer {sentinel-1}, {sentinel-2}", wants: "replicas that answer",
                    at: ["Sentinel {sentinel-1}", "Sentinel {sentinel-2}"],
                    remedy: [
                        "bring {replica-1} back, or, if it is gone for good: SENTINEL RESET primary on one Sentinel after the other, 30 s apart"
                    ])
                try await eventually("both see that it is gone") {
                    try await lab.finding("dead-replicas") == expected
                }
                try await lab.follow(.deadReplica, in: expected.remedy, at: lab.sentinels[0], lab.sentinels[1])
                #expect(try await lab.finding("dead-replicas").passes)
            }
        }

        @Test(.covers("target-priority"))
        func `a target that cannot be promoted is told, unless that is planrun's doing`() async throws {
            try await withLab { lab in
                #expect(try await lab.finding("target-priority") == .passed("{target} has replica-priority 100"))
                try await lab.send(["CONFIG", "SET", "replica-priority", "0"], to: lab.target)
                #expect(
                    try await lab.finding("target-priority")
                        == .missed(
                            "{target} has replica-priority 0; planrun sets it to 100 once the target has everything",
                            wants: "1 or more", at: ["target {target}"],
                            remedy: ["find out who set it; CONFIG SET replica-priority 100 on {target}"]))
                try await lab.follow(.targetPriority, in: lab.finding("target-priority").remedy, at: lab.target)
                #expect(try await lab.finding("target-priority").passes)
                try await lab.send(["CONFIG", "SET", "replica-priority", "0"], to: lab.target)
                let mark = "planrun:replica-priority=100>0"
                try await lab.send(Command(["CONFIG", "SET", "proc-title-template", mark]), to: lab.target)
                #expect(
                    try await lab.finding("target-priority")
                        == .passed("{target} has replica-priority 0 until it has everything"))
            }
        }

        @Test(.covers("sentinel-scripts")) func `scripts that a Sentinel runs are shown`() async throws {
            var sentinels = LabDescription.Sentinels()
            sentinels.extraLines = ["sentinel deny-scripts-reconfig no"]
            try await withLab(LabDescription(sentinels: sentinels)) { lab in
                #expect(try await lab.finding("sentinel-scripts") == .passed("no scripts"))
                try await lab.send(
                    all: [
                        ["SENTINEL", "SET", "primary", "client-reconfig-script", "/bin/true"],
                        ["SENTINEL", "SET", "primary", "notification-script", "/bin/false"],
                    ], to: lab.sentinels[0])
                #expect(
                    try await lab.finding("sentinel-scripts")
                        == .missed(
                            "Sentinel {sentinel-1} runs /bin/true at the cutover (client-reconfig-script); "
                                + "Sentinel {sentinel-1} runs /bin/false for each event of the cutover (notification-script)",
                            wants: "no script", at: ["Sentinel {sentinel-1}"],
                            remedy: [
                                "read what it does with the addresses of source and target, and whether it suits this plan"
                            ]))
            }
        }

        @Test(.covers("failover-guard")) func `an election without a new primary is remembered`() async throws {
            let sentinels = LabDescription.Sentinels(count: 2, downAfter: .milliseconds(300))
            try await withLab(LabDescription(sentinels: sentinels)) { lab in
                #expect(
                    try await lab.finding("failover-guard")
                        == .passed("no Sentinel remembers a failover that was aborted"))
                await lab.source.kill()
                try await eventually("a Sentinel was elected in vain") {
                    try await !lab.finding("failover-guard").passes
                }
                let finding = try await lab.finding("failover-guard")
                #expect(
                    finding.saw.replacing(#/epoch [1-9]\d*/#, with: "epoch #").replacing(
                        #/sentinel-\d/#, with: "sentinel-#"
                    ).split(separator: "; ").allSatisfy {
                        $0
                            == "Sentinel {sentinel-#} remembers an election (epoch #) that brought no new primary (epoch 0)"
                    }, "\(finding.saw)")
                #expect(finding.wants == "no failover that was aborted")
                #expect(
                    finding.remedy == [
                        "read in the Sentinels' logs when and why (-failover-abort…); for 40s after it they start no failover by themselves"
                    ])
            }
        }
    }
}
