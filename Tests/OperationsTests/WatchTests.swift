import Execution
import NIOCore
import RESP
import Testing
import Values

@testable import Operations

/// What a watch after the cutover makes of what it sees.
struct WatchTests {
    private static let names = (source: "source 10.0.0.1:6379", target: "target 10.0.0.2:6380")
    private static let elsewhere = Endpoint(host: "10.0.0.9", port: 1)

    private func basis(
        follows: Bool = true, answers: Bool = true, errors: Double? = nil, evictions: Double? = nil,
        _ load: WatchLoad = WatchLoad()
    ) -> WatchBasis {
        WatchBasis(
            sourceFollowed: follows, sourceAnswered: answers, load: load, errorsBefore: errors,
            evictionsBefore: evictions)
    }

    private func remarks(
        _ sight: WatchSight, _ basis: WatchBasis? = nil, errors: Double? = nil
    ) -> [WatchRemark] {
        sight.remarks(basis ?? self.basis(), errors: errors, elapsed: 10, Self.names)
    }

    private let calm = WatchSight(target: .primary, source: .follows(lag: 14))

    @Test func `a cutover that holds is no remark`() {
        #expect(remarks(calm) == [])
        #expect(remarks(WatchSight(target: .primary, source: .standsAlone), basis(follows: false)) == [])
        #expect(remarks(WatchSight(target: .primary, source: .silent), basis(follows: false, answers: false)) == [])
    }

    @Test(arguments: [
        (
            WatchSight.Target.replica(of: elsewhere, by: "X"), WatchSight.Source.follows(lag: 0),
            "target 10.0.0.2:6380 was made a replica of 10.0.0.9:1: X"
        ),
        (.silent, .follows(lag: 0), "target 10.0.0.2:6380 does not answer"),
        (.primary, .standsAlone, "source 10.0.0.1:6379 does not follow the target any more"),
        (
            .primary, .cutOff,
            "source 10.0.0.1:6379 has no link to the target, so that it falls behind more and more"
        ),
        (.primary, .followsAnother(elsewhere), "source 10.0.0.1:6379 follows 10.0.0.9:1, which is not the target"),
        (
            .primary, .takesWrites,
            "source 10.0.0.1:6379 takes writes beside the target, and these will be lost"
        ),
        (.primary, .silent, "source 10.0.0.1:6379 does not answer"),
    ]) func `what turns it back is trouble`(target: WatchSight.Target, source: WatchSight.Source, text: String) {
        let seen = remarks(WatchSight(target: target, source: source))
        #expect(seen.map(\.text) == [text])
        #expect(seen.allSatisfy { $0.weight == .trouble })
    }

