import Execution
import Testing

@testable import Operations

/// The way back in a small world, cut at every command sent and every state written. It ends in one of two worlds: gone
/// back, or stayed. No acknowledged write is lost on any way to either.
struct ReturnCrashTests {
    typealias Way = FailoverLifecycleTests.Way

    static let small = FailoverCrashTests.small.filter { $0.resting == nil }
    /// One Sentinel has all the moments that three have, but only several can be told directly.
    static let all = small + [Way(via: "announce", sentinels: 3)]
    /// A way, and after what time somebody types the next verb. In a minute the Sentinels act: with `announce` they would
    /// turn back a source of which they have not heard, and what applications wrote there unasked would be gone.
    static let crashes = all.map { ($0, Duration.zero) } + [(Way(via: "sentinel", sentinels: 1), .seconds(60))]

    /// Goes there, and then back again and again, each time with the mishap at the next moment, until the way back ends
    /// without one.
    private func strikeEverywhere(
        _ way: Way, _ kind: Mishap.Kind, _ body: (Lifecycle, FakeProcess, Comment) async throws -> Void
    ) async throws {
        let there = try way.lifecycle()
        let forward = FakeProcess(there.world)
        try await there.run(forward)
        forward.sleep(until: forward.time + .seconds(15))
        for moment in 1...2_000 {
            var lifecycle = Lifecycle(there.plan, there.world.read { $0 }, node: there.node)
            lifecycle.allowance = .noWrite
            let process = FakeProcess(lifecycle.world, Mishap(kind: kind, moment: moment), undo: forward.undo)
            _ = try? await lifecycle.undo(process)
            guard process.isStruck else {
                #expect(moment > 30, "a way back has more moments than that")
                return
            }
            try await body(lifecycle, process, "\(kind) at \(moment)")
        }
        Issue.record("a way back has more moments than were tried")
    }

    private func goBack(_ lifecycle: Lifecycle, after process: FakeProcess, _ comment: Comment) async throws {
        let later = FakeProcess(lifecycle.world, undo: process.undo)
        for _ in 1..<4 {
            do {
                try await lifecycle.undo(later)
                return lifecycle.expectGoneBack(comment)
            } catch let failure as StepFailure where failure.isTransient {
                later.sleep(until: later.time + .seconds(1))
            }
        }
        try await lifecycle.undo(later)
        lifecycle.expectGoneBack(comment)
    }

    @Test(arguments: crashes)
    func `killed anywhere and rolled back again, it has gone back`(_ way: Way, _ later: Duration) async throws {
        try await strikeEverywhere(way, .dies) { lifecycle, process, comment in
            lifecycle.world.change { $0.advance(by: later) }
            try await goBack(lifecycle, after: process, comment)
        }
    }

    /// A source that is promoted by then has gone back all the same.
    @Test(arguments: crashes)
    func `killed anywhere and resumed, it has stayed or gone back`(_ way: Way, _ later: Duration) async throws {
        var ends: Set<String> = []
        try await strikeEverywhere(way, .dies) { lifecycle, process, comment in
            lifecycle.world.change { $0.advance(by: later) }
            let resumed = FakeProcess(lifecycle.world, undo: process.undo)
            do {
                try await lifecycle.run(resumed)
                lifecycle.expectCutOver(comment)
                ends.insert("stayed")
            } catch let failure as StepFailure {
                #expect(failure.code == .operation(.goneBack), comment)
                lifecycle.expectGoneBack(comment)
                try await goBack(lifecycle, after: resumed, comment)
                ends.insert("gone back")
            }
        }
        #expect(ends == ["stayed", "gone back"])
    }

    @Test(arguments: small, [Mishap.Kind.commandLost, .replyLost, .replyLate])
    func `a command or a reply that is lost anywhere costs no write`(_ way: Way, _ kind: Mishap.Kind) async throws {
        try await strikeEverywhere(way, kind) { lifecycle, process, comment in
            try await goBack(lifecycle, after: process, comment)
        }
    }

    /// A Sentinel that was asked promotes the source a fifth of a second later, between any two questions of the next
    /// rollback.
    @Test func `rolled back again while a Sentinel promotes the source, it has gone back`() async throws {
        var tried = 0
        try await strikeEverywhere(Way(via: "sentinel", sentinels: 1), .dies) { lifecycle, process, comment in
            let world = lifecycle.world.read { $0 }
            guard tried == 0, world.sentinels[0].failover != nil else { return }
            for delay in 0..<220 {
                tried += 1
                var late = Lifecycle(lifecycle.plan, world, node: lifecycle.node)
                late.allowance = .noWrite
                late.world.change { $0.advance(by: .milliseconds(delay)) }
                try await late.undo(FakeProcess(late.world, undo: process.undo))
                late.expectGoneBack("\(delay) ms after \(comment)")
            }
        }
        #expect(tried > 0)
    }
}
