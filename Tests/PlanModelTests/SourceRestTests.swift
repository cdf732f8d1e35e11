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
        #expect(step.resting(canFollow: true, source: .redis) == .follow)
        #expect(step.resting(canFollow: false, source: .redis) == .fenced)
    }

    @Test func `a Dragonfly cannot be closed to writes, so it stays a replica`() {
        for canFollow in [true, false] {
            #expect(FailoverStep(resting: .fenced).resting(canFollow: canFollow, source: .dragonfly) == .follow)
            #expect(FailoverStep().resting(canFollow: canFollow, source: .dragonfly) == .follow)
        }
        #expect(FailoverStep().certainResting(plan(.dragonfly, .redis)) == .follow)
    }

    @Test(arguments: FailoverStep.Resting.allCases)
    func `what the plan says is certain`(_ resting: FailoverStep.Resting) {
        #expect(FailoverStep(resting: resting).certainResting(plan(.redis, .dragonfly)) == resting)
        #expect(FailoverStep(method: .shutdown).certainResting(plan(.redis, .redis)) == .shutdown)
    }

    /// What the summary says of the source, by what is known.
    private func rest(_ step: FailoverStep, _ source: Engine, _ target: Engine, servers: FailoverStep.Resting?)
        -> String
    {
        var scene = StepScene(plan: plan(source, target), checks: 1, writesKey: false)
        scene.resting = servers
        return step.rest(scene)
    }

    @Test func `a summary names one possibility, and both only where no server was asked`() {
        let step = FailoverStep(method: .promote)
        let alone = "leaves redis:6379 standing alone without taking writes"
        #expect(rest(step, .redis, .valkey, servers: .follow) == "makes redis:6379 its replica")
        #expect(rest(step, .redis, .valkey, servers: .fenced) == alone)
        #expect(rest(step, .redis, .dragonfly, servers: nil) == alone)
        #expect(
            rest(step, .redis, .valkey, servers: nil)
                == "makes redis:6379 its replica, or, where its version cannot follow, \(alone)")
    }

    @Test func `only where there are Sentinels do they forget a source`() {
        #expect(
            FailoverStep.Resting.fenced.deed("a:1", hasSentinels: true)
                == "leaves a:1 standing alone without taking writes, forgotten by the Sentinels")
        let source = Endpoint(host: "a", port: 1)
        #expect(
            FailoverStep.Resting.fenced.end(source, hasSentinels: true)
                == "a:1 stands alone without taking writes, forgotten by the Sentinels")
        #expect(
            FailoverStep.Resting.fenced.end(source, hasSentinels: false) == "a:1 stands alone without taking writes")
    }
}
