import Execution
import RESP

/// Makes sure, before a run has any effect, that it is the only one on its servers.
///
/// This process first connects to every server under a name that says that it is about to start. Then it looks for the
/// names of other planrun processes. If two start at the same time, at least the one that connects second sees the
/// other.
///
/// - A process that sees a run, or a starting process that goes first (`ConnectionName.isBefore`), refuses to start.
/// - A process that sees only a starting process that goes after it waits for that one. The other may have looked too
///   early to see this process; then it becomes a run, and this process refuses to start. Otherwise it sees this
///   process and ends.
package struct RunClaim: Sendable {
    private let servers: Servers
    private let name: ConnectionName
    private let guests: [any Instance]

    /// How long to wait for a process that goes after this one to end.
    private static let patience = Duration.seconds(15)

    /// Returns when the connections of `servers` are visible to others and no other run is.
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
            // Short timeouts are enough: a server that does not answer is reported later, by a step that needs it.
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

    /// Sends a PING to each instance, so that a connection with this process's name exists there.
    private func greet(_ instances: [any Instance]) async throws {
        _ = try await instances.atOnce { _ = try? await $0.replies(to: [["PING"]], timeout: .seconds(5)) }
    }

    private func end() async {
        for guest in guests { await guest.session.close() }
    }
}
