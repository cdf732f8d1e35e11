import Operations
import PlanModel
import RESP
import Rehearsal
import TestKit
import Testing

extension LiveTests {
    @Suite struct ReachCheckTests {
        @Test func `round trips are measured against the write pause`() async throws {
            try await withLab(LabDescription(sentinels: nil)) { lab in
                let pause = StepKind.failover(FailoverStep(method: .promote, writePause: .seconds(30)))
                let passed = try await lab.finding("round-trip", steps: [pause])
                #expect(passed.passes)
                #expect(passed.saw.hasPrefix("typically ") && passed.saw.contains(" ms or less, nine in ten up to "))
                let missed = try await lab.finding("round-trip", limits: ["typical": .percentage(0)], steps: [pause])
                #expect(missed.saw.hasPrefix("a round trip to source {source} takes "))
                #expect(missed.saw.contains(" ms, nine in ten up to "))
                #expect(missed.wants == "0.0 ms and 7500 ms at most, against a write pause of 30s")
                #expect(missed.place == ["source {source}", "target {target}"])
                #expect(
                    missed.remedy == ["run planrun nearer to the servers, or lengthen 'write-pause' in the plan"])
            }
        }

        @Test func `certificates are to stay valid for some time`() async throws {
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

        @Test func `the target's login is tried at the source`() async throws {
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
                    missed.saw.hasPrefix(
                        "the source refuses the target, which would log in as 'default': the server refused AUTH ('ERR AUTH"
                    ))
                #expect(!missed.saw.contains("left-over"))
                #expect(
                    missed.remedy == [
                        "empty masterauth and masteruser on {target}, or set them to what the source takes"
                    ])
            }
        }

        @Test func `commands that were renamed are missed`() async throws {
            let target = LabDescription.Instance(extraLines: ["rename-command REPLICAOF \"\"", "rename-command ROLE x"])
            try await withLab(LabDescription(target: target, sentinels: nil)) { lab in
                let missed = try await lab.finding("renamed-commands")
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
                        == .passed("source and target have all of them"))
            }
        }
    }
}
