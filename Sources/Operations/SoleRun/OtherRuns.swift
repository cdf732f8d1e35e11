import Execution
import RESP
import RedisTopology

/// Connections of other planrun processes that carry out a plan on the same servers, or are about to.
struct OtherRuns: Sendable {
    struct Sighting: Sendable {
        let instance: any Instance
        let client: ClientList.Client
        let name: ConnectionName
    }

    let own: ConnectionName
    let sightings: [Sighting]

    /// Looks at all these instances at the same time. An instance that does not answer is skipped, because a run is
    /// connected to the other servers as well.
    static func seen(at instances: [any Instance], besides own: ConnectionName) async throws -> OtherRuns {
        let found = try await instances.atOnce { instance in
            let clients = (try? await instance.clients()) ?? []
            return clients.compactMap { client -> Sighting? in
                guard let name = client.planrun, name.role != .reading, !name.isSameProcess(as: own) else { return nil }
                return Sighting(instance: instance, client: client, name: name)
            }
        }
        return OtherRuns(own: own, sightings: found.flatMap(\.self))
    }

    /// A run that is already carrying out its plan.
    var running: Sighting? { sightings.first { $0.name.role == .running } }
    /// A run that is starting at the same time as this one, and goes first.
    var ahead: Sighting? { sightings.first { $0.name.isBefore(own) } }
}

extension OtherRuns.Sighting {
    /// The failure with which this planrun ends, because of the other run.
    /// - Parameter world: what this planrun has done so far.
    func failure(world: [String]) -> StepFailure {
        let silent = client.idle.map { $0 < .seconds(5) ? "" : ", and has said nothing for \($0.inWords)" } ?? ""
        return StepFailure(
            code: .anotherRun,
            what:
                "another planrun carries out a run on these servers, since \(name.since): "
                + "it is connected to \(instance.name) from \(client.address)\(silent)",
            place: [instance.name, "run \(name.run)"], world: world,
            help: [
                "wait until that one has ended, or stop it there with Ctrl-C; then try again",
                "if its machine is gone and only the connection is left, end that: \(AdvisedCommand.deadConnection.line("\(client.address)")) on \(instance.endpoint)",
            ])
    }
}

extension Duration {
    /// `12 s`, `3 min`, `2 h`
    fileprivate var inWords: String {
        let seconds = components.seconds
        return seconds < 120 ? "\(seconds) s" : seconds < 7200 ? "\(seconds / 60) min" : "\(seconds / 3600) h"
    }
}
