import Diagnostics
import Testing
import Values

@testable import PlanModel

/// How the source comes to rest, as far as the plan alone tells.
struct SourceRestTests {
    private func plan(_ source: Engine, _ target: Engine) -> Plan {
        func instance(_ engine: Engine) -> InstanceSettings {
            InstanceSettings(endpoint: Endpoint(host: "\(engine)", port: 6379), engine: engine, access: Access())
        }
        return Plan(
            name: "rest", description: nil,
            shard: Shard(source: instance(source), target: instance(target), sentinel: nil), steps: [],
            rollback: RollbackSettings(), file: SourceFile(path: "rest.yaml", text: ""))
    }

    @Test func `where the plan says nothing it depends on the versions, unless the engines rule it out`() {
        let step = FailoverStep()
        #expect(step.certainResting(plan(.redis, .redis)) == nil)
        #expect(step.certainResting(plan(.redis, .valkey)) == nil)
        #expect(step.certainResting(plan(.redis, .dragonfly)) == .fenced)
        #expect(step.certainResting(plan(.dragonfly, .dragonfly)) == nil)
        #expect(step.resting(canFollow: true) == .follow)
        #expect(step.resting(canFollow: false) == .fenced)
    }

    @Test(arguments: FailoverStep.Resting.allCases)
    func `what the plan says is certain`(_ resting: FailoverStep.Resting) {
        #expect(FailoverStep(resting: resting).certainResting(plan(.redis, .dragonfly)) == resting)
        #expect(FailoverStep(method: .shutdown).certainResting(plan(.redis, .redis)) == .shutdown)
    }

    @Test func `a summary says both possibilities where only the servers can tell`() {
        let scene = StepScene(plan: plan(.redis, .valkey), checks: 1, writesKey: false)
        #expect(
            FailoverStep(method: .promote).summary(scene).contains(
                "makes redis:6379 its replica, or, where it could not follow, leaves redis:6379 standing alone without taking writes, forgotten by the Sentinels; "
            ))
    }
}
