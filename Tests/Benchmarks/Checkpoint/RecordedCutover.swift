import Diagnostics
import Execution
import Operations
import PlanModel
import RESP
import RedisNIO
import Rehearsal
import SystemPackage

/// The handover as `planrun apply` carries it out, but in this process and with a store that is as slow as wanted.
struct RecordedCutover: CutoverProcedure {
    let slowness: Duration

    var name: String { "planrun, with a store that takes \(slowness) a write" }

    func carryOut(in world: CutoverWorld) async throws -> CutoverAccount {
        let file = SourceFile(path: "cutover.yaml", text: PlanrunCutover(method: "sentinel").text(world))
        guard let plan = Plan.read(file, checks: PreflightCatalogue.declarations).plan else {
            throw Child.Failure(what: "the plan of the benchmark is no plan")
        }
        let compiled = CompiledPlan(plan)
        let connector = RedisConnector()
        let servers = try Servers(
            plan: plan, connector: connector, environment: [:], resolve: { await connector.addresses(of: $0) })
        let store = FileStore(
            path: world.lab.folder.path.appending("recorded.state.json").string, holder: .thisProcess(since: .now))
        let lease = SlowLease(try await store.hold(), slowness)
        let executor = Executor(
            graph: compiled.graph, provider: compiled.operations(servers: servers, approver: NobodyToAsk()),
            policies: compiled.policies, lease: lease)
        let state = RunState(
            planPath: file.path, planName: plan.name, plan: file.text, graph: compiled.graph, lineage: "1", now: .now)
        let outcome = await executor.run(state, interrupts: Interrupts().stream())
        await lease.release()
        await servers.close()
        guard outcome.ending == .succeeded else {
            throw Child.Failure(what: "planrun ended with \(outcome.ending): \(outcome.failures)")
        }
        let pauses = outcome.state.nodes.compactMap { $0.result?.facts["pauseSeconds"] }
        guard case .double(let pause)? = pauses.first else { throw Child.Failure(what: "no pause was measured") }
        return CutoverAccount(pause: .seconds(pause))
    }

    private struct NobodyToAsk: Approver {
        func approval(
            of request: ApprovalRequest, facts: @escaping @Sendable () async throws -> [ApprovalFact]
        ) async throws -> Approval { .nobodyToAsk }
    }
}

/// A lease whose writes take longer than those of the lease behind it.
private final class SlowLease: RunLease {
    private let lease: any RunLease
    private let slowness: Duration

    init(_ lease: any RunLease, _ slowness: Duration) {
        self.lease = lease
        self.slowness = slowness
    }

    var recordName: String { lease.recordName }
    func read() async throws(StoreFailure) -> RunState { try await lease.read() }

    func write(_ state: RunState) async throws(StoreFailure) {
        try? await Task.sleep(for: slowness)
        try await lease.write(state)
    }

    func loss() async -> StoreFailure? { await lease.loss() }
    func release() async { await lease.release() }
}
