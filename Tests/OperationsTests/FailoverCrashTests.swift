import Execution
import PlanModel
import RESP
import Testing

@testable import Operations

/// The cutover in a small world, cut at every command sent and every state written.
struct FailoverCrashTests {
    typealias Way = FailoverLifecycleTests.Way

    /// Another replica adds the moments at which a Sentinel is made to end its failover. They are tried once.
    static let all = Way.all.filter { !$0.hasReplica }
    /// A world with one Sentinel has all the moments of one with three; more Sentinels only make the tests take longer.
    static let small = all.filter { $0.sentinels < 2 }

    /// More than the moments of any cutover here.
    private let manyMoments = 2_000

    /// Carries out the step again and again, each time with the mishap at the next moment, until the step ends without
    /// a mishap.
    private func strikeEverywhere(
        _ way: Way, _ kind: Mishap.Kind, _ body: (Lifecycle, FakeProcess, Comment) async throws -> Void
    ) async throws {
        for moment in 1...manyMoments {
            let lifecycle = try way.lifecycle()
            let process = FakeProcess(lifecycle.world, Mishap(kind: kind, moment: moment))
            _ = try? await lifecycle.run(process)
            guard process.isStruck else {
                #expect(moment > 30, "a cutover has more moments than that")
                return
            }
            try await body(lifecycle, process, "\(kind) at \(moment)")
        }
        Issue.record("a cutover has more moments than were tried")
    }

    @Test(arguments: Way.all)
    func `killed anywhere and resumed at once, it ends in the same world`(_ way: Way) async throws {
        try await strikeEverywhere(way, .dies) { lifecycle, process, comment in
            try await lifecycle.run(FakeProcess(lifecycle.world, undo: process.undo))
            lifecycle.expectCutOver(comment)
        }
    }

    @Test(arguments: small)
    func `killed anywhere and resumed a minute later, it ends in the same world`(_ way: Way) async throws {
        try await strikeEverywhere(way, .dies) { lifecycle, process, comment in
            lifecycle.world.change { $0.advance(by: .seconds(60)) }
            try await lifecycle.run(FakeProcess(lifecycle.world, undo: process.undo))
            lifecycle.expectCutOver(comment)
        }
    }

    @Test(arguments: small, [Mishap.Kind.commandLost, .replyLost, .replyLate])
    func `a command or a reply that is lost anywhere costs no write`(_ way: Way, _ kind: Mishap.Kind) async throws {
        try await strikeEverywhere(way, kind) { lifecycle, process, comment in
            // A run that could not write its state ends there; this is the resume.
            try await lifecycle.run(FakeProcess(lifecycle.world, undo: process.undo))
            lifecycle.expectCutOver(comment)
        }
    }

    @Test(arguments: small)
    func `killed anywhere it is either undone or past its point of no return`(_ way: Way) async throws {
        try await strikeEverywhere(way, .dies) { lifecycle, process, comment in
            let later = FakeProcess(lifecycle.world, undo: process.undo)
            do {
                _ = try await lifecycle.undo(later)
                later.sleep(until: later.time + .seconds(60))
                lifecycle.expectAsBefore(comment)
            } catch let failure as StepFailure {
                #expect(failure.code == .operation(.pastPointOfNoReturn), comment)
                later.sleep(until: later.time + .seconds(60))
                try await lifecycle.run(FakeProcess(lifecycle.world, undo: process.undo))
                lifecycle.expectCutOver(comment)
            }
        }
    }

    /// For a minute nobody resumes the run, and applications have to live with the servers as the first process left
    /// them.
    @Test(arguments: all)
    func `a lease that is lost anywhere leaves one server that takes writes, and the next holder goes on`(
        _ way: Way
    ) async throws {
        try await strikeEverywhere(way, .losesLease) { lifecycle, process, comment in
            lifecycle.world.change { $0.advance(by: .seconds(60)) }
            let world = lifecycle.world.read { $0 }
            let target = SmallWorld.target
            let begun = world.log.dropFirst(process.logWhenStruck).filter { line in
                ["\(target): REPLICAOF NO ONE", "\(SmallWorld.source): SHUTDOWN"].contains(line)
            }
            #expect(begun == [], comment)
            if world.target.follows == nil {
                #expect(world.accepts(target), comment)
                #expect(world.sentinels.allSatisfy { $0.shown == target }, comment)
                #expect(world.source.follows == target || !world.accepts(SmallWorld.source), comment)
                #expect(world.lost(on: target) == [], comment)
            } else {
                #expect(world.accepts(SmallWorld.source), comment)
                #expect(world.lost(on: SmallWorld.source) == [], comment)
            }
            try await lifecycle.run(FakeProcess(lifecycle.world, undo: process.undo))
            lifecycle.expectCutOver(comment)
        }
    }

    /// A failover before the fences are up is an ordinary one of Sentinel, which may lose writes. Once the fences are
    /// up, it must cost none.
    @Test(arguments: all.filter { $0.sentinels > 0 })
    func `a failover that somebody else begins at any moment costs no fenced write`(_ way: Way) async throws {
        try await strikeEverywhere(way, .rival) { lifecycle, process, comment in
            try await lifecycle.run(FakeProcess(lifecycle.world, undo: process.undo))
            lifecycle.expectCutOver(comment, losing: process.wasFencedWhenStruck ? .nothing : .unknown)
        }
    }
}
