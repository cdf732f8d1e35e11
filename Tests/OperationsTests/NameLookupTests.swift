import Execution
import PlanModel
import RESP
import Synchronization
import Testing
import Values

@testable import Operations

/// Names are looked up before writes are held, and never while they are held.
struct NameLookupTests {
    private let asked = Lookups()

    private func servers(_ known: [String: Set<String>]) throws -> Servers {
        let plan = try Plan.read(
            """
            version: 1
            name: named
            source: { address: source.test:6379, engine: redis }
            target: { address: 10.0.0.2:6379, engine: redis }
            sentinel: { primary: main, addresses: [sentinel.test:26379] }
            steps:
              - replicaof: {}
              - wait-for-sync: {}
              - failover: {}
            """)
        return try FakeProcess(SharedWorld(.following())).servers(
            plan,
            resolve: { [asked] host in
                asked.add(host)
                return known[host] ?? []
            })
    }

    @Test func `each name is looked up once, and connections go where it leads`() async throws {
        let servers = try servers([
            "source.test": ["10.0.0.1", "10.1.0.1"], "sentinel.test": ["10.0.0.3"], "10.0.0.2": ["10.0.0.2"],
        ])
        try await servers.withoutLookups(needsAll: true) { placed in
            #expect(placed.source.settings.ips == ["10.0.0.1", "10.1.0.1"])
            #expect(placed.source.name == servers.source.name)
            #expect(placed.target.settings.ips == [])
            #expect(placed.sentinels.map(\.settings.ips) == [["10.0.0.3"]])
            #expect(asked.all == ["source.test", "10.0.0.2", "sentinel.test"])
        }
    }

    @Test func `a name that leads nowhere is told before anything is done, except where it does not matter`()
        async throws
    {
        let servers = try servers(["10.0.0.2": ["10.0.0.2"], "sentinel.test": ["10.0.0.3"]])
        let failure = await #expect(throws: StepFailure.self) {
            try await servers.withoutLookups(needsAll: true) { _ in Issue.record("it was gone on") }
        }
        #expect(failure?.what == "the host name 'source.test' cannot be resolved")
        #expect(failure?.place == ["source source.test:6379"])
        #expect(try await servers.withoutLookups(needsAll: false) { $0.source.settings.ips } == [])
    }

    @Test func `while writes are held back nobody is asked for a name`() async throws {
        let servers = try servers(["source.test": ["10.0.0.1"], "other.test": ["10.0.0.1"]])
        let (other, stranger) = (
            Endpoint(host: "other.test", port: 6379), Endpoint(host: "stranger.test", port: 6379)
        )
        #expect(await servers.isOnePlace(other, servers.source.endpoint))
        let before = asked.all
        await KnownAddresses.$asksNobody.withValue(true) {
            #expect(await servers.isOnePlace(other, servers.source.endpoint))
            #expect(await !servers.isSame(stranger, as: servers.source))
        }
        #expect(asked.all == before)
    }

    private final class Lookups: Sendable {
        private let hosts = Mutex<[String]>([])
        var all: [String] { hosts.withLock { $0 } }
        func add(_ host: String) { hosts.withLock { $0.append(host) } }
    }
}
