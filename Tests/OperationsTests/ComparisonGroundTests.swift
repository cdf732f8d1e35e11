import Execution
import Testing

@testable import Comparison
@testable import Operations

/// What voids a comparison of two servers, from one moment to a later one.
struct ComparisonGroundTests {
    private static func sight() -> ComparisonGround.Sight {
        ComparisonGround.Sight(
            life: ServerLife(runID: "a", processID: "1", uptime: 100), calls: ["flushall": 1, "swapdb": 2],
            processed: 1_000, history: "h", fullSyncs: 3, links: [7, 8])
    }

    private let before = ComparisonGround(source: sight(), target: sight())

    private func after(_ change: (inout ComparisonGround) -> Void) -> String? {
        var later = before
        (later.source.life.uptime, later.target.life.uptime) = (200, 200)
        (later.source.processed, later.target.processed) = (5_000, 5_000)
        change(&later)
        return before.replacement(later)
    }

    @Test func `time that passes voids nothing`() {
        #expect(after { _ in } == nil)
        // A replica that comes back and goes on with the stream, and another one that is sent everything.
        #expect(after { $0.source.links = [9] } == nil)
        #expect(after { ($0.source.fullSyncs, $0.source.links) = (4, [7, 8, 9]) } == nil)
    }

    @Test func `a restart of either server is noticed`() {
        #expect(after { $0.source.life.runID = "b" } == "the source was restarted")
        #expect(after { $0.target.life.runID = "b" } == "the target was restarted")
        // A Dragonfly has no run id, and in a container each process may have the same id.
        #expect(
            after { ground in
                ground.target.life = ServerLife(runID: nil, processID: "2", uptime: 300)
            } == "the target was restarted")
        #expect(
            after { ground in
                ground.target.life = ServerLife(runID: nil, processID: "1", uptime: 5)
            } == "the target was restarted")
    }

    @Test(arguments: ["flushall", "flushdb", "swapdb"])
    func `what replaces data is noticed`(command: String) {
        #expect(after { $0.source.calls[command, default: 0] += 1 } == "\(command.uppercased()) was run at the source")
        #expect(after { $0.target.calls[command, default: 0] += 1 } == "\(command.uppercased()) was run at the target")
    }

    @Test func `statistics that were reset say nothing`() {
        let words = "the statistics of the source were reset, so planrun cannot know whether it was emptied"
        #expect(after { $0.source.calls = [:] } == words)
        #expect(after { $0.source.calls["config|resetstat"] = 1 } == words)
        #expect(after { $0.source.processed = 3 } == words)
    }

    @Test func `another history and another full sync are noticed`() {
        #expect(
            after { $0.source.history = "i" } == "the source has begun another history of writes (master_replid)")
        #expect(
            after { ($0.source.fullSyncs, $0.source.links) = (4, [8, 9]) }
                == "the target lost its link, and was sent a full sync")
        #expect(
            after { ($0.target.fullSyncs, $0.target.links) = (4, []) }
                == "the source lost its link, and was sent a full sync")
    }

    @Test func `an interrupted comparison goes on only with the same keys and the same roles`() throws {
        let value = ComparisonCheckpoint(
            place: ComparisonPlace(database: 0, side: .source), cursor: "17", population: 5, done: 3,
            report: ComparisonReport(), suspects: [.init(database: 0, key: [1, 0xFF])])
        let mark = ComparisonMark(scope: .full, leader: .source, ground: before, checkpoint: value)
        #expect(mark.obstacle(.full, .source, before) == nil)
        #expect(mark.obstacle(.sample(keys: 7), .source, before) == "other keys are to be compared")
        #expect(mark.obstacle(.full, .target, before) == "the servers have changed their roles")
        var later = before
        later.target.life.runID = "b"
        #expect(mark.obstacle(.full, .source, later) == "the target was restarted")
        #expect(try StateValue(mark).decode(ComparisonMark.self).checkpoint == value)
    }
}
