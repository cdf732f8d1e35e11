import Execution
import FoundationEssentials
import PlanModel
import RESP
import Testing

@testable import Operations

/// The credentials with which a replica logs in at its primary, none of which may be kept in the state.
struct ReplicationCredentialsTests {
    private func server(
        _ part: Server.Part, _ process: FakeProcess, password: String? = nil, user: String? = nil, tls: Bool = false
    ) throws -> Server {
        let plain = try process.servers(.small())
        let server = part == .source ? plain.source : plain.target
        var settings = server.settings
        settings.username = user
        settings.password = password.map { Secret($0) }
        settings.tls = tls ? TLSOptions() : nil
        return Server(part: part, settings: settings, session: server.session)
    }

    private func bench(_ settings: [String: String] = [:]) throws -> FakeProcess {
        var world = SmallWorld()
        world.instances[SmallWorld.target]?.settings.merge(settings) { $1 }
        return FakeProcess(SharedWorld(world))
    }

    @Test func `a source without password needs nothing`() async throws {
        let process = try bench()
        let credentials = ReplicationCredentials(toFollow: try server(.source, process))
        let target = try server(.target, process)
        #expect(try await credentials.prior(on: target) == ReplicationCredentials.Prior())
        try await credentials.apply(to: target)
        #expect(process.world.read(\.log) == [])
    }

    @Test func `the replica logs in as planrun does, and is set back afterwards`() async throws {
        let process = try bench()
        let source = try server(.source, process, password: "hunter2", user: "planrun", tls: true)
        let target = try server(.target, process)
        let credentials = ReplicationCredentials(toFollow: source)
        let prior = try await credentials.prior(on: target)
        #expect(prior.settings == ["masteruser": "", "tls-replication": "no"])
        #expect(prior.password == .wasEmpty)
        try await credentials.apply(to: target)
        var settings = process.world.read(\.target.settings)
        #expect(settings["masteruser"] == "planrun")
        #expect(settings["masterauth"] == "hunter2")
        #expect(settings["tls-replication"] == "yes")
        // A second planrun must not take the changed settings for the server's own.
        #expect(try await credentials.prior(on: target) == prior)
        try await ReplicationCredentials.restore(prior, on: target)
        settings = process.world.read(\.target.settings)
        #expect(settings == FakeInstance().settings)
    }

    @Test func `a replica that shall be refused keeps the password that it has`() async throws {
        let process = try bench(["masteruser": "replicator", "masterauth": "hunter2"])
        let target = try server(.target, process)
        let prior = try await ReplicationCredentials.refused.prior(on: target)
        #expect(prior.settings == ["masteruser": "replicator"])
        #expect(prior.password == .untouched)
        try await ReplicationCredentials.refused.apply(to: target)
        let settings = process.world.read(\.target.settings)
        #expect(settings["masteruser"] == "planrun-refused")
        #expect(settings["masterauth"] == "hunter2")
        try await ReplicationCredentials.restore(prior, on: target)
        #expect(process.world.read(\.target.settings["masteruser"]) == "replicator")
    }

    /// Without a password it would send no name either.
    @Test func `a replica that shall be refused gets a password where it has none`() async throws {
        let process = try bench()
        let target = try server(.target, process)
        let prior = try await ReplicationCredentials.refused.prior(on: target)
        #expect(prior.settings == ["masteruser": ""])
        #expect(prior.password == .wasEmpty)
        try await ReplicationCredentials.refused.apply(to: target)
        #expect(process.world.read(\.target.settings["masterauth"]) == "planrun-refused")
        #expect(try await ReplicationCredentials.refused.prior(on: target) == prior)
        try await ReplicationCredentials.restore(prior, on: target)
        #expect(process.world.read(\.target.settings) == FakeInstance().settings)
    }

    @Test func `the plan may give the replica a user of its own`() async throws {
        let process = try bench()
        let source = try server(.source, process, password: "hunter2", user: "planrun")
        let credentials = ReplicationCredentials(
            toFollow: source, username: "replication", password: Secret("swordfish"))
        try await credentials.apply(to: try server(.target, process))
        let settings = process.world.read(\.target.settings)
        #expect(settings["masteruser"] == "replication")
        #expect(settings["masterauth"] == "swordfish")
    }

    @Test func `no secret is recorded, neither the former one nor ours`() async throws {
        let process = try bench(["masterauth": "former-secret", "masteruser": "former-user"])
        let source = try server(.source, process, password: "hunter2")
        let target = try server(.target, process)
        let credentials = ReplicationCredentials(toFollow: source)
        let prior = try await credentials.prior(on: target)
        #expect(prior.password == .replaced)
        #expect(prior.settings == ["masteruser": "former-user"])
        let json = String(decoding: try JSONEncoder().encode(StateValue(prior)), as: UTF8.self)
        #expect(!json.contains("former-secret") && !json.contains("hunter2"))
        try await credentials.apply(to: target)
        try await ReplicationCredentials.restore(prior, on: target)
        // A replaced password was not recorded and cannot be put back; a replaced user is back.
        #expect(process.world.read(\.target.settings["masterauth"]) == "hunter2")
        #expect(process.world.read(\.target.settings["masteruser"]) == "former-user")
    }

    @Test func `Dragonfly has TLS for replication from its start, and shows no setting for it`() async throws {
        let process = try bench()
        process.world.change { $0.instances[SmallWorld.target]?.settings["tls-replication"] = nil }
        let source = try server(.source, process, tls: true)
        let target = try server(.target, process)
        try await ReplicationCredentials(toFollow: source).apply(to: target)
        #expect(process.world.read(\.log) == [])
    }

    @Test func `a replica that cannot log in at all is said to`() async throws {
        let process = try bench()
        process.world.change { $0.instances[SmallWorld.target]?.settings["masterauth"] = nil }
        let credentials = ReplicationCredentials(toFollow: try server(.source, process, password: "hunter2"))
        let target = try server(.target, process)
        let failure = await #expect(throws: StepFailure.self) { try await credentials.prior(on: target) }
        #expect(failure?.code == .operation(.settingUnknown))
        #expect(
            failure?.what
                == "target 10.0.0.2:6379 has no setting 'masterauth', which it needs to log in at its primary")
    }
}
