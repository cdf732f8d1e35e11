import FoundationEssentials
import Glibc
import RESP
import Rehearsal
import SystemPackage
import TestKit

/// The built `planrun`, with a plan that does nothing but the handover.
struct PlanrunCutover: CutoverProcedure {
    /// As in `failover: { via: … }`.
    let method: String
    /// The addresses of web servers that are told of the cutover, by the names of the receivers.
    var receivers: [String: String] = [:]

    var name: String { method == "sentinel" ? "planrun, via sentinel (aligned)" : "planrun, via \(method)" }

    /// `announce` speaks to a Sentinel in the name of another, so it needs two.
    var leastSentinels: Int { method == "announce" ? 2 : 1 }

    func carryOut(in world: CutoverWorld) async throws -> CutoverAccount {
        try await planrun(in: world, "apply", "--auto-approve")
    }

    /// Runs a verb on the plan.
    /// - Returns: what its handover has measured.
    func planrun(in world: CutoverWorld, _ verb: String, _ options: String...) async throws -> CutoverAccount {
        let plan = try world.lab.folder.write(text(world), to: "cutover.yaml")
        let outcome = try await PlanrunProcess.run([verb, plan.string, "--format", "json"] + options) { process in
            if !receivers.isEmpty {
                // The time in which only receivers are waited for is not part of the measurement.
                _ = try await process.line("that receivers are waited for") { $0.hasPrefix("waiting until ") }
                await process.send(SIGINT)
            }
            return try await process.wait()
        }
        guard outcome.exitCode == 0 else {
            let said = (outcome.standardOutput.suffix(3) + outcome.standardError).joined(separator: "\n")
            throw Child.Failure(what: "planrun ended with \(outcome.exitCode ?? -1): \(said)")
        }
        let facts = outcome.standardOutput.lazy.compactMap(Event.facts).first
        if let facts, let used = facts.method, used != method, method != "fastest" {
            throw Child.Failure(what: "planrun used '\(used)': \(facts.methodReason ?? "")")
        }
        return facts?.account ?? CutoverAccount()
    }

    /// The plan as YAML.
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
            \(notify)
            """
    }

    private var notify: String {
        let lines = receivers.sorted { $0.key < $1.key }.map { name, url in
            "  - { name: \(name), events: [cutover-started, cutover-done], webhook: { url: \"\(url)\" } }\n"
        }
        return lines.isEmpty ? "" : "notify:\n" + lines.joined()
    }

    /// The event of planrun's that contains the measurements.
    private struct Event: Decodable {
        struct Result: Decodable { var facts: Facts? }
        struct Facts: Decodable {
            var pauseSeconds: Double?
            var writeGapSeconds: Double?
            var slowestClientsSeconds: Double?
            var readonlySeconds: Double?
            var method: String?
            var methodReason: String?

            var account: CutoverAccount {
                CutoverAccount(
                    pause: pauseSeconds.map { .seconds($0) }, gap: writeGapSeconds,
                    slowestClients: slowestClientsSeconds, readonly: readonlySeconds)
            }
        }

        var result: Result?

        static func facts(_ line: String) -> Facts? {
            let event = try? JSONDecoder().decode(Event.self, from: Data(line.utf8))
            return event?.result?.facts.flatMap { $0.pauseSeconds == nil ? nil : $0 }
        }
    }
}
