import Execution
import NIOCore
import PlanModel
import RESP
import RedisTopology
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
        _ sight: WatchSight, _ basis: WatchBasis? = nil, errors: Double? = nil, evictions: Double? = nil,
        rejecting: Set<String> = []
    ) -> [WatchRemark] {
        let rates = WatchRates(errors: errors, evictions: evictions, rejecting: rejecting)
        return sight.remarks(basis ?? self.basis(), rates, elapsed: 10, Self.names)
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
        #expect(remarks(calm, basis(errors: 10), errors: 110).map(\.weight) == [.note])
        #expect(remarks(calm, basis(errors: 10), errors: 110.1).map(\.weight) == [.trouble])
        // Of a source that told none nobody knows whether it was so before.
        #expect(remarks(calm, errors: 1_000).map(\.weight) == [.note])
        var sight = calm
        sight.load.rejected = ["OOM": 7, "READONLY": 3]
        let rejected = remarks(sight, basis(WatchLoad(rejected: ["READONLY": 3])), rejecting: ["OOM"])
        #expect(rejected.map(\.text) == ["the target rejects writes with OOM, 7 since the watch began"])
        #expect(rejected.map(\.weight) == [.trouble])
    }

    @Test func `evictions are trouble where the source had far fewer`() {
        var sight = calm
        sight.load.evicted = 2_000
        let few = basis(evictions: 1, WatchLoad(evicted: 0))
        #expect(
            remarks(sight, few, evictions: 200).map(\.text) == [
                "the target evicts 200.0 keys/s, where the source did before 1.0"
            ])
        #expect(remarks(sight, few, evictions: 200).map(\.weight) == [.trouble])
        #expect(remarks(sight, few, evictions: 5).map(\.weight) == [.note])
    }

    @Test func `rates are those of the last ten seconds, and of one life of the server`() {
        func load(_ errors: Int64, oom: Int64 = 0) -> WatchLoad {
            WatchLoad(errors: errors, rejected: ["OOM": oom], evicted: errors * 2)
        }
        var pace = WatchPace(load(100, oom: 5))
        #expect(pace.receive(load(100, oom: 5), at: 0) == WatchRates())
        #expect(pace.receive(load(150, oom: 6), at: 5) == WatchRates(rejecting: ["OOM"]))
        #expect(pace.receive(load(200, oom: 6), at: 10) == WatchRates(errors: 10, evictions: 20, rejecting: ["OOM"]))
        #expect(pace.receive(load(150 + 100, oom: 6), at: 15) == WatchRates(errors: 10, evictions: 20))
        #expect(pace.receive(load(3), at: 20) == WatchRates())
        #expect(pace.receive(WatchLoad(), at: 25) == WatchRates())
        #expect(pace.receive(load(3, oom: 1), at: 30) == WatchRates(rejecting: ["OOM"]))
        // What was rejected while no planrun looked counts as if it were now.
        var later = WatchPace(load(0))
        #expect(later.receive(load(9, oom: 9), at: 100).rejecting == ["OOM"])
    }

    private static func trouble(_ subject: String) -> WatchRemark {
        WatchRemark(subject: subject, weight: .trouble, text: "trouble with \(subject)", state: "1", patience: 0)
    }

    @Test(arguments: ["OOM", "MISCONF", "NOREPLICAS", "errors", "evictions"])
    func `a run goes back by itself from what the source would not have`(subject: String) {
        var sight = calm
        sight.hasRoomAtSource = true
        #expect(sight.wayBack(from: [Self.trouble(subject)], hasGoneBack: false) == .goes)
        #expect(
            sight.wayBack(from: [Self.trouble(subject)], hasGoneBack: true)
                == .heldBack("the run has begun to go back by itself before, and somebody has let it go on"))
        #expect(
            sight.wayBack(from: [Self.trouble(subject), Self.trouble("source")], hasGoneBack: false)
                == .heldBack("trouble with source"))
        for source in [WatchSight.Source.cutOff, .silent, .standsAlone, .follows(lag: nil), .follows(lag: 2 << 20)] {
            sight.source = source
            #expect(
                sight.wayBack(from: [Self.trouble(subject)], hasGoneBack: false)
                    == .heldBack("the old source does not follow in sync, so that writes would be lost"))
        }
        sight.source = .follows(lag: 0)
        sight.sentinels.misleading = ["Sentinel 10.0.0.3:5000 names 10.0.0.1:6379"]
        #expect(
            sight.wayBack(from: [Self.trouble(subject)], hasGoneBack: false)
                == .heldBack("the target is not the primary that the Sentinels name"))
    }

    @Test func `a run stays where going back would not help, or would work against somebody`() {
        var sight = calm
        for subject in ["target", "source", "Sentinel 10.0.0.3:5000", "READONLY"] {
            #expect(sight.wayBack(from: [Self.trouble(subject)], hasGoneBack: false) == .notNeeded)
        }
        #expect(sight.wayBack(from: [], hasGoneBack: false) == .notNeeded)
        #expect(
            sight.wayBack(from: [Self.trouble("OOM")], hasGoneBack: false)
                == .heldBack("the old source may use no more memory than the target does"))
        #expect(sight.wayBack(from: [Self.trouble("OOM"), Self.trouble("MISCONF")], hasGoneBack: false) == .goes)
        sight.hasRoomAtSource = true
        sight.target = .silent
        #expect(sight.wayBack(from: [Self.trouble("OOM")], hasGoneBack: false) != .goes)
    }

    @Test func `a target that was turned twice between two looks, or started again, is noticed`() {
        var memory = memory()
        #expect(memory.receive(TargetMark(runID: "a", history: "1")) == nil)
        #expect(memory.receive(TargetMark(runID: "a", history: "1")) == nil)
        #expect(memory.receive(TargetMark(runID: "a", history: "2")) == .turnedTwice)
        // Another planrun knows it from the record.
        var other = try? StateValue(memory).decode(WatchMemory.self)
        #expect(other?.receive(TargetMark(runID: "b", history: "3")) == .startedAgain)
        // It was seen as a replica, or does not say which history it continues.
        #expect(memory.receive(TargetMark(runID: "a", history: nil)) == nil)
        #expect(memory.receive(TargetMark(runID: "a", history: "4")) == nil)
        // It did not answer.
        #expect(memory.receive(TargetMark()) == nil)
        #expect(memory.receive(TargetMark(runID: "b", history: "5")) == .startedAgain)
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

    @Test(arguments: [
        (
            "+switch-master", "main 10.0.0.2 6379 10.0.0.1 6379",
            "clients are sent to the old source 10.0.0.1:6379, before to 10.0.0.2:6379 (+switch-master)", true
        ),
        (
            "+switch-master", "main 10.0.0.1 6379 10.0.0.2 6379",
            "clients are sent to the target 10.0.0.2:6379, before to 10.0.0.1:6379 (+switch-master)", false
        ),
        ("+sdown", "master main 10.0.0.2 6379", "the target 10.0.0.2:6379 is not reached any more (+sdown)", true),
        (
            "+sdown", "sentinel ab 10.0.0.9 26380 @ main 10.0.0.2 6379",
            "Sentinel 10.0.0.9:26380 is not reached any more (+sdown)", false
        ),
        (
            "+convert-to-slave", "slave 10.0.0.2:6379 10.0.0.2 6379 @ main 10.0.0.1 6379",
            "makes the target 10.0.0.2:6379 a replica (+convert-to-slave)", true
        ),
    ]) func `an event of a Sentinel is told in words`(
        channel: String, payload: String, words: String, isTrouble: Bool
    ) throws {
        let servers = try FakeProcess(SharedWorld(SmallWorld())).servers(try Plan.small())
        let event = try #require(SentinelEvent(channel: channel, payload: payload))
        let heard = HeardEvent(sentinels: [servers.sentinels[0].endpoint], event: event)
        #expect(heard.words(servers) == "Sentinel 10.0.0.9:26379: \(words)")
        #expect(heard.isTrouble(servers) == isTrouble)
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
