import Execution
import RESP

/// Makes a run the only one on its servers, before it has any effect.
///
/// First this process shows itself on every server, as one that is about to start, and then it looks. Of two that begin at
/// the same time the second to show itself sees the first. Who sees a run, or somebody who goes first in the order of all,
/// refuses. Who sees only somebody behind waits: that one has looked too early to see us, and then it runs; or it sees us,
/// and leaves.
package struct RunClaim: Sendable {
    private let servers: Servers
    private let name: ConnectionName
    private let guests: [any Instance]

    /// How long somebody behind may take to leave.
    private static let patience = Duration.seconds(15)

    /// Returns once the connections of `servers` can be seen and nobody else's.
    /// - Throws: `StepFailure` with the code `another-run`.
    package static func take(_ servers: Servers) async throws {
        let claim = RunClaim(servers)
        do {
            try await claim.take()
            await claim.end()
        } catch {
            await claim.end()
            throw error
        }
    }

    private init(_ servers: Servers) {
        self.servers = servers
        name = servers.name.with(.starting)
        guests = servers.all.map { [name] instance in
            var settings = instance.settings
            settings.clientName = name.text
            // A server that is gone is told later, by a step that needs it.
            settings.connectTimeout = .seconds(2)
            settings.replyTimeout = .seconds(5)
            return instance.speaking(settings, on: servers.connector.session(settings))
        }
    }

    private func take() async throws {
        try await greet(guests)
        let watch = Stopwatch(servers.clock)
        while true {
            let others = try await OtherRuns.seen(at: guests, besides: name)
            if let other = others.running ?? others.ahead { throw other.failure(world: Self.world) }
            guard let behind = others.sightings.first else { break }
            guard watch.elapsed < Self.patience else { throw behind.failure(world: Self.world) }
            try await servers.clock.sleep(for: .milliseconds(50))
        }
        try await greet(servers.all)
    }

    static let rights: [Right] = [.ping, .clientList]

    private static let world = ["nothing was changed by this planrun"]

    /// Makes the connections, with their names.
    private func greet(_ instances: [any Instance]) async throws {
        _ = try await instances.atOnce { _ = try? await $0.replies(to: [["PING"]], timeout: .seconds(5)) }
    }

    private func end() async {
        for guest in guests { await guest.session.close() }
    }
}
