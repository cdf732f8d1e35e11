import Execution
import PlanModel
import RESP
import TestKit
import Testing
import Values

@testable import Operations

/// planrun does nothing to a further server that is, or might be, one of those that the plan names.
struct StrangerTests {
    private static let third = Endpoint(host: "10.0.0.3", port: 6379)

    private func server(_ address: Endpoint, _ runID: String) -> FakeServer {
        FakeServer(address) { command in
            command.words[0] == "INFO"
                ? .info(["# Server", "redis_version:7.0.15", "redis_mode:standalone", "run_id:\(runID)"]) : .ok
        }
    }

    /// - Parameter third: the run id of a server that another server has named.
    private func prove(
        _ third: String, targetIsUp: Bool = true, seenAs runID: String? = nil
    ) async throws -> StepFailure? {
        var all = [server(SmallWorld.source, "aaaa"), server(Self.third, third)]
        if targetIsUp { all.append(server(SmallWorld.target, "bbbb")) }
        let servers = try Servers(plan: .small(), connector: FakeConnector(all), environment: [:]) { [$0] }
        let guest = Server(
            part: .replica, settings: ConnectionSettings(address: Self.third),
            session: servers.connector.session(ConnectionSettings(address: Self.third)))
        do {
            try await Stranger(guest, servers: servers, parties: [servers.target, servers.source])
                .prove(wasSeenAs: runID)
            return nil
        } catch {
            return error
        }
    }

    @Test func `a process of its own is a stranger`() async throws {
        #expect(try await prove("cccc") == nil)
    }

    @Test(arguments: [("aaaa", "source", "10.0.0.1:6379"), ("bbbb", "target", "10.0.0.2:6379")])
    func `source and target under another address are none`(runID: String, part: String, address: String) async throws {
        let failure = try await prove(runID)
        #expect(failure?.code == .operation(.serverUnidentified))
        #expect(
            failure?.what
                == "10.0.0.3:6379 is the \(part) \(address) under another address, and was taken for another replica")
        #expect(failure?.world == ["nothing was done to it"])
        #expect(failure?.help == ["name the \(part) in the plan as the other servers know it: 10.0.0.3:6379"])
        #expect(failure?.isTransient == false)
    }

    @Test func `where one of them does not answer, it might be that one`() async throws {
        let failure = try await prove("cccc", targetIsUp: false)
        #expect(failure?.code == .operation(.serverUnidentified))
        #expect(
            failure?.what
                == "planrun cannot find out whether the replica 10.0.0.3:6379 is the target 10.0.0.2:6379: 10.0.0.2:6379 refused the connection"
        )
        #expect(failure?.isTransient == true)
    }

    @Test func `one that was proved before is not asked for again, as long as it is the same process`() async throws {
        #expect(try await prove("cccc", targetIsUp: false, seenAs: "cccc") == nil)
        #expect(try await prove("bbbb", seenAs: "cccc")?.code == .operation(.serverUnidentified))
    }
}
