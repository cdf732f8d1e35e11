import Execution
import PlanModel
import RedisTopology
import Testing

@testable import Operations

/// The wait for the sync, look by look: what was seen, when, and what is said about it.
struct SyncWatchTests {
    private let wanted = "lag of 64KiB at most for 5s"

    private func watch() throws -> SyncWatch {
        let servers = try FakeProcess(SharedWorld(SmallWorld())).servers(.small())
        return SyncWatch(step: WaitForSyncStep(), source: servers.source, target: servers.target)
    }

    private func answer(
        _ state: SyncState, offset: Int64 = 1_000_000, fullSyncs: Int64 = 1, follows: Bool = true,
        isPrimary: Bool = true, extent: SyncWatch.Extent? = nil
    ) -> SyncWatch.Observation {
        .answer(
            SyncWatch.Answer(
                sourceIsPrimary: isPrimary, sourceOffset: offset, fullSyncs: fullSyncs, follows: follows, state: state,
                extent: extent))
    }

    private func waiting(
        _ activity: String, now: String = "", fraction: Double? = nil, remaining: Duration? = nil,
        figures: [Figure: Double] = [:]
    ) -> SyncWatch.Decision {
        .keepWaiting(
            Progress(activity, now: now, wanted: wanted, fraction: fraction, remaining: remaining, figures: figures))
    }

    private func code(_ body: () throws -> SyncWatch.Decision) -> FailureCode? {
        do {
            _ = try body()
            return nil
        } catch {
            return (error as? StepFailure)?.code
        }
    }

