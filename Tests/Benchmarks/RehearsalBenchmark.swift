import Diagnostics
import Operations
import PlanModel
import RESP
import RedisNIO
import RedisTopology
import Rehearsal
import Values

/// A rehearsal from start to end, against nothing but the sync of the same data between the same servers.
struct RehearsalBenchmark: Benchmark {
    static let name = "rehearsal"
    static let summary = "planrun rehearse plans/sentinel-promotion.yaml, against the full sync of the same data"

    private static let path = "plans/sentinel-promotion.yaml"

    func measure() async throws -> [Report.Result] {
        let child = Child(arguments: [try Child.planrun(), "rehearse", Self.path])
        let reading = Plan.load(path: Self.path, checks: PreflightCatalogue.declarations)
        guard let plan = reading.plan else { throw Child.Failure(what: "\(Self.path) is no plan") }
        var times: (rehearsals: [Duration], syncs: [Duration]) = ([], [])
        for _ in 0..<3 {
            times.rehearsals.append(try child.run().wall)
            times.syncs.append(try await sync(LabDescription(plan: plan)))
        }
        return [
            Report.Result(
                "a rehearsal of 20,000 keys", times.rehearsals.sorted()[1],
                against: "REPLICAOF until the target is in sync", times.syncs.sorted()[1])
        ]
    }

    private func sync(_ description: LabDescription) async throws -> Duration {
        try await Lab.run(description, connector: RedisConnector()) { lab in
            let (source, target) = (lab.session(lab.source), lab.session(lab.target))
            try await DataSet().fill(source)
            let start = ContinuousClock.now
            _ = try await target.send(["REPLICAOF", lab.source.address.host, String(lab.source.address.port)])
            while !SyncState(try ReplicationInfo(try await target.send(["INFO", "replication"]))).isSynced {
                try await Task.sleep(for: .milliseconds(1))
            }
            let took = start.duration(to: .now)
            await source.close()
            await target.close()
            return took
        }
    }
}
