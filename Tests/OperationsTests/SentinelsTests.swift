import Execution
import PlanModel
import RESP
import Testing
import Values

@testable import Operations

/// Which Sentinel is asked to fail over, and when.
struct SentinelsTests {
    private func sentinels(_ world: SmallWorld) throws -> (Sentinels, FakeProcess, Server) {
        let process = FakeProcess(SharedWorld(world))
        let servers = try process.servers(.small(sentinels: world.sentinels.count))
        return (try #require(Sentinels(servers)), process, servers.target)
    }

    @Test(arguments: [0, 30, 400])
    func `a Sentinel is asked 750 to 800 ms after it has looked at the target`(lead: Int) async throws {
        let lead = Duration.milliseconds(lead)
        let (sentinels, process, target) = try sentinels(.following(sentinels: 3))
        let leader = try await sentinels.align(target, lead: lead, process.context())
        #expect(leader?.isAligned == true)
        let world = process.world.read { $0 }
        let look = try #require(
            world.sentinels.first { leader?.sentinel.endpoint.port == $0.address.port }?.looks[SmallWorld.target])
        // In this world a question takes at most 10 ms.
        #expect((.milliseconds(750)...(.milliseconds(810))).contains(world.now - look.at + lead))
    }

    @Test func `Sentinels that never get ready are waited for in vain, and what keeps them is said`() async throws {
        var world = SmallWorld.following(sentinels: 3)
        world.instances[SmallWorld.target]?.settings["replica-priority"] = "0"
        world.advance(by: .seconds(11))
        let (sentinels, process, target) = try sentinels(world)
        let limit = await sentinels.limits().promotion + .seconds(40)
        let begun = process.time
        let failure = await #expect(throws: StepFailure.self) {
            _ = try await sentinels.waitUntilElectable(target, process.context())
        }
        #expect(failure?.code == .operation(.sentinelsNotReady))
        #expect(failure?.place == ["10.0.0.9:26379: 10.0.0.2:6379 is still shown with replica-priority 0"])
        #expect((limit...limit + .seconds(1)).contains(process.time - begun))
    }

    @Test func `where a question takes longer than that, any moment is taken at once`() async throws {
        let (sentinels, process, target) = try sentinels(.following())
        let begun = process.time
        let leader = try await sentinels.align(target, lead: .milliseconds(750), process.context())
        #expect(leader?.isAligned == false)
        #expect(process.time == begun)
    }

    @Test func `the best moment is waited for at most once around`() async throws {
        var world = SmallWorld.following()
        world.advance(by: .seconds(2))
        let (sentinels, process, target) = try sentinels(world)
        let begun = process.time
        #expect(try await sentinels.align(target, lead: .zero, process.context())?.isAligned == true)
        #expect(process.time - begun < .seconds(10))
    }

    @Test func `a Sentinel that looks too often for such a moment is not waited for`() async throws {
        let (sentinels, process, target) = try sentinels(.following())
        process.world.change { $0.sentinels[0].looksEvery = .milliseconds(500) }
        let begun = process.time
        let leader = try await sentinels.align(target, lead: .zero, process.context())
        #expect(leader?.isAligned == false)
        #expect(leader?.sentinel.endpoint.port == 26379)
        #expect(process.time - begun < .seconds(3))
    }

    @Test func `a target that the Sentinel does not know is waited for in vain, and any moment is taken`() async throws
    {
        let (sentinels, process, target) = try sentinels(SmallWorld(sentinels: 1))
        let leader = try await sentinels.align(target, lead: .zero, process.context())
        #expect(leader?.isAligned == false)
    }

    @Test func `limits are those of the strictest and the slowest Sentinel`() async throws {
        var world = SmallWorld.following(sentinels: 3)
        world.sentinels[1].downAfter = .seconds(2)
        world.sentinels[2].failoverTimeout = .seconds(60)
        let (sentinels, _, _) = try sentinels(world)
        #expect(
            await sentinels.limits()
                == CutoverLimits(
                    pause: .milliseconds(1_800), promotion: .seconds(85), announcement: .seconds(90),
                    failoverTimeout: .seconds(60)))
    }

    @Test func `where no Sentinel answers, writes are held back for two seconds at most`() async throws {
        var world = SmallWorld.following()
        world.sentinels[0].isUp = false
        let (sentinels, _, _) = try sentinels(world)
        #expect(await sentinels.limits().pause == .seconds(2))
    }

    @Test func `a Sentinel that names the new primary is never asked for another failover`() async throws {
        var world = SmallWorld.following(sentinels: 3)
        world.sentinels[0].named = SmallWorld.target
        world.sentinels[0].shown = SmallWorld.target
        let (sentinels, process, target) = try sentinels(world)
        await sentinels.failOverAgain(await sentinels.view(of: target))
        let failovers = process.world.read { $0.sentinels.map { $0.failover != nil } }
        #expect(failovers == [false, true, false])
    }

    @Test func `a failover that is asked for counts as accepted unless it is certainly not`() async throws {
        for kind in [Mishap.Kind.replyLost, .dies] {
            let process = FakeProcess(SharedWorld(.following()), Mishap(kind: kind, moment: 1))
            let sentinel = try #require(try process.servers(.small()).sentinels.first)
            try await sentinel.failOver("main", timeout: .seconds(1))
            #expect(process.world.read { $0.sentinels[0].failover != nil })
        }
        var world = SmallWorld.following()
        world.sentinels[0].isUp = false
        let (sentinels, _, _) = try sentinels(world)
        let failure = await #expect(throws: StepFailure.self) {
            try await sentinels.all[0].failOver("main", timeout: .seconds(1))
        }
        #expect(failure?.code == .session(.connectionRefused))
    }

    @Test func `a refusal says what the Sentinel wants`() async throws {
        var world = SmallWorld.following()
        world.instances[SmallWorld.target]?.settings["replica-priority"] = "0"
        world.advance(by: .seconds(11))
        let (sentinels, process, _) = try sentinels(world)
        let failure = await #expect(throws: StepFailure.self) {
            try await sentinels.all[0].failOver("main", timeout: .seconds(1))
        }
        #expect(failure?.code == .operation(.noGoodReplica))
        #expect(failure?.isTransient == true)
        process.world.change { $0.sentinels[0].failover = .begun($0.now) }
        // The Sentinel answers INPROG: somebody else's failover has begun, which does as well.
        try await sentinels.all[0].failOver("main", timeout: .seconds(1))
    }
}
