import Diagnostics
import PlanModel
import Testing
import Values

@testable import Rehearsal

@Suite struct LabDescriptionTests {
    @Test func `a lab has as many Sentinels as the plan, under the same name, with the majority as quorum`() {
        let sentinels = LabDescription(plan: plan(sentinels: 3)).sentinels
        #expect(sentinels?.primary == "sessions")
        #expect(sentinels?.count == 3)
        #expect(sentinels?.quorum == 2)
        #expect(LabDescription(plan: plan(sentinels: 0)).sentinels == nil)
    }

    @Test(arguments: [
        (Access(), LabDescription.Login.open),
        (Access(password: .environment("A")), .password),
        (Access(username: "default", password: .environment("A")), .password),
        (Access(username: "me", password: .environment("A")), .user("me")),
    ])
    func `the kind of login is that of the plan`(access: Access, login: LabDescription.Login) {
        #expect(LabDescription(plan: plan(source: access)).source.login == login)
    }

    @Test func `TLS is for all or for none, and what the plan says otherwise is noted`() {
        let tls = TLSSettings(certificate: "me.pem", serverName: "db.internal")
        let description = LabDescription(plan: plan(source: Access(tls: tls)))
        #expect(description.tls == .init(requiresClientCertificate: true, serverNames: ["db.internal"]))
        #expect(description.notes == ["the plan uses TLS for some servers only: here all of them do"])
        #expect(LabDescription(plan: plan()).tls == nil)
        #expect(LabDescription(plan: plan()).notes.isEmpty)
    }

    private func plan(source: Access = Access(), sentinels: Int = 1) -> Plan {
        let endpoints = (0..<sentinels).map { Endpoint(host: "10.0.1.\($0)", port: 26_379) }
        return Plan(
            name: "prod", description: nil,
            shard: Shard(
                source: InstanceSettings(
                    endpoint: Endpoint(host: "10.0.0.1", port: 6_379), engine: .redis, access: source),
                target: InstanceSettings(endpoint: Endpoint(host: "10.0.0.2", port: 6_379), engine: .dragonfly),
                sentinel: endpoints.isEmpty ? nil : SentinelSettings(primary: "sessions", endpoints: endpoints)),
            steps: [], rollback: RollbackSettings(), file: SourceFile(path: "prod.yaml", text: ""))
    }
}
