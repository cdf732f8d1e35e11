import PlanModel
import RESP
import RedisTopology
import Rehearsal
import SystemPackage
import TestKit
import Testing

extension LiveTests {
    /// What `init` writes about servers that are hard to reach.
    @Suite struct InitTests {
        @Test func `init finds its way through TLS and passwords, and its plan passes lint and check`()
            async throws
        {
            var description = LabDescription(
                source: .init(login: .password), target: .init(login: .password),
                sentinels: .init(count: 3, login: .password, infoPeriod: .milliseconds(200)), tls: .init())
            description.replicaCount = 1
            try await withLab(description) { lab in
                let environment = try variables(of: lab)
                let path = lab.folder.path.appending("new.yaml").string
                // A Sentinel learns of a replica from the source's INFO, and connects to it a second later.
                try await eventually("the Sentinels know the other replica") {
                    for sentinel in lab.sentinels {
                        let reply = try await lab.send(["SENTINEL", "REPLICAS", "primary"], to: sentinel)
                        if try !SentinelReplica.list(reply).contains(where: \.isEligible) { return false }
                    }
                    return true
                }
                func planrun(_ arguments: String...) async throws -> PlanrunProcess.Outcome {
                    let outcome = try await PlanrunProcess.run(arguments, environment: environment)
                    #expect(outcome.exitCode == 0, "\(arguments)\n\(outcome.standardOutput + outcome.standardError)")
                    return outcome
                }
                let written = try await planrun(
                    "init", "--sentinel", "\(lab.address(of: lab.sentinels[0]))", "--primary", "primary", "--target",
                    "\(lab.address(of: lab.target))", "--out", path, "--password-env", "SERVERS",
                    "--sentinel-password-env", "SENTINELS", "--tls", "--sentinel-tls", "--tls-ca",
                    lab.plan(from: .blank(lab)).source.access.tls?.ca ?? "")
                #expect(written.standardOutput == ["\(path): written"])
                #expect(!written.standardError.contains { $0.hasPrefix("note:") }, "\(written.standardError)")
                _ = try await planrun("validate", path)
                #expect(try await planrun("lint", path).standardError.isEmpty)
                _ = try await planrun("fmt", "--check", path)
                _ = try await planrun("check", path)
                let text = try readText(path)
                #expect(text.contains("The other replica, \(lab.address(of: lab.replicas[0])), follows the target"))
            }
        }

        private func variables(of lab: Lab) throws -> [String: String] {
            let plan = lab.plan(from: .blank(lab))
            func password(_ access: Access?) throws -> String {
                try #require(access?.password).read(planPath: "unused.yaml", environment: [:])
            }
            return ["SERVERS": try password(plan.source.access), "SENTINELS": try password(plan.sentinel?.access)]
        }
    }
}
