import Operations
import PlanModel
import RESP
import Rehearsal
import TestKit
import Testing

extension LiveTests {
    @Suite struct ReachCheckTests {
        @Test(.covers("round-trip")) func `round trips are measured against the write pause`() async throws {
            try await withLab(LabDescription(sentinels: nil)) { lab in
                let pause = StepKind.failover(FailoverStep(method: .promote, writePause: .seconds(30)))
                let passed = try await lab.finding("round-trip", steps: [pause])
                #expect(passed.passes)
                #expect(passed.saw.masked == "typically # ms or less, nine in ten up to # ms")
                let missed = try await lab.finding("round-trip", limits: ["typical": .percentage(0)], steps: [pause])
                #expect(
                    missed.saw.masked
                        == "a round trip to source {source} takes # ms, nine in ten up to # ms; "
                        + "a round trip to target {target} takes # ms, nine in ten up to # ms")
                #expect(missed.wants == "0.0 ms and 7500 ms at most, against a write pause of 30s")
                #expect(missed.place == ["source {source}", "target {target}"])
                #expect(
                    missed.remedy == ["run planrun nearer to the servers, or lengthen 'write-pause' in the plan"])
            }
        }

        @Test(.covers("certificates")) func `certificates are to stay valid for some time`() async throws {
            let description = LabDescription(sentinels: nil, tls: .init(requiresClientCertificate: true))
            try await withLab(description) { lab in
                let passed = try await lab.finding("certificates", limits: ["valid-for": .duration(.seconds(3600))])
                #expect(passed.passes)
                #expect(passed.saw.hasPrefix("6 certificates, the first expires on 20"))
                let missed = try await lab.finding("certificates")
                let parts = missed.saw.split(separator: "; ").map { $0.dropLast("2000-00-00".count) }
                #expect(
                    parts == [
                        "the certificate of source {source} expires on ",
                        "the CA certificate for source {source} expires on ",
                        "planrun's own certificate for source {source} expires on ",
                        "the certificate of target {target} expires on ",
                        "the CA certificate for target {target} expires on ",
                        "planrun's own certificate for target {target} expires on ",
                    ])
                #expect(missed.wants == "certificates that are valid for 336h")
                #expect(missed.remedy == ["renew it before the migration"])
            }
        }

        @Test(.covers("replication-login")) func `the target's login is tried at the source`() async throws {
            try await withLab(LabDescription(source: .init(login: .password), sentinels: nil)) { lab in
                #expect(
                    try await lab.finding("replication-login") == .passed("the source takes the target as 'default'"))
                let wrong = ReplicaOfStep(username: "nobody", password: try lab.secret("wrong"))
                #expect(
                    try await lab.finding("replication-login") { plan in
                        plan.steps[0].kind = .replicaof(wrong)
                    }
                        == .missed(
                            "the source refuses the target, which would log in as 'nobody': the server refused AUTH "
                                + "('WRONGPASS invalid username-password pair or user is disabled.')",
                            wants: "a login that the source takes", at: ["source {source}"],
                            remedy: [
                                "correct 'username' and 'password' of 'replicaof' in the plan, or of 'source' if it has none"
                            ]))
            }
        }

        @Test func `a target that logs in where there is no password is refused`() async throws {
            try await withLab(LabDescription(sentinels: nil)) { lab in
                #expect(
                    try await lab.finding("replication-login")
                        == .passed("the target needs no login at the source"))
                try await lab.send(["CONFIG", "SET", "masterauth", "left-over"], to: lab.target)
                let missed = try await lab.finding("replication-login")
                #expect(
                    missed.saw
                        == "the source refuses the target, which would log in as 'default': the server refused AUTH "
                        + "('ERR AUTH <password> called without any password configured for the default user. "
                        + "Are you sure your configuration is correct?')")
                #expect(
                    missed.remedy == [
                        "empty masterauth and masteruser on {target}, or set them to what the source takes"
                    ])
            }
        }

        @Test(.covers("renamed-commands")) func `commands that were renamed are missed`() async throws {
            let target = LabDescription.Instance(extraLines: ["rename-command REPLICAOF \"\"", "rename-command ROLE x"])
            try await withLab(LabDescription(target: target, sentinels: nil)) { lab in
                // ROLE is what 'wait-for-sync' asks.
                let steps: [StepKind] = [.replicaof(ReplicaOfStep()), .waitForSync(WaitForSyncStep())]
                let missed = try await lab.finding("renamed-commands", steps: steps)
                #expect(
                    missed
                        == .missed(
                            "target {target} has no REPLICAOF, ROLE", wants: "these commands under their own names",
                            at: ["target {target}"],
                            remedy: [
                                "take rename-command for them out of the configuration of {target}, and use ACLs instead"
                            ]))
                #expect(
                    try await lab.finding("renamed-commands") { $0.target = $0.source }
                        == .passed("source and target have every command that the plan needs"))
            }
        }
    }
}