    @Test func `a Sentinel that sends clients elsewhere is trouble, and one that is silent is a note`() {
        var sight = calm
        sight.sentinels = .init(
            total: 3, naming: 1, misleading: ["Sentinel 10.0.0.3:5000 names 10.0.0.1:6379"], silent: ["10.0.0.4:5000"])
        #expect(
            remarks(sight).map(\.text) == [
                "Sentinel 10.0.0.3:5000 names 10.0.0.1:6379, and not target 10.0.0.2:6380",
                "Sentinel 10.0.0.4:5000 does not answer",
            ])
        #expect(remarks(sight).map(\.weight) == [.trouble, .note])
        #expect(remarks(sight).map(\.subject) == ["Sentinel 10.0.0.3:5000", "Sentinel 10.0.0.4:5000"])
    }

    @Test func `who is still connected to the old source is told by host and title`() {
        var sight = calm
        sight.clients = [.init(host: "10.0.0.7", title: "redis-py 5.0.1"): 2, .init(host: "10.0.0.6", title: ""): 1]
        #expect(
            remarks(sight).map(\.text) == [
                "source 10.0.0.1:6379 still has 3 application connections: 10.0.0.6, 10.0.0.7 (redis-py 5.0.1) ×2"
            ])
        let before = remarks(sight)[0].state
        sight.clients[.init(host: "10.0.0.7", title: "redis-py 5.0.1")] = 9
        #expect(remarks(sight)[0].state == before)
    }

    @Test func `errors are compared with those before, rejected writes are trouble`() {
        #expect(remarks(calm, basis(errors: 10), errors: 21) == [])
        #expect(
            remarks(calm, basis(errors: 10), errors: 21.04).map(\.text) == [
                "the target answers 21.0 errors/s, where the source did before 10.0"
            ])
        var sight = calm
        sight.load.rejected = ["OOM": 7, "READONLY": 3]
        let rejected = remarks(sight, basis(WatchLoad(rejected: ["READONLY": 3])))
        #expect(rejected.map(\.text) == ["the target has rejected 7 writes with OOM"])
        #expect(rejected.map(\.weight) == [.trouble])
    }

    @Test func `evictions, memory and the slow log are notes`() {
        var sight = calm
        sight.load = WatchLoad(
            evicted: 30, slow: 4, slowest: .init(command: "KEYS", microseconds: 210_040), memory: 950, limit: 1_000)
        let basis = basis(evictions: 1, WatchLoad(evicted: 5, slow: 3))
        #expect(
            remarks(sight, basis).map(\.text) == [
                "the target has evicted 25 keys, where the source would have in that time 10.0",
                "the target has 950 bytes in use, of 1000 bytes that it may have",
                "the target has noted 1 slow command; the last was KEYS, which took 210.0 ms",
            ])
        #expect(remarks(sight, basis).allSatisfy { $0.weight == .note })
        // A server that was started again counts anew.
        #expect(WatchLoad.growth(3, since: 5) == 0)
    }

    private func remark(_ state: String, patience: Double = 0, _ weight: WatchRemark.Weight = .trouble) -> WatchRemark {
        WatchRemark(subject: "target", weight: weight, text: "it is \(state)", state: state, patience: patience)
    }

    private func memory() -> WatchMemory { WatchMemory(began: 100, duration: .seconds(60), basis: basis()) }

    @Test func `a remark is told when it is new, when it changes, and when it is over`() {
        var memory = memory()
        let news = { (entries: [WatchMemory.Entry]) in entries.map(\.text) }
        #expect(news(memory.receive([], at: 100)) == [])
        #expect(news(memory.receive([remark("a")], at: 101)) == ["it is a"])
        #expect(news(memory.receive([remark("a")], at: 102)) == [])
        #expect(news(memory.receive([remark("b")], at: 103)) == ["it is b"])
        #expect(memory.trouble.map(\.state) == ["b"])
        #expect(news(memory.receive([], at: 104)) == ["not any more: it is b"])
        #expect(memory.trouble == [])
        #expect(memory.count == 3)
        #expect(memory.hadTrouble)
    }

    @Test func `what passes by itself in time is not told`() {
        var memory = memory()
        #expect(memory.receive([remark("a", patience: 3)], at: 100) == [])
        #expect(memory.receive([], at: 101) == [])
        #expect(memory.receive([remark("a", patience: 3)], at: 102) == [])
        #expect(memory.receive([remark("b", patience: 3)], at: 104) == [])
        #expect(memory.receive([remark("b", patience: 3)], at: 105).map(\.text) == ["it is b"])
    }

    @Test func `trouble that a person has accepted is asked about again only when it changes`() {
        var memory = memory()
        _ = memory.receive([remark("a")], at: 100)
        memory.acceptTrouble()
        #expect(memory.trouble == [])
        _ = memory.receive([remark("a")], at: 101)
        #expect(memory.trouble == [])
        _ = memory.receive([remark("b")], at: 102)
        #expect(memory.trouble.map(\.state) == ["b"])
    }

    @Test func `another planrun goes on with the time that is left, and does not tell the same again`() throws {
        var memory = memory()
        _ = memory.receive([remark("a")], at: 110)
        var other = try StateValue(memory).decode(WatchMemory.self)
        #expect(other == memory)
        #expect(other.left(at: 130) == .seconds(30))
        #expect(other.left(at: 170) == .zero)
        // A clock that was set back makes no watch longer than the plan says.
        #expect(other.left(at: 10) == .seconds(60))
        #expect(other.receive([remark("a")], at: 131) == [])
        for second in 0..<50 { _ = other.receive([remark("\(second)")], at: 132 + Double(second)) }
        #expect(other.findings.count == 20)
        #expect(other.count == 51)
    }

    @Test func `status says until when, and the last finding`() {
        var memory = WatchMemory(began: 0, duration: .seconds(60), basis: basis())
        let now = Timestamp(millisecondsSince1970: 30_000)
        #expect(
            WatchStanding(StateValue(memory), at: now)?.words
                == "watches until 1970-01-01T00:01:00.000Z (30s left)")
        _ = memory.receive([remark("a")], at: 10)
        #expect(
            WatchStanding(StateValue(memory), at: Timestamp(millisecondsSince1970: 61_000))?.words
                == "watches until 1970-01-01T00:01:00.000Z, which is over; 1 finding, the last: it is a")
        #expect(WatchStanding(.object(["checkpoint": .int(1)]), at: now) == nil)
        #expect(WatchStanding(nil, at: now) == nil)
    }

    @Test(
        arguments: [
            ("# Errorstats\r\nerrorstat_ERR:count=3\r\nerrorstat_OOM:count=2\r\n", ["ERR": Int64(3), "OOM": 2]),
            ("# Errorstats\r\n", [:]), ("", nil),
            ("# Errorstats\r\nerrorstat_ERR:count=-3\r\nerrorstat_X:count=y\r\n", ["ERR": 0]),
        ] as [(String, [String: Int64]?)])
    func `errors are counted by their code`(info: String, counts: [String: Int64]?) {
        #expect(ErrorCounts(.bulkString(.init(string: info)))?.byCode == counts)
    }
}
