import Execution
import FoundationEssentials
import PlanGraph
import PlanModel
import RESP
import Seeding
import Testing

@testable import Operations

/// No number that a server sends may trap: a trap would end the process in the middle of a cutover.
///
/// `PLANRUN_FUZZ_ROUNDS` sets how many worlds are drawn. A trap leaves no time to print the seed, so set `PLANRUN_SEED`
/// beforehand to be able to draw the same worlds again.
struct HostileNumberTests {
    private static let rounds =
        ProcessInfo.processInfo.environment["PLANRUN_FUZZ_ROUNDS"].flatMap { Int($0) } ?? 20

    @Test(.saysSeed) func `no check traps, whatever numbers the servers send`() async throws {
        for number in 0..<Self.rounds {
            let luck = HostileNumbers.Luck(number)
            let bench = try CheckBench.before(sentinels: 3)
            for check in PreflightCatalogue.checks where check.applies(to: bench.plan) {
                await ask(check, bench, luck)
            }
            let after = try CheckBench.after()
            let verifications =
                VerifyStep(data: .count).checks(isAfterCutover: false)
                + VerifyStep(data: .count).checks(isAfterCutover: true)
            for check in verifications { await ask(check, after, luck) }
        }
    }

    /// What the check finds does not matter here, nor whether it can be carried out at all.
    private func ask(_ check: any Check.Type, _ bench: CheckBench, _ luck: HostileNumbers.Luck) async {
        let process = FakeProcess(SharedWorld(bench.world))
        guard
            let servers = try? process.servers(bench.plan, through: { HostileNumbers(base: $0, luck: luck) })
        else { return }
        _ = try? await check.init().run(servers, limits: CheckLimits(check.declaration, plan: nil))
        _ = await WorldReport(servers).sentences()
    }

    @Test(.saysSeed, arguments: ["replicaof", "wait-for-sync", "failover"])
    func `no step traps, whatever numbers the servers send`(node: NodeID) async throws {
        for number in 0..<Self.rounds {
            let luck = HostileNumbers.Luck(number)
            let plan = try Plan.small(failover: "{ via: fastest }", sentinels: 3)
            let world = node == "replicaof" ? SmallWorld(sentinels: 3) : SmallWorld.following(sentinels: 3)
            let process = FakeProcess(SharedWorld(world))
            let compiled = CompiledPlan(plan)
            // The undo data was recorded before the servers began to send hostile numbers.
            let honest = compiled.operations(servers: try process.servers(plan), approver: Nobody())
            if case .ready(let undo?) = try await honest.operation(for: node).inspect(process.context()) {
                try process.save(undo)
            }
            let servers = try process.servers(plan, through: { HostileNumbers(base: $0, luck: luck) })
            let operation = compiled.operations(servers: servers, approver: Nobody()).operation(for: node)
            _ = try? await operation.inspect(process.context())
            let work = Task {
                try await operation.perform(process.context())
                _ = try await operation.verify(process.context())
            }
            // A hostile world may keep a step waiting for ever, so it is cancelled after a while.
            let stop = Task {
                for _ in 0..<200 where !Task.isCancelled { await Task.yield() }
                work.cancel()
            }
            _ = await work.result
            stop.cancel()
        }
    }

    private struct Nobody: Approver {
        func approval(
            of request: ApprovalRequest, facts: @escaping @Sendable () async throws -> [ApprovalFact]
        ) async throws -> Approval { .nobodyToAsk }
    }
}
