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

    /// One Sentinel is told in the name of another.
    var leastSentinels: Int { method == "announce" ? 2 : 1 }

    func carryOut(in world: CutoverWorld) async throws -> Duration? {
        let plan = try world.lab.folder.write(text(world), to: "cutover.yaml")
        let outcome = try await PlanrunProcess.run(["apply", plan.string, "--auto-approve", "--format", "json"])
        guard outcome.exitCode == 0 else {
            let said = (outcome.standardOutput.suffix(3) + outcome.standardError).joined(separator: "\n")
            throw Child.Failure(what: "planrun ended with \(outcome.exitCode ?? -1): \(said)")
        }
        let facts = outcome.standardOutput.lazy.compactMap(Event.facts).first
        if let facts, let used = facts.method, used != method, method != "fastest" {
            throw Child.Failure(what: "planrun used '\(used)': \(facts.methodReason ?? "")")
        }
        return facts?.pauseSeconds.map { .seconds($0) }
    }

    /// The plan.
    func text(_ world: CutoverWorld) -> String {
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
        struct Facts: Decodable {
            var pauseSeconds: Double?
            var method: String?
            var methodReason: String?
        }

        var result: Result?

        static func facts(_ line: String) -> Facts? {
            let event = try? JSONDecoder().decode(Event.self, from: Data(line.utf8))
            return event?.result?.facts.flatMap { $0.pauseSeconds == nil ? nil : $0 }
        }
    }
}
