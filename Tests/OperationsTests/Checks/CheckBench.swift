import Execution
import PlanModel
import RESP
import Values

@testable import Operations

/// Runs one check against a small world.
struct CheckBench {
    var plan: Plan
    var world: SmallWorld

    static let sentinel = Endpoint(host: SmallWorld.sentinelHost, port: 26379)

    /// A plan and the world before its run, where every preflight check passes.
    static func before(sentinels: Int = 1) throws -> CheckBench {
        var world = SmallWorld(sentinels: sentinels)
        world.isApplicationWriting = false
        world.advance(by: .seconds(11))
        for address in [SmallWorld.source, SmallWorld.target] {
            world.replies[address] = ["INFO MEMORY": .info(["# Memory", "used_memory:1048576", "maxmemory:0"])]
        }
        for sentinel in world.sentinels {
            world.replies[sentinel.address] = ["SENTINEL CKQUORUM": .text("OK 1 usable Sentinels")]
        }
        return CheckBench(plan: try .small(sentinels: sentinels), world: world)
    }

    /// A plan and the world after its cutover, where every check of the last `verify` passes.
    static func after() throws -> CheckBench {
        var bench = CheckBench(plan: try .small(), world: .following())
        bench.world.isApplicationWriting = false
        bench.world.instances[SmallWorld.target]?.follows = nil
        bench.world.instances[SmallWorld.source]?.follows = SmallWorld.target
        bench.world.instances[SmallWorld.source]?.settings["replica-priority"] = "0"
        bench.world.sentinels[0].named = SmallWorld.target
        bench.world.sentinels[0].shown = SmallWorld.target
        bench.world.replies[SmallWorld.target] = [
            "SET ": .ok, "GET ": .text("planrun"), "DEL ": .integer(1),
        ]
        return bench
    }

    func changed(_ change: (inout SmallWorld) -> Void) -> CheckBench {
        var bench = self
        change(&bench.world)
        return bench
    }

    func finding(_ check: any Check.Type, _ setting: CheckSetting? = nil) async throws -> Finding {
        let process = FakeProcess(SharedWorld(world))
        return try await check.init().run(
            process.servers(plan), limits: CheckLimits(check.declaration, plan: setting))
    }
}