    @Test func `from the first contact until it is in sync`() throws {
        var watch = try watch()
        let received = { (bytes: Int64) in SyncState.fullSync(SyncProgress(totalBytes: 1 << 30, receivedBytes: bytes)) }
        #expect(try watch.receive(answer(.connecting), at: .seconds(0)) == waiting("the target to reach the source"))
        #expect(try watch.receive(answer(.preparing), at: .seconds(1)) == waiting("the source to begin the full sync"))
        #expect(
            try watch.receive(answer(received(0)), at: .seconds(2))
                == waiting(
                    "the full sync", now: "0 bytes of 1.0 GiB", fraction: 0,
                    figures: [.copiedBytes: 0, .totalBytes: 1_073_741_824]))
        #expect(
            try watch.receive(answer(received(256 << 20)), at: .seconds(4))
                == waiting(
                    "the full sync", now: "256 MiB of 1.0 GiB, 128 MiB/s", fraction: 0.25, remaining: .seconds(6),
                    figures: [
                        .copiedBytes: 268_435_456, .totalBytes: 1_073_741_824, .bytesPerSecond: 134_217_728,
                    ]))
        #expect(try watch.receive(answer(.loading), at: .seconds(11)) == waiting("the target to load what it received"))
        #expect(
            try watch.receive(answer(.online(offset: 0)), at: .seconds(12))
                == waiting("the target to catch up", now: "lag 977 KiB", figures: [.lagBytes: 1_000_000]))
        #expect(
            try watch.receive(answer(.online(offset: 999_000)), at: .seconds(13))
                == waiting(
                    "the lag to stay small", now: "lag 1000 bytes", remaining: .seconds(5),
                    figures: [.lagBytes: 1000]))
        #expect(
            try watch.receive(answer(.online(offset: 1_000_014)), at: .seconds(17))
                == waiting(
                    "the lag to stay small", now: "lag 0 bytes", remaining: .seconds(1), figures: [.lagBytes: 0]))
        #expect(try watch.receive(answer(.online(offset: 1_000_014)), at: .seconds(18)) == .synced)
    }

    @Test func `a full sync without a length shows what arrived and how fast`() throws {
        var watch = try watch()
        let received = { (bytes: Int64) in SyncState.fullSync(SyncProgress(totalBytes: nil, receivedBytes: bytes)) }
        _ = try watch.receive(answer(received(0)), at: .zero)
        #expect(
            try watch.receive(answer(received(3 << 20)), at: .seconds(2))
                == waiting(
                    "the full sync", now: "3.0 MiB, 1.5 MiB/s",
                    figures: [.copiedBytes: 3_145_728, .bytesPerSecond: 1_572_864]))
        #expect(try watch.receive(answer(.fullSync(nil)), at: .seconds(3)) == waiting("the full sync"))
    }

    @Test func `where the target does not tell how much there is, the source does`() throws {
        var watch = try watch()
        let received = { (bytes: Int64) in SyncState.fullSync(SyncProgress(totalBytes: nil, receivedBytes: bytes)) }
        _ = try watch.receive(answer(received(0), extent: .memory(8 << 20)), at: .zero)
        #expect(
            try watch.receive(answer(received(2 << 20), extent: .memory(8 << 20)), at: .seconds(2))
                == waiting(
                    "the full sync", now: "2.0 MiB of about 8.0 MiB, 1.0 MiB/s", fraction: 0.25,
                    remaining: .seconds(6),
                    figures: [.copiedBytes: 2_097_152, .totalBytes: 8_388_608, .bytesPerSecond: 1_048_576]))
        #expect(
            try watch.receive(answer(.loading, extent: .keys(100, of: 1000)), at: .seconds(10))
                == waiting(
                    "the target to load what it received", now: "100 of 1000 keys", fraction: 0.1,
                    figures: [.copiedKeys: 100, .totalKeys: 1000]))
        #expect(
            try watch.receive(answer(.fullSync(nil), extent: .keys(300, of: 1000)), at: .seconds(12))
                == waiting(
                    "the full sync", now: "300 of 1000 keys, 100 keys/s", fraction: 0.3, remaining: .seconds(7),
                    figures: [.copiedKeys: 300, .totalKeys: 1000, .keysPerSecond: 100]))
    }

    @Test func `a rate is that of the last ten seconds`() throws {
        var watch = try watch()
        var last: [Figure: Double] = [:]
        for second in 0...30 {
            let received: Int64 = second < 20 ? 10 << 20 : Int64(second - 9) << 20
            let sync = SyncState.fullSync(SyncProgress(totalBytes: 1 << 30, receivedBytes: received))
            guard case .keepWaiting(let progress) = try watch.receive(answer(sync), at: .seconds(second)) else {
                continue
            }
            last = progress.figures
        }
        #expect(last[.bytesPerSecond] == 1_048_576)
    }

    @Test func `a rate is not measured across the beginning of another full sync`() throws {
        var watch = try watch()
        let received = { (bytes: Int64) in SyncState.fullSync(SyncProgress(totalBytes: nil, receivedBytes: bytes)) }
        _ = try watch.receive(answer(received(0)), at: .zero)
        _ = try watch.receive(answer(received(9 << 20)), at: .seconds(1))
        #expect(
            try watch.receive(answer(received(1 << 20)), at: .seconds(2))
                == waiting("the full sync", now: "1.0 MiB", figures: [.copiedBytes: 1_048_576]))
    }

    @Test func `whatever breaks the calm starts it anew`() throws {
        let interruptions: [(SyncWatch.Observation, SyncWatch.Decision)] = [
            (.silence("no reply", isOfSource: true), waiting("both servers to answer", now: "no reply")),
            (answer(.linkDown(since: nil)), waiting("the link between target and source to come up", now: "link down")),
            (
                answer(.online(offset: 0)),
                waiting("the target to catch up", now: "lag 977 KiB", figures: [.lagBytes: 1_000_000])
            ),
        ]
        for (interruption, decision) in interruptions {
            var watch = try watch()
            let calm = answer(.online(offset: 1_000_000))
            let waits = { (time: Duration) in
                waiting("the lag to stay small", now: "lag 0 bytes", remaining: time, figures: [.lagBytes: 0])
            }
            #expect(try watch.receive(calm, at: .seconds(0)) == waits(.seconds(5)))
            #expect(try watch.receive(calm, at: .seconds(4)) == waits(.seconds(1)))
            #expect(try watch.receive(interruption, at: .milliseconds(4500)) == decision)
            #expect(try watch.receive(calm, at: .seconds(5)) == waits(.seconds(5)))
            #expect(try watch.receive(calm, at: .seconds(10)) == .synced)
        }
    }

    @Test func `a full sync that begins a third time is a loop`() throws {
        var watch = try watch()
        _ = try watch.receive(answer(.fullSync(nil), fullSyncs: 40), at: .zero)
        _ = try watch.receive(answer(.connecting, fullSyncs: 41), at: .seconds(1))
        _ = try watch.receive(answer(.preparing, fullSyncs: 42), at: .seconds(2))
        let failure = #expect(throws: StepFailure.self) {
            try watch.receive(answer(.preparing, fullSyncs: 43), at: .seconds(3))
        }
        #expect(failure?.code == .operation(.fullSyncLoop))
        #expect(failure?.what == "the full sync began anew 3 times without ever finishing")
        #expect(failure?.world == ["10.0.0.1:6379 takes writes as before, but each try costs it a BGSAVE"])
    }

    @Test func `a source that is gone in the middle of the sync has the only complete copy`() throws {
        var watch = try watch()
        let silence = SyncWatch.Observation.silence("no reply", isOfSource: true)
        _ = try watch.receive(answer(.fullSync(nil)), at: .zero)
        _ = try watch.receive(silence, at: .seconds(1))
        _ = try watch.receive(.silence("no reply", isOfSource: false), at: .seconds(30))
        _ = try watch.receive(silence, at: .seconds(40))
        _ = try watch.receive(silence, at: .seconds(99))
        let failure = #expect(throws: StepFailure.self) { try watch.receive(silence, at: .seconds(100)) }
        #expect(failure?.code == .operation(.sourceUnreachable))
        #expect(
            failure?.what
                == "the source has not answered for 1m, and the target has not got everything from it")
        #expect(
            failure?.help == [
                "start 10.0.0.1:6379 again with its own files, then resume",
                "do not promote 10.0.0.2:6379, and let nothing follow it: the complete copy would be deleted",
            ])
    }

    @Test func `a source that is gone when the target has everything is waited for`() throws {
        var watch = try watch()
        _ = try watch.receive(answer(.online(offset: 1_000_000)), at: .zero)
        for second in 1...200 {
            let silence = SyncWatch.Observation.silence("no reply", isOfSource: true)
            #expect(
                try watch.receive(silence, at: .seconds(second)) == waiting("both servers to answer", now: "no reply"))
        }
    }

    @Test func `a source that is no primary and a target that follows nobody end the wait`() throws {
        var watch = try watch()
        #expect(
            code { try watch.receive(answer(.connecting, isPrimary: false), at: .zero) }
                == .operation(.sourceNotPrimary))
        #expect(
            code { try watch.receive(answer(.notFollowing, follows: false), at: .zero) }
                == .operation(.targetDoesNotFollow))
    }
}
