import Diagnostics
import FoundationEssentials
import PlanModel
import RESP
import RedisNIO
import Rehearsal
import TestKit
import Testing
import Values

extension LiveTests {
    @Suite struct LabAccessTests {
        @Test func `three Sentinels behind ACL users agree, and see a target that follows`() async throws {
            try await check(planWithUsers(tls: nil))
        }

        @Test func `three Sentinels behind TLS and ACL users agree, and see a target that follows`() async throws {
            try await check(planWithUsers(tls: TLSSettings(ca: "ca.pem", certificate: "me.pem", key: "me.key")))
        }

        @Test func `a password alone lets planrun and the Sentinels in, and nobody without it`() async throws {
            let access = Access(password: .environment("REDIS_PASSWORD"))
            try await check(plan(source: access, target: access, sentinels: 1, sentinelAccess: access))
        }

        /// Makes the target follow the source with nothing but what the plan for the private world says.
        private func check(_ original: Plan) async throws {
            var description = LabDescription(plan: original)
            description.sentinels?.infoPeriod = .milliseconds(100)
            try await withLab(description) { lab in
                let plan = lab.plan(from: original)
                let sentinel = try #require(plan.sentinel)
                #expect(sentinel.endpoints.count == original.sentinel?.endpoints.count)
                let source = try session(plan.source.endpoint, plan.source.access)
                let target = try session(plan.target.endpoint, plan.target.access)
                let watcher = try session(sentinel.endpoints[0], sentinel.access)
                let port = String(plan.source.endpoint.port)
                try await expectOK(
                    [
                        Command(["CONFIG", "SET", "masteruser", plan.source.access.username ?? ""]),
                        Command(["CONFIG", "SET", "masterauth", try secret(plan.source.access.password) ?? ""]),
                        Command(["REPLICAOF", "127.0.0.1", port]),
                    ], target)
                try await eventually("the target follows") {
                    try await target.send(["INFO", "replication"]).string?.contains("master_link_status:up") == true
                }
                try await expectOK([["CLIENT", "PAUSE", "1", "WRITE"], ["CLIENT", "UNPAUSE"]], source)
                try await eventually("the Sentinel sees the target and can read it") {
                    let replicas = try await watcher.send(Command(["SENTINEL", "REPLICAS", sentinel.primary]))
                    let text = "\(replicas.array?.first?.array?.map { $0.string ?? "" } ?? [])"
                    return text.contains("\"\(plan.target.endpoint.port)\"")
                        && text.contains("\"master-link-status\", \"ok\"")
                }
                let anonymous = RedisConnector().session(
                    ConnectionSettings(address: lab.source.address, tls: lab.settings(for: lab.source).tls))
                await #expect(throws: SessionError.self) {
                    if case .error(let error) = try await anonymous.send(["PING"]) {
                        throw SessionError(
                            code: .authenticationFailed, address: lab.source.address, sentence: error.code,
                            mayHaveBeenExecuted: false)
                    }
                }
                for session in [source, target, watcher, anonymous] { await session.close() }
            }
        }

        private func expectOK(_ commands: [Command], _ session: any CommandSession) async throws {
            for command in commands {
                let reply = try await session.send(command)
                #expect(reply == .simpleString("OK"), "\(command)")
            }
        }

        private func session(_ endpoint: Endpoint, _ access: Access) throws -> any CommandSession {
            RedisConnector().session(
                ConnectionSettings(
                    address: endpoint, username: access.username,
                    password: try secret(access.password).map(Secret.init),
                    tls: access.tls.map {
                        TLSOptions(caFile: $0.ca, certificateFile: $0.certificate, keyFile: $0.key)
                    }))
        }

        private func secret(_ reference: SecretReference?) throws -> String? {
            guard case .file(let path)? = reference else { return nil }
            let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
            #expect(mode == 0o600)
            return String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self)
        }

        private func planWithUsers(tls: TLSSettings?) -> Plan {
            func access(_ user: String) -> Access {
                Access(username: user, password: .environment("REDIS_PASSWORD"), tls: tls)
            }
            return plan(
                source: access("old-operator"), target: access("new-operator"), sentinels: 3,
                sentinelAccess: access("watch-operator"))
        }

        private func plan(source: Access, target: Access, sentinels: Int, sentinelAccess: Access) -> Plan {
            Plan(
                name: "prod", description: nil,
                shard: Shard(
                    source: InstanceSettings(
                        endpoint: Endpoint(host: "10.0.0.1", port: 6379), engine: .redis, access: source),
                    target: InstanceSettings(
                        endpoint: Endpoint(host: "10.0.0.2", port: 6379), engine: .redis, access: target),
                    sentinel: SentinelSettings(
                        primary: "sessions",
                        endpoints: (1...sentinels).map { Endpoint(host: "10.0.1.\($0)", port: 26379) },
                        access: sentinelAccess)),
                steps: [], rollback: RollbackSettings(), file: SourceFile(path: "prod.yaml", text: ""))
        }
    }
}
