import Diagnostics
import Execution
import Operations
import PlanGraph
import PlanModel
import RESP
import Testing

/// Drives an operation through its whole life in a small world, as the executor would.
struct Lifecycle {
    let plan: Plan
    let world: SharedWorld
    let node: NodeID
    var allowance = WriteAllowance.noReturn

    init(_ plan: Plan, _ world: SmallWorld, node: NodeID) {
        self.plan = plan
        self.world = SharedWorld(world)
        self.node = node
    }

    func operation(_ process: FakeProcess) throws -> any Operation {
        try CompiledPlan(plan).operations(
            servers: process.servers(plan), approver: NobodyAsked(), allowance: allowance
        ).operation(for: node)
    }

    /// One attempt: inspects, performs where the effect is not there yet, then verifies.
    /// - Returns: the result, and why there was nothing to perform, if that was so.
    func attempt(_ process: FakeProcess) async throws -> (result: StepResult, unchanged: String?) {
        let operation = try operation(process)
        switch try await operation.inspect(process.context()) {
        case .done(let reason): return (try await operation.verify(process.context()), reason)
        case .ready(let undo):
            try process.save(undo ?? process.undo ?? .object([:]))
            try await operation.perform(process.context())
            return (try await operation.verify(process.context()), nil)
        }
    }

    /// Repeats the attempt, with the executor's pauses, as long as its failure is one that can pass.
    @discardableResult
    func run(_ process: FakeProcess, attempts: Int = 4) async throws -> StepResult {
        for _ in 1..<attempts {
            do {
                return try await attempt(process).result
            } catch let failure as StepFailure where failure.isTransient && !process.isDead {
                process.sleep(until: process.time + .seconds(1))
            }
        }
        return try await attempt(process).result
    }

    /// - Returns: what was taken back, as a sentence.
    @discardableResult
    func undo(_ process: FakeProcess) async throws -> String? {
        guard process.undo != nil else { return nil }
        return try await operation(process).undo(process.context())?.summary
    }
}

struct NobodyAsked: Approver {
    func approval(
        of request: ApprovalRequest, facts: @escaping @Sendable () async throws -> [ApprovalFact]
    ) async throws -> Approval { .nobodyToAsk }
}

extension Plan {
    /// A plan whose servers are those of a small world.
    static func small(
        failover: String = "{}", sentinels: Int = 1, rollback: String = "stop",
        replicaof: String = "{}"
    ) throws -> Plan {
        let addresses = (0..<sentinels).map { "\(SmallWorld.sentinelHost):\(26379 + $0)" }.joined(separator: ", ")
        let text = """
            version: 1
            name: small
            source: { address: 10.0.0.1:6379, engine: redis }
            target: { address: 10.0.0.2:6379, engine: redis }
            \(sentinels == 0 ? "" : "sentinel: { primary: main, addresses: [\(addresses)] }")
            steps:
              - preflight: {}
              - replicaof: \(replicaof)
              - wait-for-sync: {}
              - failover: \(failover)
              - verify: { id: cutover }
            rollback: { after-cutover: \(rollback) }
            """
        return try read(text)
    }

    static func read(_ text: String) throws -> Plan {
        let reading = Plan.read(SourceFile(path: "plan.yaml", text: text), checks: PreflightCatalogue.declarations)
        return try #require(reading.plan, "\(TextRenderer().render(reading.diagnostics))")
    }
}
