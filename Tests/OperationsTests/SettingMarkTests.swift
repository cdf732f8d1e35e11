import PlanGraph
import PlanModel
import RESP
import Testing
import Values

@testable import Operations

/// The note of changed settings that planrun leaves at a server.
struct SettingMarkTests {
    private let plain = "{title} {listen-addr} {server-mode}"

    @Test func `what is noted is read again, whatever characters it has`() {
        var mark = SettingMark(plain)
        #expect(mark.template == plain)
        mark.note("replica-priority", .init(original: "100", set: "0"))
        #expect(mark.template == plain + " planrun:replica-priority=100>0")
        mark.note("masteruser", .init(original: "", set: "a b>c,{d}=%é"))
        let template = mark.template
        #expect(template == plain + " planrun:masteruser=>a%20b%3ec%2c%7bd%7d%3d%25%c3%a9,replica-priority=100>0")
        #expect(SettingMark(template).changes == mark.changes)
        mark.note("masteruser", nil)
        mark.note("replica-priority", .init(original: "0", set: "0"))
        #expect(mark.template == plain)
    }

    @Test func `words of the owner stay, on either side`() {
        var mark = SettingMark("db1  planrun:replica-priority=50>0 {port}")
        #expect(mark.original(of: "replica-priority", now: "0") == "50")
        mark.note("replica-priority", nil)
        #expect(mark.template == "db1  {port}")
        #expect(SettingMark("planrun:replica-priority=50>0").changes.count == 1)
    }

    @Test func `a value that planrun has not set is the owner's`() {
        let mark = SettingMark(plain + " planrun:replica-priority=100>0")
        #expect(mark.original(of: "replica-priority", now: "0") == "100")
        #expect(mark.original(of: "replica-priority", now: "25") == "25")
        #expect(mark.original(of: "min-replicas-to-write", now: "1") == "1")
    }

    @Test(arguments: ["planrun:", "planrun:x", "planrun:x=1", "planrun:x=1>2>3", "planrun:x=%g1>0", "planrun:x=%ff>0"])
    func `what nobody can have written says nothing`(word: String) {
        #expect(SettingMark(plain + " " + word).changes == [:])
    }
}

/// One planrun dies, and a second one that has no record of it carries out the same plan. In the end the second must
/// restore the settings from before the first.
struct SecondPlanrunTests {
    private static let others = Endpoint(host: "10.0.0.4", port: 6379)

    private func world() -> SmallWorld {
        var world = SmallWorld.following(sentinels: 1)
        world.instances[SmallWorld.source]?.settings["replica-priority"] = "70"
        world.instances[SmallWorld.source]?.settings["min-replicas-max-lag"] = "0"
        world.instances[Self.others] = FakeInstance(follows: SmallWorld.source)
        world.instances[Self.others]?.settings["replica-priority"] = "30"
        world.advance(by: .milliseconds(100))
        return world
    }

    private func originals(_ settings: [String: String]) -> [String: String] {
        let mark = SettingMark(settings["proc-title-template"] ?? "")
        var originals = settings
        for (name, value) in settings { originals[name] = mark.original(of: name, now: value) }
        originals["proc-title-template"] = mark.owners
        return originals
    }

    /// The first planrun is killed at one moment after the other, until it comes to its end undisturbed.
    @Test(arguments: ["{}", "{ via: announce }", "{ replicas: { after-cutover: detach }, resting: fenced }"])
    func `settings end as they were before the first`(failover: String) async throws {
        let plan = try Plan.small(failover: failover, rollback: "discard-writes")
        var moment = 0
        var isOver = false
        while !isOver {
            moment += 1
            var lifecycle = Lifecycle(plan, world(), node: "failover")
            lifecycle.allowance = .counted
            let before = lifecycle.world.read { $0.instances.mapValues { $0.settings } }
            let first = FakeProcess(lifecycle.world, Mishap(kind: .dies, moment: moment))
            _ = try? await lifecycle.run(first)
            isOver = !first.isDead
            let second = FakeProcess(lifecycle.world)
            // Until then the Sentinels have ended the failover that the first planrun began.
            second.sleep(until: second.time + .seconds(40))
            try await lifecycle.run(second)
            _ = try await lifecycle.undo(second)
            let after = lifecycle.world.read { $0.instances.mapValues { $0.settings } }
            let (source, target) = (SmallWorld.source, SmallWorld.target)
            if second.undo != nil {
                #expect(after[source] == before[source], "killed at moment \(moment)")
                #expect(after[target] == before[target], "killed at moment \(moment)")
            }
            // The original settings are noted even where they stay changed: at a detached replica and at a server that
            // is at rest.
            #expect(after.mapValues(originals) == before, "killed at moment \(moment)")
        }
        #expect(moment > 30)
    }

    @Test func `a source at rest says what was changed for good, and nothing else is noted anywhere`() async throws {
        let lifecycle = Lifecycle(try .small(), world(), node: "failover")
        try await lifecycle.run(FakeProcess(lifecycle.world))
        let templates = lifecycle.world.read { $0.instances.compactMapValues { $0.settings["proc-title-template"] } }
        #expect(
            templates[SmallWorld.source]
                == "{title} {listen-addr} {server-mode} planrun:replica-priority=70>0")
        for address in [SmallWorld.target, Self.others] {
            #expect(templates[address] == "{title} {listen-addr} {server-mode}")
        }
    }
}
