import FoundationEssentials
import RESP
import Rehearsal
import SystemPackage
import TestKit

/// The built `planrun`, with a plan that has nothing to do but the handover.
struct PlanrunCutover: CutoverProcedure {
    /// As `failover: { via: … }` has it.
    let method: String

    var name: String { method == "sentinel" ? "planrun, via sentinel (aligned)" : "planrun, via \(method)" }

    func carryOut(in world: CutoverWorld) async throws -> Duration? {
        let plan = try world.lab.folder.write(text(world), to: "cutover.yaml")
        let outcome = try await PlanrunProcess.run(["apply", plan.string, "--auto-approve", "--format", "json"])
        guard outcome.exitCode == 0 else {
            let said = (outcome.standardOutput.suffix(3) + outcome.standardError).joined(separator: "\n")
            throw Child.Failure(what: "planrun ended with \(outcome.exitCode ?? -1): \(said)")
        }
        return outcome.standardOutput.lazy.compactMap(Event.pause).first
    }

    private func text(_ world: CutoverWorld) -> String {
        let (source, target) = (world.source.address, world.target.address)
        return """
            version: 1
            name: cutover
            source: { address: \(source), engine: redis }
            target: { address: \(target), engine: redis }
            sentinel:
              primary: \(world.name)
              addresses: [\(world.sentinels.map { "\($0.address)" }.joined(separator: ", "))]
            steps:
              - replicaof: {}
              - wait-for-sync: { stable-for: 100ms }
              - failover: { via: \(method) }

            """
    }

    /// The one of planrun's events that has the measurements.
    private struct Event: Decodable {
        struct Result: Decodable { var facts: Facts? }
        struct Facts: Decodable { var pauseSeconds: Double? }

        var result: Result?

        static func pause(_ line: String) -> Duration? {
            let event = try? JSONDecoder().decode(Event.self, from: Data(line.utf8))
            return event?.result?.facts?.pauseSeconds.map { .seconds($0) }
        }
    }
}
